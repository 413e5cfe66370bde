import { type Blast, blastOf } from '#drill/measure/blast.ts'
import { changes, type EvidenceState, type EvidenceWatch } from '#drill/measure/evidence.ts'
import { isMended, isMendedAfter, type Trial } from '#drill/measure/mended.ts'
import { type Snapshot, snapshotOf, type Wear, wearBetween } from '#drill/measure/snapshot.ts'
import {
  type Downtime,
  downtimes,
  lastLossMs,
  lost,
  type Traffic,
  trafficOf,
} from '#drill/measure/traffic.ts'
import { isUntouched } from '#drill/measure/trials.ts'
import type { Move, Turn } from '#drill/play/types.ts'
import type { Done, Stage } from '#drill/stage/stage.ts'

/** What a drill comes to: everything measured, nothing judged. Times are virtual ms; `…AfterMs` count from the page. */
export interface Debrief {
  readonly scenario: string
  readonly pagedAtMs: number
  /** When it broke; where nothing does, when the page came. */
  readonly struckAtMs: number
  readonly closedAfterMs: number
  readonly escalated: boolean
  /** First look at what tells the cause; undefined where nobody had one. */
  readonly diagnosedAfterMs?: number
  /** The last request that was lost; 0 where none was after the page. Undefined while requests are being lost. */
  readonly mitigatedAfterMs?: number
  /** From when on all was well to the end; where nothing was wrong, when somebody said so and closed it. */
  readonly repairedAfterMs?: number
  readonly moves: readonly MoveRecord[]
  readonly traffic: Traffic
  readonly customers: {
    readonly requests: number
    readonly lost: number
    /** Of these, before anybody was paged. */
    readonly lostBeforePage: number
    /** Had nobody done anything; where that was measured too. */
    readonly lostAlone?: number
    readonly downtimes: readonly Downtime[]
  }
  /** How far it reached over time. */
  readonly blast: Blast
  /** What wore beyond what would have, had nobody done anything. */
  readonly wear: Wear
  readonly evidence: readonly { readonly what: string; readonly is: EvidenceState }[]
  /** Whether somebody looked after the last change. */
  readonly verified: boolean
  readonly mended: Trial
  /** Where nothing was wrong: whether it was left as it was. */
  readonly untouched?: Trial
  readonly lasting: readonly Trial[]
  readonly prevention: readonly Trial[]
  /** Where the lab showed another thing than the text says. */
  readonly unlike: readonly { readonly says: string; readonly shown: string }[]
}

export interface MoveRecord {
  readonly move: Move
  /** The number of the round in which it was made. */
  readonly round: number
  readonly leads: Turn['leads']
  readonly endedAfterMs: number
  readonly well: boolean
  readonly done: readonly Pick<Done, 'typed' | 'output' | 'code'>[]
}

/** What can be told at once after the last move: all but what is tried then. */
export type Measured = Omit<Debrief, 'lasting' | 'prevention'>

export interface DebriefOptions {
  /** Everything is measured that lies behind; what comes after is tried next, and takes its time. */
  readonly onMeasured?: (measured: Measured) => void
  /** What is tried now, in words. */
  readonly onTrial?: (title: string) => void
}

/** A drill that is over, in whichever form it was played. */
export interface Played {
  readonly stage: Stage
  /** The same incident left alone, if that was measured too. */
  readonly alone: Stage | undefined
  readonly atPage: Snapshot
  readonly evidence: Pick<EvidenceWatch, 'states'>
  /** How the cluster was, from time to time. */
  readonly moments: readonly { readonly atMs: number; readonly well: boolean }[]
  readonly moves: readonly MoveRecord[]
  /** Whether somebody looked after the last change. */
  readonly verified: boolean
  /** A stage on which may be tried what comes after the end: the drill's own, where nobody needs it any more. */
  afterwards(): Promise<Stage>
}

/** Measures a drill that is over. What lasts, and what cannot come again, is tried afterwards. */
export async function debriefOf(drill: Played, o: DebriefOptions = {}): Promise<Debrief> {
  const measured = await measuredOf(drill)
  o.onMeasured?.(measured)
  return { ...measured, ...(await triedBoth(drill, o)) } // last: it may go on where the drill ended
}

async function measuredOf(drill: Played): Promise<Measured> {
  const { stage, alone } = drill
  const { pagedAtMs, id, escalatesAfterMs } = stage.scenario
  const nowMs = stage.lab.nowMs
  const worn = wearBetween(drill.atPage, snapshotOf(stage.lab))
  const wear = alone === undefined ? worn : beyond(worn, wearBetween(drill.atPage, snapshotOf(alone.lab)))
  const traffic = await trafficOf(stage.lab, stage.struckAtMs)
  const left = alone === undefined ? undefined : await trafficOf(alone.lab, stage.struckAtMs)
  const mended = await isMended(stage, 'the cluster at the end')
  const repairedAfterMs = mended.holds ? wellSince(drill) : undefined
  const diagnosedAfterMs = firstSeen(drill)
  const lastMs = lastLossMs(traffic)
  return {
    scenario: id,
    pagedAtMs,
    struckAtMs: stage.struckAtMs,
    closedAfterMs: nowMs - pagedAtMs,
    escalated:
      escalatesAfterMs !== undefined && (repairedAfterMs ?? Number.POSITIVE_INFINITY) > escalatesAfterMs,
    ...(diagnosedAfterMs === undefined ? {} : { diagnosedAfterMs }),
    ...(lastMs === undefined || nowMs - lastMs > quietMs
      ? { mitigatedAfterMs: Math.max(0, (lastMs ?? pagedAtMs) - pagedAtMs) }
      : {}),
    ...(repairedAfterMs === undefined ? {} : { repairedAfterMs }),
    moves: drill.moves,
    traffic,
    customers: {
      requests: traffic.visits.length,
      lost: lost(traffic),
      lostBeforePage: traffic.visits.filter(({ ok, atMs }) => !ok && atMs < pagedAtMs).length,
      ...(left === undefined ? {} : { lostAlone: lost(left) }),
      downtimes: downtimes(traffic),
    },
    blast: blastOf(
      { struckAtMs: stage.struckAtMs, pagedAtMs, endMs: nowMs },
      {
        played: { traffic, extents: stage.extents },
        ...(alone === undefined || left === undefined
          ? {}
          : { alone: { traffic: left, extents: alone.extents } }),
      },
    ),
    wear,
    evidence: drill.evidence.states,
    verified: drill.verified,
    mended,
    ...(stage.scenario.strike === undefined ? { untouched: isUntouched(wear) } : {}),
    unlike: stage.done
      .filter(({ step, code }) => step.act === 'expect' && code !== 0)
      .map(({ typed, output }) => ({ says: typed, shown: output })),
  }
}

/** No request lost for so long: customers are served again. */
const quietMs = 30_000

const beyond = (own: Wear, alone: Wear): Wear => ({
  podsGone: own.podsGone.filter((pod) => !alone.podsGone.includes(pod)),
  restarts: Math.max(0, own.restarts - alone.restarts),
  reboots: own.reboots.filter((node) => !alone.reboots.includes(node)),
  cordonsLeft: own.cordonsLeft,
  cordonsLifted: own.cordonsLifted,
})

/** The end of the first move after which all was well, and stayed so; where nothing was wrong, the end. */
function wellSince({ moments, stage }: Played): number {
  if (stage.scenario.strike === undefined) return stage.lab.nowMs - stage.scenario.pagedAtMs
  const lastIll = moments.findLastIndex(({ well }) => !well)
  return (moments[lastIll + 1]?.atMs ?? stage.lab.nowMs) - stage.scenario.pagedAtMs
}

function firstSeen({ evidence, stage }: Played): number | undefined {
  const times = evidence.states.flatMap(({ is }) => (is.state === 'seen' ? [is.atMs] : []))
  return times.length === 0 ? undefined : Math.min(...times) - stage.scenario.pagedAtMs
}

export function isVerified(done: readonly Done[]): boolean {
  const last = done.findLastIndex(({ typed }) => changes(typed))
  return done.slice(last + 1).some(({ step }) => step.act !== 'wait')
}

/** What lasts, and what cannot come again. On a lab that the one has spoilt nothing is said of the other. */
async function triedBoth(
  drill: Pick<Played, 'stage' | 'afterwards'>,
  { onTrial }: DebriefOptions,
): Promise<Pick<Debrief, 'lasting' | 'prevention'>> {
  const { lasting, prevention } = drill.stage.scenario
  const again = drill.stage.moment()
  const trials: Trial[] = []
  let stage = await drill.afterwards()
  for (const way of [...lasting, ...prevention]) {
    const spoilt = trials.at(-1)?.holds === false
    if (spoilt) {
      await stage.shutdown()
      stage = await again()
    }
    onTrial?.(await stage.words(way.title))
    trials.push(await isMendedAfter(stage, way))
  }
  await stage.shutdown()
  return { lasting: trials.slice(0, lasting.length), prevention: trials.slice(lasting.length) }
}
