import { type EncapsulationReads, tunnelTold } from '#cluster/encapsulation.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isIpInIp } from '#cluster/refusals.ts'
import type { CloudRuleRow } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/**
 * What a cloud's rules say of protocol 4. A security group refuses what no rule of it allows; but a listing may be an excerpt, so
 * a missing rule is never proof, while a rule for number 94 shows what somebody wanted.
 */
export function cloudRuleSigns(view: Reads<EncapsulationReads | 'cloudRules'>): readonly Sign[] {
  const used = tunnelTold(view, 'ipip') !== undefined
  const rules = view.rows('cloudRules').filter(({ direction }) => direction !== 'outbound')
  const denied = rules.filter(({ action, protocol }) => action === 'deny' && isIpInIp(protocol))
  const allowed = rules.filter(({ kind, action }) => kind === 'security-group' && action !== 'deny')
  return [
    ...denied.map((row) => sign(row, 'decisive', `a rule of ${row.group} denies protocol 4`)),
    ...(used && !allowed.some(letsThrough) ? ofAllowed(allowed) : []),
  ]
}

const letsThrough = ({ protocol }: CloudRuleRow): boolean =>
  protocol === undefined || protocol === 'all' || protocol === 'ipip' || isIpInIp(protocol)

function ofAllowed(allowed: readonly Fact<CloudRuleRow>[]): readonly Sign[] {
  const mistaken = allowed.filter(({ protocol }) => protocol === '94')
  if (mistaken.length > 0)
    return mistaken.map((row) => sign(row, 'decisive', 'the security group allows protocol 94 and not 4'))
  const [first] = allowed
  return first === undefined || allowed.length < rulesMin
    ? []
    : [sign(first, 'strong', 'no rule of the security group allows protocol 4')]
}

/** One rule alone is somebody's example. */
const rulesMin = 2
