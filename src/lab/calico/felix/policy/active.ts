/** Which policies an endpoint has, in the order in which they are asked. */
import { createHash } from 'node:crypto'
import type { Policy, Selectable } from '#lab/calico/felix/policy/model.ts'

export interface Tier {
  readonly name: string
  readonly order: number
  /** What becomes of what no policy of the tier decides. */
  readonly defaultAction: 'Deny' | 'Pass'
}

/** Policies of a tier that stand together because they choose the same endpoints. */
export interface PolicyGroup {
  readonly chain: string
  readonly policies: readonly Policy[]
}

export interface TierPolicies {
  readonly tier: Tier
  readonly ingress: readonly PolicyGroup[]
  readonly egress: readonly PolicyGroup[]
}

export type PolicyKind = 'normal' | 'forward' | 'untracked' | 'pre-dnat'

/** Sorted as Felix applies them: by tier, by order, by name (projectcalico/calico:felix/calc/policy_sorter.go). */
export function sortedPolicies(policies: readonly Policy[], tiers: readonly Tier[]): readonly Policy[] {
  const orderOf = new Map(tiers.map(({ name, order }) => [name, order]))
  const tierOrder = ({ tier }: Policy): number => orderOf.get(tier) ?? Number.POSITIVE_INFINITY
  return policies
    .filter(({ tier }) => orderOf.has(tier))
    .toSorted(
      (a, b) =>
        compare(tierOrder(a), tierOrder(b)) ||
        compare(a.tier, b.tier) ||
        compare(a.order, b.order) ||
        compare(a.name, b.name),
    )
}

/** `sorted`: of {@link sortedPolicies}. Tiers without a policy for the endpoint are left out. */
export function policiesOf(
  endpoint: Selectable,
  sorted: readonly Policy[],
  tiers: readonly Tier[],
  kind: PolicyKind = 'normal',
): readonly TierPolicies[] {
  const own = sorted.filter((policy) => isOf(policy, kind) && policy.applies.chooses(endpoint))
  return tiers.flatMap((tier) => {
    const inTier = own.filter((policy) => policy.tier === tier.name)
    if (inTier.length === 0) return []
    return [
      {
        tier,
        ingress: grouped(
          inTier.filter(({ ingress }) => ingress !== undefined),
          'inbound',
        ),
        egress: grouped(
          inTier.filter(({ egress }) => egress !== undefined),
          'outbound',
        ),
      },
    ]
  })
}

function isOf({ doNotTrack, preDnat, applyOnForward }: Policy, kind: PolicyKind): boolean {
  switch (kind) {
    case 'untracked':
      return doNotTrack
    case 'pre-dnat':
      return preDnat
    case 'forward':
      return applyOnForward && !doNotTrack && !preDnat
    default:
      return !doNotTrack && !preDnat
  }
}

function grouped(policies: readonly Policy[], direction: 'inbound' | 'outbound'): readonly PolicyGroup[] {
  const runs: Policy[][] = []
  for (const policy of policies) {
    const run = runs.at(-1)
    if (run?.[0]?.applies.text === policy.applies.text) run.push(policy)
    else runs.push([policy])
  }
  return runs.map((run) => ({ chain: groupChain(run, direction), policies: run }))
}

/** projectcalico/calico:felix/rules/endpoints.go (PolicyGroup.UniqueID). */
function groupChain(policies: readonly Policy[], direction: 'inbound' | 'outbound'): string {
  const lines = [
    policies[0]?.tier ?? '',
    policies[0]?.applies.text ?? '',
    direction,
    `${policies.length}`,
    ...policies.map(({ name }) => name),
  ]
  const hash = createHash('sha3-224')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('base64url')
  return `cali-g${direction === 'inbound' ? 'i' : 'o'}-${hash.slice(0, 20)}`
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)
