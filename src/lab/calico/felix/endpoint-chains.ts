/** The chains of one endpoint (projectcalico/calico:felix/rules/endpoints.go, endpointIptablesChain). */
import { chainName, marks } from '#lab/calico/felix/names.ts'
import type { PolicyGroup, TierPolicies } from '#lab/calico/felix/policy/active.ts'
import { policyChain } from '#lab/calico/felix/policy/chain-names.ts'
import { hashed, kept, keptBy } from '#lab/calico/felix/rule-hash.ts'
import { clearMark, jump, setMark, verdict } from '#lab/calico/felix/rules.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

export interface EndpointChain {
  readonly chain: string
  /** `in`: what comes to the endpoint, for its ingress policies; for a host endpoint: what comes from its interface. */
  readonly direction: 'in' | 'out'
  readonly tiers: readonly TierPolicies[]
  readonly profiles: readonly string[]
  readonly kind: 'normal' | 'forward' | 'untracked' | 'pre-dnat'
  readonly failsafe?: string
  /** What becomes of a conversation that was allowed before. Default: it is accepted. */
  readonly allowAction?: 'accept' | 'return'
  /** What pods may not send, since it would get around policies. */
  readonly dropsEncapsulation?: { readonly vxlanPort: number }
}

/** One that other nodes have, too. */
export const endpointChain = (o: EndpointChain): readonly Rule[] =>
  kept(`${o.chain} ${endpointKey(o)}`, () => hashedChain(o))

/** The chains of one who alone has them: made again once anything is another that they depend on. */
export const endpointChains = (owner: object, all: readonly EndpointChain[]): Chains =>
  keptBy(owner, all.map(endpointKey).join('\n'), () =>
    Object.fromEntries(all.map((each) => [each.chain, hashedChain(each)])),
  )

const hashedChain = (o: EndpointChain): readonly Rule[] =>
  hashed(
    o.chain,
    kept(endpointKey(o), () => rulesOf(o)),
  )

/** Everything that the chain's rules depend on but its name: policies are in it by their chains' names. */
const endpointKey = ({
  direction,
  kind,
  profiles,
  failsafe,
  dropsEncapsulation,
  allowAction,
  tiers,
}: EndpointChain): string =>
  [
    direction,
    kind,
    failsafe,
    allowAction,
    dropsEncapsulation?.vxlanPort,
    profiles.join(),
    ...tiers.flatMap(({ tier, ingress, egress }) => [
      tier.name,
      tier.defaultAction,
      ...(direction === 'in' ? ingress : egress).map((group) => group.chain),
    ]),
  ].join(' ')

/** Before they have hashes: endpoints with the same profiles and policies have the same. */
function rulesOf(o: EndpointChain): readonly Rule[] {
  const { kind, direction, profiles } = o
  const groups = o.tiers.flatMap(({ tier, ingress, egress }) => {
    const own = direction === 'in' ? ingress : egress
    return own.length === 0 ? [] : [{ tier, groups: own }]
  })
  return [
    ...(kind === 'untracked' ? [] : established(o)),
    ...(kind === 'untracked' ? [] : [verdict('drop', { state: 'invalid' })]),
    ...(o.failsafe === undefined ? [] : [jump(o.failsafe)]),
    clearMark(marks.accept | marks.pass),
    ...encapsulationRules(o.dropsEncapsulation),
    ...groups.flatMap((each) => tierRules(each, o)),
    ...(kind === 'forward' && groups.length === 0 ? allowForwarded : []),
    ...(kind === 'normal' ? profileRules(profiles, direction) : []),
  ]
}

/** Who only returns says so by the mark, for what is asked after it (appendConntrackRules). */
const established = ({ allowAction = 'accept' }: EndpointChain): readonly Rule[] => [
  ...(allowAction === 'accept' ? [] : [setMark(marks.accept, { state: 'established' })]),
  verdict(allowAction, { state: 'established' }),
]

const encapsulationRules = (drops: EndpointChain['dropsEncapsulation']): readonly Rule[] =>
  drops === undefined
    ? []
    : [
        verdict(
          'drop',
          { protocol: 'udp', ports: [drops.vxlanPort] },
          'Drop VXLAN encapped packets originating in workloads',
        ),
        verdict('drop', { protocol: 'ipip' }, 'Drop IPinIP encapped packets originating in workloads'),
      ]

function tierRules(
  { tier, groups }: { readonly tier: TierPolicies['tier']; readonly groups: readonly PolicyGroup[] },
  { kind, direction }: EndpointChain,
): readonly Rule[] {
  const drops = (kind === 'normal' || kind === 'forward') && tier.defaultAction === 'Deny'
  return [
    clearMark(marks.pass, {}, `Start of tier ${tier.name}`),
    ...groups.flatMap(({ chain, policies }) => {
      const [only] = policies
      const target = policies.length === 1 && only ? policyChain(direction, only) : chain
      return [
        jump(target, { unmarked: marks.pass }),
        ...(kind === 'untracked' ? [verdict('notrack', { mark: marks.accept })] : []),
        verdict('return', { mark: marks.accept }, 'Return if policy accepted'),
      ]
    }),
    ...(drops ? [verdict('drop', { unmarked: marks.pass }, 'Drop if no policies passed packet')] : []),
  ]
}

const allowForwarded: readonly Rule[] = [
  setMark(marks.accept, {}, 'Allow forwarded traffic by default'),
  verdict('return', {}, 'Return for accepted forward traffic'),
]

const profileRules = (profiles: readonly string[], direction: 'in' | 'out'): readonly Rule[] => [
  ...profiles.flatMap((profile) => [
    jump(profileChain(direction, profile)),
    verdict('return', { mark: marks.accept }, 'Return if profile accepted'),
  ]),
  verdict('drop', {}, 'Drop if no profiles matched'),
]

export const profileChain = (direction: 'in' | 'out', profile: string): string =>
  chainName(direction === 'in' ? 'cali-pri-' : 'cali-pro-', profile)

/** A group of more than one policy has a chain of its own, which stops now and then to see whether something is decided. */
export function groupChain(group: PolicyGroup, direction: 'in' | 'out'): readonly Rule[] {
  const chains = group.policies.map((policy) => policyChain(direction, policy))
  return kept(`group ${group.chain} ${chains.join()}`, () => hashed(group.chain, groupRules(chains)))
}

const stride = 5
const decided = marks.pass | marks.accept

const groupRules = (chains: readonly string[]): readonly Rule[] =>
  chains.flatMap((chain, index) => [
    // "mark not clear" cannot be said with one bit: two rules return where Felix writes one.
    ...(index > 0 && index % stride === 0
      ? [
          verdict('return', { mark: marks.pass }, 'Return on verdict'),
          verdict('return', { mark: marks.accept }, 'Return on verdict'),
        ]
      : []),
    jump(chain, index % stride === 0 ? {} : { unmarked: decided }),
  ])
