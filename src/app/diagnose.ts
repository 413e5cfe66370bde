import { type ClusterSession, type OpenedCluster, sessionWith } from '#app/cluster.ts'
import { doorsOf } from '#app/doors.ts'
import { eventsOf } from '#app/events-of.ts'
import { likenessToPages } from '#app/pages.ts'
import type { Clock } from '#base/clock.ts'
import type { Facts } from '#cluster/facts.ts'
import { relationNames } from '#cluster/relations.ts'
import { diagnose as decide } from '#diagnosis/diagnose.ts'
import type { Diagnosis, Mode } from '#diagnosis/types.ts'
import { planFor } from '#repair/plan.ts'
import type { Remedies } from '#repair/types.ts'
import type { ClusterHead, DiagnosisReport } from '#report/types.ts'
import {
  type Budget,
  type ClusterReading,
  type LiveStage,
  type ReadOptions,
  readCluster,
} from '#sources/live/index.ts'

export type DiagnoseEvent =
  | { readonly kind: 'stage'; readonly stage: LiveStage | 'text'; readonly says: string }
  | { readonly kind: 'report'; readonly report: DiagnosisReport }

export interface Engine {
  readonly modes: readonly Mode[]
  /** Without it, reports have no plans. */
  readonly remedies?: Remedies
}

export interface LiveOptions {
  readonly clock: Clock
  readonly deep?: boolean
  /** `--node`: only these get a closer look. */
  readonly nodes?: readonly string[]
  /** `--request-timeout` */
  readonly timeoutMs?: number
  readonly budget?: Partial<Budget>
  readonly suspectsMax?: number
  /**
   * With `deep` and without a node shell, a crash-looping container can be looked into only while it runs. So long the
   * reading is repeated until every container could be. Default: not at all.
   */
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

export interface DiagnoseLiveOptions extends LiveOptions, Engine {
  readonly cluster: OpenedCluster
}

/**
 * Diagnoses a cluster: stages as they begin, then the report, last. Rejects with a Trouble when nothing could be read,
 * and with `signal.reason` when interrupted.
 */
export function diagnoseLive(options: DiagnoseLiveOptions): AsyncIterable<DiagnoseEvent> {
  const { cluster, modes, remedies, deep = false } = options
  const session = sessionWith(cluster, options)
  return eventsOf<DiagnoseEvent>(async (tell) => {
    const reading = await readPatiently(session, options, (stage, says) =>
      tell({ kind: 'stage', stage, says }),
    )
    const { facts, clusterUid, requests } = reading
    tell({
      kind: 'report',
      report: reportOf(decide(facts, modes), remedies, {
        cluster: clusterOf(cluster, clusterUid),
        source: { kind: 'live', deep, requests },
        ...(session.shell === undefined ? { doors: doorsOf(facts) } : {}),
      }),
    })
  })
}

/** Facts that were read elsewhere, with what the report's head says about them. */
export interface TextFacts {
  readonly facts: Facts
  /** What was read, in one line. */
  readonly says: string
  /** What the reader wants known, such as pieces that it did not understand. */
  readonly notes?: readonly string[]
  /** The text itself: where nothing decides, its likeness to the modes' pages chooses the next question. */
  readonly words?: string
}

/** Diagnoses pasted text. `read` rejects with a Trouble for what is no text. */
export function diagnoseText(
  options: Engine & { readonly read: () => Promise<TextFacts> },
): AsyncIterable<DiagnoseEvent> {
  const { modes, remedies, read } = options
  return eventsOf<DiagnoseEvent>(async (tell) => {
    const { facts, says, notes, words } = await read()
    tell({ kind: 'stage', stage: 'text', says })
    const diagnosis = diagnoseComplaint(facts, modes, words)
    const source = {
      kind: 'text',
      says,
      ...(notes === undefined ? {} : { notes }),
      ...(isOpenShift(facts) ? { client: 'oc' as const } : {}),
    } as const
    tell({ kind: 'report', report: reportOf(diagnosis, remedies, { source }) })
  })
}

/** Somebody typed `oc`, or a namespace is OpenShift's: there the same commands go by another name. */
const isOpenShift = (facts: Facts): boolean =>
  facts.rows('pods').some(({ namespace }) => namespace.startsWith('openshift-')) ||
  relationNames.some((relation) => facts.rows(relation).some(({ from }) => from.command?.startsWith('oc ')))

/** The diagnosis of what somebody showed, with its likeness to the modes' pages where nothing decides. */
export function diagnoseComplaint(facts: Facts, modes: readonly Mode[], words = ''): Diagnosis {
  const first = decide(facts, modes)
  const isOpen = !first.causes.some(({ confidence }) => confidence === 'confirmed')
  return isOpen && words !== '' ? decide(facts, modes, { likeness: likenessToPages(modes).of(words) }) : first
}

/** Joins a diagnosis with the plans that its modes have. */
export function reportOf(
  diagnosis: Diagnosis,
  remedies: Remedies = {},
  head: Pick<DiagnosisReport, 'cluster' | 'source' | 'doors'>,
): DiagnosisReport {
  const all = [...diagnosis.causes, ...diagnosis.preventive]
  const plans = all.flatMap((cause) => {
    const plan = planFor(cause, remedies, all)
    return plan === undefined ? [] : [{ cause, plan }]
  })
  return { diagnosis, ...head, plans }
}

export const clusterOf = ({ identity, lab }: OpenedCluster, uid: string | undefined): ClusterHead => ({
  ...identity,
  ...(uid === undefined ? {} : { uid }),
  ...(lab === undefined ? {} : { lab }),
})

/** The reader's options out of a session and what the user asked for. */
export const readOptions = (
  session: ClusterSession,
  { clock, deep, nodes, timeoutMs, budget, suspectsMax, signal }: LiveOptions,
): ReadOptions => ({
  api: session.api,
  clock,
  recognise: session.recognise,
  commands: session.commands,
  ...(session.shell === undefined ? {} : { shell: session.shell }),
  ...(session.provider === undefined ? {} : { provider: session.provider }),
  ...(deep === undefined ? {} : { deep }),
  ...(nodes === undefined ? {} : { nodes }),
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
  ...(budget === undefined ? {} : { budget }),
  ...(suspectsMax === undefined ? {} : { suspectsMax }),
  ...(signal === undefined ? {} : { signal }),
})

const patienceStepMs = 10_000

async function readPatiently(
  session: ClusterSession,
  options: LiveOptions,
  tell: (stage: LiveStage, says: string) => void,
): Promise<ClusterReading> {
  const { clock, deep, patienceMs = 0, signal } = options
  const untilMs = clock.now() + patienceMs
  for (;;) {
    const reading = await readCluster({ ...readOptions(session, options), tell })
    const waiting = deep === true ? notRunningOn(reading.facts) : []
    if (waiting.length === 0 || clock.now() + patienceStepMs > untilMs) return reading
    tell('deep', `calico-node on ${waiting.join(', ')} does not run at the moment; looking again`)
    await clock.sleep(patienceStepMs, signal === undefined ? {} : { signal })
  }
}

const notRunningOn = (facts: Facts): readonly string[] =>
  facts
    .rows('nodes')
    .map(({ name }) => name)
    .filter((name) => {
      const coverage = facts.coverage('hostPaths', { kind: 'node', name })
      return coverage.kind === 'missing' && coverage.why === 'not-running'
    })
