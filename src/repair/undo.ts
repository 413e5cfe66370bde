import type { Clock } from '#base/clock.ts'
import { NothingToResume } from '#repair/apply.ts'
import type { RepairEvent } from '#repair/events.ts'
import type { Hand } from '#repair/hands.ts'
import { type Journal, stateOf } from '#repair/journal.ts'
import type { Step } from '#repair/types.ts'

/**
 * Takes back what the last repair in the journal did, last step first. Steps that were found done, were left out, or have
 * no undo stay; the event says so. Stops at the first undo that fails.
 */
export async function* undo(o: {
  readonly journal: Journal
  readonly hands: Hand
  readonly clock: Clock
  readonly signal?: AbortSignal
}): AsyncGenerator<RepairEvent, void> {
  const state = stateOf(await o.journal.read())
  if (state === undefined) throw new NothingToResume()
  const ours = state.plan.steps.filter(({ id }) => state.ended.get(id) === 'done' || state.inDoubt === id)
  for (const [index, step] of ours.toReversed().entries()) {
    yield { kind: 'step-begins', step, number: index + 1, of: ours.length }
    const failure = yield* takeBack(step, o)
    if (failure !== undefined) {
      yield { kind: 'finished', outcome: 'failed', says: `undo of ${step.id} failed: ${failure}`, claims: [] }
      return
    }
  }
  const says = ours.length === 0 ? 'there was nothing to take back' : `${ours.length} steps were taken back`
  await o.journal.append({ kind: 'end', atMs: o.clock.now(), outcome: 'undone', says })
  yield { kind: 'finished', outcome: 'undone', says, claims: [] }
}

async function* takeBack(
  step: Step,
  { journal, hands, clock, signal }: Parameters<typeof undo>[0],
): AsyncGenerator<RepairEvent, string | undefined> {
  if (step.undo === undefined) {
    yield { kind: 'step-ended', step, how: 'left-out', says: step.noUndo ?? 'nothing to take back' }
    return undefined
  }
  const acted = await hands.carryOut(step.undo, signal === undefined ? {} : { signal })
  if (!acted.ok) return acted.error.says
  await journal.append({ kind: 'undone', atMs: clock.now(), step: step.id, says: acted.value })
  yield { kind: 'step-ended', step, how: 'undone', says: acted.value }
  return undefined
}
