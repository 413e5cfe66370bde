import { protocolOpened } from '#cluster/attempts.ts'
import { answered, swallowed, unanswered } from '#cluster/captures.ts'
import { type CloudReads, cloudReads, cloudTold } from '#cluster/clouds.ts'
import {
  changedEncapsulation,
  type EncapsulationReads,
  encapsulationReads,
  isNever,
  tunnelTold,
} from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import { type GroupReads, groupListings } from '#cluster/group-rules.ts'
import { itemsOf } from '#cluster/lists.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { isCalicosChain, isIpInIp, isMistakenIpInIp, isRefusal } from '#cluster/refusals.ts'
import type { AttemptRow, FilterRuleRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { cloudRuleSigns } from '#failures/ipip-proto4-blocked/cloud-rules.ts'

export interface IpipState {
  /** Nothing can be opened there: the network never carries IP in IP. */
  readonly isFabric: boolean
}

type Needs =
  | EncapsulationReads
  | CloudReads
  | GroupReads
  | 'captures'
  | 'filterRules'
  | 'cloudRules'
  | 'bgpSessions'
  | 'remarks'
  | 'attempts'

/**
 * Finds clusters whose IP-in-IP packets (protocol number 4) do not get from node to node. TCP, UDP and ping between the
 * nodes work, BGP is up and routes are right, so everything looks well but pods of different nodes.
 *
 * @see projectcalico/calico:felix/rules/static.go (acceptance of protocol 4 between Calico's hosts)
 */
export const detector = defineDetector<IpipState, Needs>({
  needs: ['captures', 'filterRules', 'cloudRules'],
  uses: [
    ...encapsulationReads,
    ...cloudReads,
    'nodes',
    'workers',
    'messages',
    'bgpSessions',
    'remarks',
    'attempts',
  ],
  judges: 'cluster',
  detect: (view) => {
    const proven = [...ofCaptures(view), ...ofFilters(view), ...cloudRuleSigns(view), ...ofFabric(view)]
    // Pools that never use it cannot lose by it, whatever rules say.
    if (isNever(view, 'ipip') && !hasSign(ofCaptures(view), 'decisive')) return []
    const signs = besideFacts([...proven, ...ofAttempts(view), ...ofUse(view)], ofPeople(view))
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: 'IP-in-IP packets (protocol 4) do not get from node to node',
              state: { isFabric: hasSign(ofFabric(view), 'decisive') },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

function ofCaptures(view: Reads<GroupReads | 'captures'>): readonly Sign[] {
  const gone = swallowed(view, 'ipip')
  if (gone !== undefined) {
    const { sent, silent } = gone
    if (silent.counted === true)
      return [sign(silent, 'strong', 'packets of protocol 4 leave, and no node counts one that comes in')]
    return [
      sign(
        silent,
        isKeptOut(view) ? 'weak' : 'decisive',
        'a capture of protocol 4 saw nothing while such packets are sent',
      ),
      sign(sent, 'weak', `packets of protocol 4 leave for ${sent.destination ?? 'another node'}`),
    ]
  }
  const back = answered(view, 'ipip')
  if (back !== undefined) return [sign(back, 'against', 'packets of protocol 4 travel in both directions')]
  const alone = unanswered(view, 'ipip')
  const prohibited = view.rows('captures').find(({ shows }) => shows === 'prohibited')
  return [
    ...(alone === undefined
      ? []
      : [sign(alone, 'weak', 'packets of protocol 4 are seen in one direction only')]),
    ...(alone === undefined || prohibited === undefined
      ? []
      : [sign(prohibited, 'strong', 'somebody answers such packets with “prohibited”')]),
  ]
}

/** A group of the nodes lets nothing of each other's in: protocol 4 is lost with all the rest. */
const isKeptOut = (view: Reads<GroupReads>): boolean =>
  groupListings(view).some(({ passed, isWorkers }) => isWorkers && passed.length === 0)

/** Rules of others than Calico that refuse number 4, or that allow the number which merely has the name. */
function ofFilters(view: Reads<EncapsulationReads | 'filterRules'>): readonly Sign[] {
  const rules = view.rows('filterRules').filter(({ chain }) => !isCalicosChain(chain))
  const refused = rules
    .filter((rule) => isRefusal(rule) && isIpInIp(rule.protocol) && rule.packets !== 0)
    .map((rule) => sign(rule, 'decisive', `a rule in ${rule.chain} refuses protocol 4`))
  const allows = rules.some((rule) => letsThrough(rule) && isIpInIp(rule.protocol))
  if (allows) return refused
  const used = tunnelTold(view, 'ipip') !== undefined
  const mistaken = rules
    .filter((rule) => letsThrough(rule) && isMistakenIpInIp(rule.protocol))
    .map((rule) =>
      sign(
        rule,
        used ? 'decisive' : 'strong',
        'a rule allows protocol 94, which only has the name “ipip”; none allows 4',
      ),
    )
  return [...refused, ...mistaken, ...ofZones(view)]
}

/** OpenStack's chains return what a security group allows. */
const letsThrough = ({ target }: FilterRuleRow): boolean => target === 'ACCEPT' || target === 'RETURN'

/** firewalld takes names from /etc/protocols as well. */
const ofZones = (view: Reads<'settings'>): readonly Sign[] =>
  view.rows('settings').flatMap((row) => {
    const isProtocols = row.in === 'firewalld' && row.name.split('.').at(-1) === 'protocols'
    const allowed = itemsOf(row.value)
    return isProtocols && allowed.some(isMistakenIpInIp) && !allowed.some(isIpInIp)
      ? [sign(row, 'decisive', 'firewalld allows the protocol named “ipip”, which is 94; IP in IP is 4')]
      : []
  })

/**
 * Azure's network drops IP in IP; there is no rule for it.
 *
 * @see MicrosoftDocs/azure-docs:articles/virtual-network/virtual-networks-faq.md
 */
function ofFabric(view: Reads<EncapsulationReads | CloudReads>): readonly Sign[] {
  const used = tunnelTold(view, 'ipip')
  const azure = cloudTold(view, 'Azure')
  if (used === undefined || azure === undefined) return []
  return [
    sign(
      azure.row,
      azure.isSure ? 'decisive' : 'strong',
      'the nodes are on Azure, which carries no IP in IP',
    ),
  ]
}

const ofAttempts = (view: Reads<EncapsulationReads | 'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    'open-port': (row) => (isOfIpInIp(row) ? ofOutcome(row, 'protocol 4 was opened') : undefined),
    'change-encapsulation': (row) => {
      const { before, after } = changedEncapsulation(row)
      const from = before?.kind ?? tunnelTold(view, 'ipip')?.kind
      if (after?.kind === 'ipip')
        return before?.kind === 'vxlan' && row.outcome === 'cured'
          ? ['against', 'changing to IP in IP cured it']
          : undefined
      return from === 'ipip' && after !== undefined
        ? ofOutcome(row, `IP in IP was changed to ${row.after}`)
        : undefined
    },
  })

const isOfIpInIp = (row: AttemptRow): boolean => {
  const protocol = protocolOpened(row)
  return isIpInIp(protocol) || isMistakenIpInIp(protocol)
}

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'ipip-is-blocked': ['strong', 'IP in IP is blocked, as somebody says'],
    'node-network-fine': ['weak', 'nodes reach each other'],
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
    'cross-subnet-fails': ['weak', 'pods of nodes in different subnets do not reach each other'],
    'icmp-works-tcp-fails': ['against', 'ping gets through, in the same kind of packets'],
    'small-works-large-fails': ['against', 'small packets get through'],
    'same-subnet-fails': [
      'against',
      'only nodes of one subnet fail, between which cross-subnet pools use no tunnel',
    ],
  })

/** That it is used, and that the ways beside it work, is how most clusters are: it fits, and no more. */
function ofUse(view: Reads<EncapsulationReads | 'bgpSessions' | 'remarks'>): readonly Sign[] {
  const used = tunnelTold(view, 'ipip')
  const sessions = view.rows('bgpSessions')
  const [first] = sessions
  const said = view.rows('remarks').find(({ says }) => says === 'bgp-is-up')
  const up = first !== undefined && sessions.every((session) => session.up) ? first : said
  return [
    ...(used === undefined ? [] : [sign(used.row, 'weak', used.says)]),
    ...(up === undefined
      ? []
      : [sign({ from: up.from }, 'weak', 'BGP is Established: TCP between the nodes works')]),
  ]
}
