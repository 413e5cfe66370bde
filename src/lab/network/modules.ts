/** What of the network is a module of the kernel: used, it is loaded; not on disk or refused, the use is refused. */
import { Errno } from '#lab/host/ports.ts'
import type { HostKernel, NetChange } from '#lab/network/ports.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

const linkModules: Readonly<Record<string, string>> = {
  ipip: 'ipip',
  vxlan: 'vxlan',
  wireguard: 'wireguard',
  dummy: 'dummy',
  veth: 'veth',
}

const has = ({ modules }: HostKernel, name: string): boolean =>
  modules === undefined || modules.loaded(name) || modules.request(name)

/** Throws EOPNOTSUPP for a device whose kind the kernel does not know (rtnl_link_ops). */
export function demandModules(kernel: HostKernel, change: NetChange): void {
  const kind = change.op === 'veth-add' ? 'veth' : change.op === 'link-add' ? change.kind : undefined
  const module = kind === undefined ? undefined : linkModules[kind]
  if (module !== undefined && !has(kernel, module)) throw new Errno('EOPNOTSUPP')
}

/** Throws EPROTO where the kernel has no IP sets (`Cannot open session to kernel`), EINVAL where it lacks a type of them. */
export function demandSets(kernel: HostKernel): void {
  if (!has(kernel, 'ip_set')) throw new Errno('EPROTO')
  for (const type of ['ip_set_hash_ip', 'ip_set_hash_net']) if (!has(kernel, type)) throw new Errno('EINVAL')
}

/**
 * Throws ENOENT, with the module's name for a path, where the kernel lacks the table (`Table does not exist (do you need to
 * insmod?)`) or an extension that a rule asks for (`No chain/target/match by that name`).
 */
export function demandTable(kernel: HostKernel, name: string, chains: Chains): void {
  const { modules } = kernel
  if (modules === undefined) return
  for (const each of ['ip_tables', `iptable_${name}`]) if (!has(kernel, each)) throw new Errno('ENOENT', each)
  for (const rules of Object.values(chains))
    for (const module of neededBy(rules))
      if (!modules.loaded(module) && !modules.request(module)) throw new Errno('ENOENT', module)
}

/** The modules of a chain's rules. Nodes restore the same arrays of rules: those are looked through once. */
function neededBy(rules: readonly Rule[]): readonly string[] {
  const known = needed.get(rules)
  if (known !== undefined) return known
  const found = extensions.filter(([, isUsed]) => rules.some(isUsed)).map(([module]) => module)
  needed.set(rules, found)
  return found
}

const needed = new WeakMap<readonly Rule[], readonly string[]>()

const extensions: readonly (readonly [module: string, isUsed: (rule: Rule) => boolean])[] = [
  ['xt_set', ({ match }) => match.set !== undefined || match.sets !== undefined],
  ['xt_conntrack', ({ match }) => match.state !== undefined],
  ['xt_mark', ({ match, target }) => match.mark !== undefined || target.kind === 'mark'],
  ['xt_multiport', ({ match }) => match.ports !== undefined],
  ['xt_statistic', ({ match }) => match.oneIn !== undefined],
  ['xt_addrtype', ({ match }) => (match.sourceType ?? match.destinationType) !== undefined],
  ['ipt_rpfilter', ({ match }) => match.reversePath !== undefined],
  ['xt_MASQUERADE', ({ target }) => target.kind === 'masquerade'],
  ['ipt_REJECT', ({ target }) => target.kind === 'reject'],
]
