import type { Cause } from '#diagnosis/types.ts'
import type { Plan, Remedies } from '#repair/types.ts'

/**
 * The plan for a cause, or `undefined` where its mode has none (its owner acts, not we). Causes and preventive findings
 * of the same mode on other subjects become the plan's offers.
 */
export function planFor(cause: Cause, remedies: Remedies, all: readonly Cause[] = []): Plan | undefined {
  const remedy = remedies[cause.mode.id]
  const others = all.filter((other) => other.mode.id === cause.mode.id && other.finding !== cause.finding)
  return remedy?.plan(
    cause.finding,
    others.map(({ finding }) => finding),
  )
}
