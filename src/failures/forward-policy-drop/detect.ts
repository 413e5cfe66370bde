import type { Fact, Reads } from '#cluster/facts.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { isForwardChain, managerOf, refusalsOfForwarded } from '#cluster/refusals.ts'
import type { FilterChainRow } from '#cluster/relations.ts'
import { felixSettings } from '#cluster/settings.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, beforeCure, besideFacts, remarkSigns } from '#diagnosis/told-signs.ts'
import type { Symptom, View } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface ForwardState {
  /** What the policy has dropped so far, where it was counted. */
  readonly packets: number | undefined
}

type Needs = 'filterChains' | 'filterRules' | 'settings' | 'reachability' | 'remarks' | 'attempts'

/**
 * Finds nodes whose FORWARD chain drops by default (Docker sets it so since 1.13, and so do hardening scripts), and has dropped
 * packets that no rule of Calico's or kube-proxy's accepted before: to Services, from outside, between pods of old versions.
 *
 * @see moby/moby:libnetwork/iptables/iptables.go (sets the policy of FORWARD to DROP)
 * @see projectcalico/calico:felix/rules/static.go (Policy explicitly accepted packet.)
 */
export const detector = defineDetector<ForwardState, Needs>({
  needs: ['filterChains'],
  uses: ['filterRules', 'settings', 'reachability', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const chains = view
      .rows('filterChains')
      .filter((chain) => chain.table === 'filter' && isForwardChain(chain))
    const tried = ofAttempts(view)
    const facts = [
      ...beforeCure(tried, ofChains(chains, view, isFailing(view))),
      ...ofServices(view, chains),
      ...ofFelix(view, chains),
      ...ofRefusals(view),
      ...tried,
    ]
    const signs = besideFacts(facts, ofPeople(view))
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: 'the FORWARD chain drops what nobody accepted before (policy DROP)',
              state: { packets: chains.find(isDropping)?.packets },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** Traffic fails; `shown`: somebody shows this chain and nothing else that is wrong. */
function isFailing({ symptoms, isComplaint = false }: Failing): boolean | 'shown' {
  const now = symptoms.filter(({ when }) => when === 'now')
  if (now.length === 0 && isComplaint) return 'shown'
  return now.some(({ id }) => trafficSymptoms.some((one) => one === id))
}

interface Failing {
  readonly symptoms: readonly Symptom[]
  readonly isComplaint?: boolean
}

const isDropping = ({ policy }: FilterChainRow): boolean => policy === 'DROP'

/**
 * On every host with Docker the policy is DROP, and mostly all is accepted before. That it has dropped packets while traffic
 * fails leaves no other reading; unless somebody else's rules stand in the chain, whose policy it then is.
 */
function ofChains(
  chains: readonly Fact<FilterChainRow>[],
  view: Reads<'filterRules'>,
  isFailing: boolean | 'shown',
): readonly Sign[] {
  const dropping = chains.filter(isDropping)
  if (dropping.length === 0)
    return chains.map((chain) => sign(chain, 'against', 'the FORWARD chain accepts by default'))
  return dropping.flatMap((chain) => {
    const manager = view
      .rows('filterRules')
      .find((rule) => rule.node === chain.node && managerOf(rule) !== undefined)
    const counted = chain.packets === undefined ? '' : `, ${chain.packets} packets so far`
    const says = `FORWARD drops by default${counted}`
    return [
      sign(chain, weightOf(chain, { isFailing, isOwned: manager !== undefined }), says),
      ...(manager === undefined
        ? []
        : [sign(manager, 'against', `${managerOf(manager)} keeps its rules in the filter`)]),
    ]
  })
}

function weightOf(
  { packets, backend }: FilterChainRow,
  { isFailing, isOwned }: { readonly isFailing: boolean | 'shown'; readonly isOwned: boolean },
): 'decisive' | 'strong' | 'weak' {
  if (isOwned) return 'weak'
  if ((packets ?? 0) > 0) return isFailing === true ? 'decisive' : 'strong'
  if (packets === undefined) return isFailing === false ? 'weak' : 'strong'
  // Many versions of the nf_tables back-end do not count what a policy decides.
  return isFailing === true && backend === 'nft' ? 'strong' : 'weak'
}

/** kube-proxy accepts what belongs to the pods' range, if it knows it. */
const ofServices = (view: Reads<'settings'>, chains: readonly FilterChainRow[]): readonly Sign[] =>
  chains.some(isDropping)
    ? view
        .rows('settings')
        .filter(
          ({ of, name, value }) =>
            of === 'kube-proxy' && name.toLowerCase().endsWith('clustercidr') && value === '',
        )
        .map((row) => sign(row, 'weak', 'kube-proxy knows no range of pods, so it accepts none'))
    : []

/**
 * Felix was told to hand back what policy has allowed: then the rest of the host's chain decides, and its end.
 *
 * @see projectcalico/calico:felix/config/config_params.go (IptablesFilterAllowAction)
 */
const ofFelix = (view: View<Needs>, chains: readonly Fact<FilterChainRow>[]): readonly Sign[] => {
  const [returns] = felixSettings(view, 'IptablesFilterAllowAction').filter(
    ({ value }) => value.toLowerCase() === 'return',
  )
  if (returns === undefined) return []
  return chains
    .filter(isDropping)
    .map((chain) =>
      sign(
        chain,
        isFailing(view) === true ? 'decisive' : 'strong',
        'Felix returns what policy allowed, and FORWARD drops by default',
      ),
    )
}

/** A dropped packet is silence; whoever answers is no policy. */
const ofRefusals = (view: Reads<'reachability' | 'filterRules'>): readonly Sign[] => [
  ...refusalsOfForwarded(view.rows('filterRules'))
    .slice(0, 1)
    .map((rule) => sign(rule, 'against', 'a rule refuses all that is forwarded before the policy is asked')),
  ...view
    .rows('reachability')
    .filter(({ in: where, outcome }) => where === 'pod' && outcome === 'no-route')
    .map((row) => sign(row, 'against', `${row.to} answers with “no route to host” at once`)),
]

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  attemptSigns(view, { 'forward-accept': 'forwarding was accepted by default' })

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
    'service-timeouts': ['weak', 'services time out'],
    'egress-fails': ['weak', 'pods cannot reach the outside'],
    'dns-fails': ['weak', 'names cannot be resolved in pods'],
    'small-works-large-fails': ['against', 'small packets get through'],
    'icmp-works-tcp-fails': ['against', 'ping is forwarded'],
  })
