/** What a node's packet filter does to packets that it forwards, and whose rules these are. */
import type { FilterChainRow, FilterRuleRow } from '#cluster/relations.ts'

/** Programs that keep a host's filter for its owner. */
export type FirewallManager = 'firewalld' | 'ufw' | 'iptables service'

/** It takes every packet that gets there: a rule that names nothing. */
export const isBlanket = (rule: FilterRuleRow): boolean =>
  [
    rule.protocol,
    rule.source,
    rule.destination,
    rule.inInterface,
    rule.outInterface,
    rule.ports,
    rule.set,
    rule.conditions,
  ].every((part) => part === undefined)

export const isRefusal = ({ target }: FilterRuleRow): boolean => target === 'DROP' || target === 'REJECT'

/** Calico's own chains, of both back-ends; what they drop, policy drops. */
export const isCalicosChain = (chain: string): boolean =>
  ['cali-', 'filter-cali-', 'raw-cali-', 'mangle-cali-'].some((start) => chain.startsWith(start))

/**
 * A Service without endpoints is refused there: nobody stands behind it, which is no barrier on the way.
 *
 * @see kubernetes/kubernetes:pkg/proxy/iptables/proxier.go (kubeServicesChain, "has no endpoints")
 */
export const isKubeProxysChain = (chain: string): boolean => chain.startsWith('KUBE-')

/**
 * Whose chain it is by its table or name, or by the chain that a rule jumps to.
 *
 * @see firewalld/firewalld:src/firewall/core/ipXtables.py, nftables.py; jkeenan/ufw:conf/before.rules
 */
export function managerOf({
  table,
  chain,
  target = '',
}: {
  readonly table: string
  readonly chain: string
  readonly target?: string
}): FirewallManager | undefined {
  if (table === 'firewalld') return 'firewalld'
  for (const name of [chain, target]) {
    if (/^ufw6?-/.test(name)) return 'ufw'
    if (firewalldChain.test(name)) return 'firewalld'
  }
  return /^RH-Firewall-/.test(chain) ? 'iptables service' : undefined
}

const firewalldChain =
  /^(?:(?:FORWARD|INPUT|OUTPUT)_(?:direct|IN_ZONES|OUT_ZONES|ZONES|POLICIES)|(?:FWD[IO]|IN)_[a-z])/

/**
 * Whose policy a chain of Calico's carries out: a host's interface, a pod, or a policy itself; undefined for other chains.
 *
 * @see projectcalico/calico:felix/rules/rule_defs.go (WorkloadToEndpointPfx …)
 */
export function endpointOfChain(chain: string): 'host' | 'pod' | 'policy' | undefined {
  const name = chain.startsWith('filter-') ? chain.slice('filter-'.length) : chain
  return chainStarts.find(([starts]) => starts.some((start) => name.startsWith(start)))?.[1]
}

const chainStarts = [
  [['cali-fh-', 'cali-th-'], 'host'],
  [['cali-fw-', 'cali-tw-'], 'pod'],
  [['cali-pi-', 'cali-po-', 'cali-gi-', 'cali-go-'], 'policy'],
] as const

/** The rule that drops what none of a tier's policies has passed; older versions do not name the tier. */
export const isEndOfPolicies = ({ comment = '' }: FilterRuleRow): boolean =>
  comment.endsWith('Drop if no policies passed packet')

/** The chain that forwarded packets pass first, in iptables or in a table of its own. */
export const isForwardChain = ({ table, chain }: Pick<FilterChainRow, 'table' | 'chain'>): boolean =>
  (table === 'filter' && chain === 'FORWARD') || (table === 'firewalld' && chain === 'filter_FORWARD')

/** Calico's last word: what policy let through is accepted there, whatever the chain's end would do. */
export const isPolicyAccept = ({ comment, target }: FilterRuleRow): boolean =>
  target === 'ACCEPT' && comment === 'Policy explicitly accepted packet.'

/**
 * Rules that refuse whatever is forwarded, before Calico's rules could accept it: the end of another program's chain, or a
 * REJECT that stands before Calico's last word. A table of its own is always asked: what another table accepts, it may refuse.
 *
 * @see torvalds/linux:net/netfilter/core.c (nf_hook_slow: every base chain must accept)
 */
export function refusalsOfForwarded<Rule extends FilterRuleRow>(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter((rule) => {
    if (!isForwardChain(rule) || !isRefusal(rule) || !isBlanket(rule)) return false
    const last = rules.find((other) => isPolicyAccept(other) && isSameChain(other, rule))
    return last === undefined || rule.position < last.position
  })
}

const isSameChain = (a: FilterRuleRow, b: FilterRuleRow): boolean =>
  a.node === b.node && a.family === b.family && a.table === b.table && a.chain === b.chain

/** IP in IP: its number, or what /etc/protocols calls it. `ipip` there is number 94, which nobody uses. */
export const isIpInIp = (protocol: string | undefined): boolean =>
  protocol === '4' || protocol === 'ipencap' || protocol === 'ipv4'

/** The number that is taken for IP in IP by those who go by its name. */
export const isMistakenIpInIp = (protocol: string | undefined): boolean =>
  protocol === '94' || protocol === 'ipip'

/** Whether a rule's ports, as written (`179`, `4789:4790`, `4000-5000`, `53,179`), hold a port. */
export const coversPort = (ports: string | undefined, port: number): boolean =>
  (ports ?? '').split(',').some((part) => {
    const [from = '', to = from] = part.split(/[:-]/)
    return Number(from) <= port && port <= Number(to) && from !== ''
  })
