import type { Clock } from '#base/clock.ts'
import type { Facts } from '#cluster/facts.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { Observe } from '#repair/apply.ts'
import { holds, sayCheck } from '#repair/check.ts'
import type { RepairEvent } from '#repair/events.ts'
import type { Hand } from '#repair/hands.ts'
import type { Journal, StepEnd } from '#repair/journal.ts'
import type { Step } from '#repair/types.ts'

export interface CarryOptions {
  readonly observe: Observe
  readonly hands: Hand
  readonly journal: Journal
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Looks for the step's effect, and the time between them. */
  readonly looksMax: number
  readonly everyMs: number
}

export interface StepResult {
  readonly how: StepEnd
  readonly says: string
}

/** Does one step: reads again, leaves out what is done or does not apply, acts, and looks whether the effect came. */
export async function* carryStep(step: Step, o: CarryOptions): AsyncGenerator<RepairEvent, StepResult> {
  const result = yield* stepResult(step, o)
  await o.journal.append({ kind: result.how, atMs: o.clock.now(), step: step.id, says: result.says })
  return result
}

async function* stepResult(step: Step, o: CarryOptions): AsyncGenerator<RepairEvent, StepResult> {
  const facts = await look(step, o)
  if (holds(step.check, facts)) return { how: 'already', says: sayCheck(step.check) }
  if (step.onlyIf !== undefined && !holds(step.onlyIf, facts))
    return { how: 'left-out', says: `not needed: that is for when ${sayCheck(step.onlyIf)}` }
  if (step.act.hand === 'wait') return yield* untilSo(step, o, step.act)

  const rehearsed = await o.hands.rehearse?.(step.act, signalOf(o))
  if (rehearsed?.ok === false) return { how: 'failed', says: rehearsed.error.says }
  await o.journal.append({ kind: 'intent', atMs: o.clock.now(), step: step.id })
  const acted = await o.hands.carryOut(step.act, signalOf(o))
  if (!acted.ok) return { how: 'failed', says: acted.error.says }
  if (step.check.kind === 'person') return { how: 'done', says: acted.value }
  const seen = yield* untilSo(step, o, { forMs: (o.looksMax - 1) * o.everyMs, everyMs: o.everyMs })
  if (seen.how === 'done') return { how: 'done', says: acted.value || seen.says }
  const unseen = unreadable(step, await look(step, o))
  // Without a shell of our own nobody can look; whether it is mended is for the verification to say.
  return unseen === undefined ? seen : { how: 'done', says: `${acted.value}; not checked: ${unseen}` }
}

/** Why the step's effect cannot be seen from here; `undefined` when it can. */
function unreadable({ check, node }: Step, facts: Facts): string | undefined {
  if (check.kind !== 'rows') return undefined
  const coverage = facts.coverage(check.relation, nodeSubject(node))
  return coverage.kind === 'missing' ? (coverage.says ?? `${check.relation} ${coverage.why}`) : undefined
}

/** Looks until the step's check holds. At least one look is taken. */
async function* untilSo(
  step: Step,
  o: CarryOptions,
  { forMs, everyMs }: { readonly forMs: number; readonly everyMs: number },
): AsyncGenerator<RepairEvent, StepResult> {
  const says = sayCheck(step.check)
  for (let waitedMs = 0; ; waitedMs += everyMs) {
    if (holds(step.check, await look(step, o))) return { how: 'done', says }
    if (waitedMs + everyMs > forMs)
      return { how: 'failed', says: `after ${forMs / 1000} s it still does not hold that ${says}` }
    yield { kind: 'step-waits', step, says }
    await o.clock.sleep(everyMs, signalOf(o))
  }
}

const look = async (step: Step, o: CarryOptions): Promise<Facts> =>
  (await o.observe(step.node === undefined ? [] : [step.node])).facts

const signalOf = ({ signal }: CarryOptions): { readonly signal?: AbortSignal } =>
  signal === undefined ? {} : { signal }
