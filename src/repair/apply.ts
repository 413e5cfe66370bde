import type { Clock } from '#base/clock.ts'
import { Trouble } from '#base/trouble.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import { carryStep } from '#repair/carry-step.ts'
import { holds } from '#repair/check.ts'
import type { RepairEvent } from '#repair/events.ts'
import { defaultLimits, type GuardAnswer, type GuardLimits, judgeGuards, refusals } from '#repair/guards.ts'
import type { Hand } from '#repair/hands.ts'
import { type Journal, type JournalState, stateOf } from '#repair/journal.ts'
import type { Lease } from '#repair/lease.ts'
import type { Disruption, Plan } from '#repair/types.ts'
import { type Claim, claimsOf, isMended, type Look, type Probe, podLife } from '#repair/verify.ts'

/** A look at the cluster, close at these nodes and cheap at the others; or close wherever a diagnosis looks. */
export type Observe = (
  nodes: readonly string[] | 'as-diagnosis',
) => Promise<Look & { readonly clusterUid: string | undefined }>

export interface ApplyOptions {
  readonly plan: Plan
  /** The look the plan was made from. */
  readonly first: { readonly diagnosis: Diagnosis; readonly clusterUid: string | undefined }
  readonly observe: Observe
  readonly hands: Hand
  readonly journal: Journal
  readonly clock: Clock
  readonly lease?: Lease
  readonly probe?: Probe
  readonly goal: 'restore' | 'rca'
  readonly gathered?: string
  readonly maxDisruption?: Disruption
  /** Flags of guards that the user typed. */
  readonly overrides?: ReadonlySet<string>
  readonly limits?: Partial<GuardLimits>
  readonly pace?: Partial<Pace>
  readonly signal?: AbortSignal
}

export interface Pace {
  /** Between the plan's look and the second one. */
  readonly observationGapMs: number
  /** Looks for a step's effect, and the time between them. */
  readonly stepLooksMax: number
  readonly stepEveryMs: number
  /** Looks of the verification. Two good ones in a row, without a restart between them, end it. */
  readonly verifyLooksMax: number
  readonly verifyEveryMs: number
}

const defaultPace: Pace = {
  observationGapMs: 10_000,
  stepLooksMax: 6,
  stepEveryMs: 2_000,
  verifyLooksMax: 40,
  verifyEveryMs: 10_000,
}

/**
 * Carries out a plan: looks a second time, asks the guards, does step after step (reading again before each, and
 * writing the journal before and after each), then verifies with the detectors that found the trouble. Ends with a
 * `finished` event; rejects with `signal.reason` when interrupted, leaving a journal from which {@link resume} goes on.
 */
export async function* apply(options: ApplyOptions): AsyncGenerator<RepairEvent, void> {
  yield* carryOut(options, undefined)
}

/** Goes on with the repair a journal tells of. Throws when there is none that is unfinished. */
export async function* resume(
  options: Omit<ApplyOptions, 'plan' | 'first'> & { readonly first: Diagnosis },
): AsyncGenerator<RepairEvent, void> {
  const state = stateOf(await options.journal.read())
  if (state === undefined || state.over) throw new NothingToResume()
  const first = { diagnosis: options.first, clusterUid: state.cluster === '' ? undefined : state.cluster }
  yield* carryOut({ ...options, plan: state.plan, first }, state)
}

export class NothingToResume extends Trouble {
  constructor() {
    super('nothing-to-resume', 'the journal tells of no unfinished repair', {
      hint: 'start one with "ninelives repair --apply"',
    })
  }
}

async function* carryOut(
  options: ApplyOptions,
  resumed: JournalState | undefined,
): AsyncGenerator<RepairEvent, void> {
  const { plan, lease } = options
  yield { kind: 'planned', plan, resumed: resumed !== undefined }
  const held = await lease?.acquire()
  try {
    const answers = await askGuards(options, { resuming: resumed !== undefined, held })
    for (const answer of answers) yield { kind: 'guard', answer }
    const refused = refusals(answers)
    if (refused.length > 0) {
      yield finished('refused', refused.map(({ says }) => says).join('; '))
      return
    }
    if (resumed === undefined) await begin(options)
    const failure = yield* takeSteps(options)
    if (failure !== undefined) {
      yield await ended(options, 'failed', failure, [])
      return
    }
    const { claims, mended } = yield* verify(options)
    const says = mended
      ? summary(claims)
      : (claims.find(({ holds: held }) => held === false)?.says ?? 'not verified')
    yield await ended(options, mended ? 'mended' : 'failed', says, claims)
  } finally {
    if (held?.ok === true) await lease?.release()
  }
}

async function askGuards(
  options: ApplyOptions,
  o: { readonly resuming: boolean; readonly held: Awaited<ReturnType<Lease['acquire']>> | undefined },
): Promise<readonly GuardAnswer[]> {
  const { plan, first, clock, signal, goal, gathered, overrides, maxDisruption = 'node' } = options
  const { observationGapMs } = paceOf(options)
  const age = clock.now() - first.diagnosis.observedAtMs
  if (age < observationGapMs && !o.resuming)
    await clock.sleep(observationGapMs - age, signal === undefined ? {} : { signal })
  const second = await options.observe('as-diagnosis')
  return judgeGuards(
    {
      plan,
      first: first.diagnosis,
      second: second.diagnosis,
      facts: second.facts,
      allDone: plan.steps.every(
        ({ check, onlyIf }) =>
          holds(check, second.facts) || (onlyIf !== undefined && !holds(onlyIf, second.facts)),
      ),
      resuming: o.resuming,
      cluster: { planned: first.clusterUid, now: second.clusterUid },
      goal,
      gathered,
      maxDisruption,
      otherRepairer: o.held?.ok === false ? o.held.error : undefined,
      ...(o.held?.ok === true && o.held.value.unheld !== undefined && { unheld: o.held.value.unheld }),
      limits: { ...defaultLimits, ...options.limits },
    },
    overrides,
  )
}

const begin = ({ journal, clock, plan, first }: ApplyOptions): Promise<void> =>
  journal.append({ kind: 'begin', atMs: clock.now(), version: 1, cluster: first.clusterUid ?? '', plan })

/** Why a step failed; `undefined` when all are done. */
async function* takeSteps(options: ApplyOptions): AsyncGenerator<RepairEvent, string | undefined> {
  const { plan } = options
  const { stepLooksMax, stepEveryMs } = paceOf(options)
  for (const [index, step] of plan.steps.entries()) {
    options.signal?.throwIfAborted()
    yield { kind: 'step-begins', step, number: index + 1, of: plan.steps.length }
    const { how, says } = yield* carryStep(step, { ...options, looksMax: stepLooksMax, everyMs: stepEveryMs })
    yield { kind: 'step-ended', step, how, says }
    if (how === 'failed') return `step ${index + 1} (${step.id}) failed: ${says}`
  }
  return undefined
}

async function* verify(
  options: ApplyOptions,
): AsyncGenerator<RepairEvent, { readonly claims: readonly Claim[]; readonly mended: boolean }> {
  const { plan, clock, signal } = options
  const { verifyLooksMax, verifyEveryMs } = paceOf(options)
  let claims: readonly Claim[] = []
  let goodLife: string | undefined
  for (let round = 1; round <= verifyLooksMax; round++) {
    const { look, life } = await lookAround(options)
    claims = claimsOf(plan, look)
    yield { kind: 'looked', round, of: verifyLooksMax, claims }
    if (!isMended(claims)) goodLife = undefined
    else if (goodLife === life) return { claims, mended: true }
    else goodLife = life
    if (round < verifyLooksMax) await clock.sleep(verifyEveryMs, signal === undefined ? {} : { signal })
  }
  return { claims, mended: false }
}

/** How many other ends of sessions and routes are looked at: enough to show both directions, few in a large cluster. */
const peersMax = 4

async function lookAround(options: ApplyOptions): Promise<{ readonly look: Look; readonly life: string }> {
  const { plan, observe, probe } = options
  const subjects = nodesOf(plan)
  const seen = await observe(subjects)
  const peers = seen.facts
    .rows('nodes')
    .map(({ name }) => name)
    .filter((name) => !subjects.includes(name))
    .slice(0, peersMax)
  const wide = subjects.length === 0 || peers.length === 0 ? seen : await observe([...subjects, ...peers])
  const traffic = await probe?.()
  return {
    look: traffic === undefined ? wide : { ...wide, traffic },
    life: podLife(wide.facts, plan),
  }
}

async function ended(
  { journal, clock }: ApplyOptions,
  outcome: 'mended' | 'failed',
  says: string,
  claims: readonly Claim[],
): Promise<RepairEvent> {
  await journal.append({ kind: 'end', atMs: clock.now(), outcome, says })
  return finished(outcome, says, claims)
}

const finished = (
  outcome: 'mended' | 'refused' | 'failed',
  says: string,
  claims: readonly Claim[] = [],
): RepairEvent => ({
  kind: 'finished',
  outcome,
  says,
  claims,
})

function summary(claims: readonly Claim[]): string {
  const open = claims.filter(({ holds: held }) => held === 'unknown')
  return open.length === 0 ? 'verified' : `verified, except: ${open.map(({ says }) => says).join('; ')}`
}

const nodesOf = ({ about }: Plan): readonly string[] => (about.kind === 'node' ? [about.name] : [])

const paceOf = ({ pace }: ApplyOptions): Pace => ({ ...defaultPace, ...pace })
