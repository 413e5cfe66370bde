import { type ClusterSession, handsFor, type OpenedCluster, sessionWith } from '#app/cluster.ts'
import { clusterOf, type Engine, type LiveOptions, readOptions, reportOf } from '#app/diagnose.ts'
import { Trouble } from '#base/trouble.ts'
import { diagnose as decide } from '#diagnosis/diagnose.ts'
import type { Cause, Diagnosis } from '#diagnosis/types.ts'
import { kubeLease } from '#hands/kube-lease.ts'
import type { AskPerson } from '#hands/person-hand.ts'
import { type ApplyOptions, apply, type Observe, type Pace, resume } from '#repair/apply.ts'
import type { RepairEvent } from '#repair/events.ts'
import { type Journal, stateOf } from '#repair/journal.ts'
import { planFor } from '#repair/plan.ts'
import type { Disruption, Plan } from '#repair/types.ts'
import { undo } from '#repair/undo.ts'
import type { Probe } from '#repair/verify.ts'
import type { DiagnosisReport } from '#report/types.ts'
import { type ClusterReading, readCluster, readRouting } from '#sources/live/index.ts'

export type RepairAppEvent =
  | RepairEvent
  /** What was found before anything is done. */
  | { readonly kind: 'diagnosed'; readonly report: DiagnosisReport; readonly plans: readonly Plan[] }

export interface RepairOptions extends LiveOptions, Engine {
  readonly cluster: OpenedCluster
  /** Without it only the plans are told. One journal a repair. */
  readonly act?: ActOptions
}

export interface ActOptions {
  readonly journal: Journal
  readonly goal: 'restore' | 'rca'
  readonly gathered?: string
  readonly maxDisruption?: Disruption
  readonly overrides?: ReadonlySet<string>
  /** Also carry out what the plans offer on other nodes. */
  readonly offers?: boolean
  readonly ask?: AskPerson
  readonly probe?: Probe
  readonly pace?: Partial<Pace>
  /** Who is shown as the holder of the lease. */
  readonly holder: string
  /** Asked once, with all plans, before anything is done. Default: nobody objects. */
  readonly confirm?: (plans: readonly Plan[]) => Promise<boolean>
}

/**
 * Diagnoses, then plans, then (with `act`) carries out the plan of each cause in turn, most likely first. A plan that
 * fails or is refused ends it. Rejects with a Trouble when nothing could be read.
 */
export async function* repair(options: RepairOptions): AsyncGenerator<RepairAppEvent, void> {
  const { cluster, act } = options
  const session = sessionWith(cluster, options)
  const reading = await readCluster(readOptions(session, options))
  const diagnosis = decide(reading.facts, options.modes)
  const plans = plansOf(diagnosis, options)
  yield { kind: 'diagnosed', report: reported(options, reading, diagnosis), plans }
  if (act === undefined || plans.length === 0) return
  if ((await act.confirm?.(plans)) === false)
    throw new Trouble('not-confirmed', 'nothing was done: the repair was not confirmed', { exit: 4 })
  const first = { diagnosis, clusterUid: reading.clusterUid }
  for (const plan of plans) {
    let mended = false
    for await (const event of apply({ ...applyOptions(options, act, session, plan), plan, first })) {
      if (event.kind === 'finished') mended = event.outcome === 'mended'
      yield event
    }
    if (!mended) return
  }
}

/** Goes on with the repair in the journal, on the cluster it was begun on. */
export async function* resumeRepair(
  options: RepairOptions & { readonly act: ActOptions },
): AsyncGenerator<RepairAppEvent, void> {
  const { cluster, act } = options
  const session = sessionWith(cluster, options)
  const reading = await readCluster(readOptions(session, options))
  const first = decide(reading.facts, options.modes)
  const plan = stateOf(await act.journal.read())?.plan
  yield* resume({ ...applyOptions(options, act, session, plan), first })
}

/** Takes back what the repair in the journal did. */
export function undoRepair(
  options: RepairOptions & { readonly act: ActOptions },
): AsyncGenerator<RepairEvent, void> {
  const { cluster, act, clock, signal } = options
  const session = sessionWith(cluster, options)
  return undo({
    journal: act.journal,
    hands: handsFor(session, act.ask),
    clock,
    ...(signal === undefined ? {} : { signal }),
  })
}

function plansOf(diagnosis: Diagnosis, { remedies = {}, act, nodes }: RepairOptions): readonly Plan[] {
  const all = [...diagnosis.causes, ...diagnosis.preventive]
  const wanted = (cause: Cause): boolean =>
    nodes === undefined || (cause.finding.about.kind === 'node' && nodes.includes(cause.finding.about.name))
  const plans = diagnosis.causes
    .filter(wanted)
    .map((cause) => planFor(cause, remedies, all))
    .filter((plan) => plan !== undefined)
  return act?.offers === true ? plans.map(withOffers) : plans
}

/** The plan with its offers taken: their steps come after its own. */
export const withOffers = (plan: Plan): Plan => ({
  ...plan,
  steps: [...plan.steps, ...plan.offers.flatMap(({ steps }) => steps)],
  offers: [],
})

const reported = (options: RepairOptions, reading: ClusterReading, diagnosis: Diagnosis): DiagnosisReport =>
  reportOf(diagnosis, options.remedies, {
    cluster: clusterOf(options.cluster, reading.clusterUid),
    source: { kind: 'live', deep: options.deep === true, requests: reading.requests },
  })

function applyOptions(
  options: RepairOptions,
  act: ActOptions,
  session: ClusterSession,
  plan: Plan | undefined,
): Omit<ApplyOptions, 'plan' | 'first'> {
  const { clock, signal } = options
  const { journal, goal, gathered, maxDisruption, overrides, probe, pace, holder, ask } = act
  const node = plan?.about.kind === 'node' ? plan.about.name : undefined
  return {
    observe: observer(options, session),
    hands: handsFor(session, ask),
    journal,
    clock,
    goal,
    ...(node === undefined ? {} : { lease: kubeLease(session.send, { node, holder, clock }) }),
    ...(gathered === undefined ? {} : { gathered }),
    ...(maxDisruption === undefined ? {} : { maxDisruption }),
    ...(overrides === undefined ? {} : { overrides }),
    ...(probe === undefined ? {} : { probe }),
    ...(pace === undefined ? {} : { pace }),
    ...(signal === undefined ? {} : { signal }),
  }
}

/** Looks while acting: deep at the nodes in question, so that a step's effect is seen where it is. */
const observer =
  (options: RepairOptions, session: ClusterSession): Observe =>
  async (nodes) => {
    const asked = readOptions(session, options)
    const close = nodes === 'as-diagnosis' ? asked : { ...asked, deep: true, nodes }
    const { facts, clusterUid } = await readCluster(close)
    const routing =
      nodes === 'as-diagnosis' || nodes.length < 2 ? undefined : await readRouting(asked, facts, nodes)
    return {
      facts,
      clusterUid,
      diagnosis: decide(facts, options.modes),
      ...(routing === undefined ? {} : { routing }),
    }
  }
