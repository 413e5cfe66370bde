/** What many games tell together: how people get better, which rounds most get wrong, which evidence most overlook. */
import type { Outcome } from '#drill/measure/outcome.ts'
import type { DrillRecord } from '#drill/play/record.ts'

export interface TeamReport {
  /** Oldest first. */
  readonly games: readonly GameRow[]
  /** Of each person and drill, by name. */
  readonly people: readonly PersonRow[]
  /** Of each drill, by name. */
  readonly drills: readonly DrillRow[]
}

export interface GameRow {
  readonly who: string
  readonly drill: string
  readonly form: 'rounds' | 'hands-on'
  readonly endedAt: string
  readonly points: number
  /** `BADD12`: letters, and numbers of actions; `.` where the checklist was closed. In free hands: how many commands. */
  readonly moves: string
  readonly diagnosedAfterMs?: number
  readonly mitigatedAfterMs?: number
  /** Of a cluster that was never well again: nothing. */
  readonly repairedAfterMs?: number
  readonly lost?: number
}

export interface PersonRow {
  readonly who: string
  readonly drill: string
  readonly games: number
  /** Of each game, oldest first. */
  readonly points: readonly number[]
  readonly best: number
  /** From the first game to the last. */
  readonly gained: number
  readonly fastestRepairMs?: number
}

export interface DrillRow {
  readonly drill: string
  readonly title: string
  readonly games: number
  readonly people: number
  readonly meanPoints: number
  /** Most often wrong first; only games of which that is known. */
  readonly rounds: readonly Missed[]
  /** Most often overlooked first. */
  readonly evidence: readonly Missed[]
}

/** `times` of `of` games. */
export interface Missed {
  readonly what: string
  readonly times: number
  readonly of: number
  /** Of a round: the wrong choice that was made most often. */
  readonly mostly?: string
}

export function teamReport(records: readonly DrillRecord[]): TeamReport {
  const inOrder = [...records].sort((a, b) => (a.endedAt < b.endedAt ? -1 : 1))
  const byDrill = Map.groupBy(inOrder, ({ drill }) => drill)
  const byBoth = Map.groupBy(inOrder, ({ who, drill }) => JSON.stringify([who, drill]))
  const byKey = <T>(
    groups: ReadonlyMap<string, readonly DrillRecord[]>,
    rowOf: (of: readonly DrillRecord[]) => T,
  ) => [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, of]) => rowOf(of))
  return { games: inOrder.map(gameRow), people: byKey(byBoth, personRow), drills: byKey(byDrill, drillRow) }
}

const gameRow = ({ who, drill, endedAt, score, moves, outcome, handsOn }: DrillRecord): GameRow => ({
  who,
  drill,
  form: handsOn === undefined ? 'rounds' : 'hands-on',
  endedAt,
  points: score.points,
  moves:
    handsOn === undefined
      ? moves
          .map((each) =>
            each.move === 'choose' ? each.letter : each.move === 'act' ? `${each.number}` : '.',
          )
          .join('')
      : `${handsOn.commands.length} commands`,
  ...timesOf(outcome),
})

function timesOf(outcome: Outcome | undefined): Partial<GameRow> {
  if (outcome === undefined) return {}
  const { diagnosedAfterMs, mitigatedAfterMs, repairedAfterMs, lost } = outcome
  return {
    ...(diagnosedAfterMs === undefined ? {} : { diagnosedAfterMs }),
    ...(mitigatedAfterMs === undefined ? {} : { mitigatedAfterMs }),
    ...(repairedAfterMs === undefined ? {} : { repairedAfterMs }),
    lost,
  }
}

function personRow(records: readonly DrillRecord[]): PersonRow {
  const points = records.map(({ score }) => score.points)
  const repairs = records.flatMap(({ outcome }) => outcome?.repairedAfterMs ?? [])
  return {
    who: records[0]?.who ?? '',
    drill: records[0]?.drill ?? '',
    games: records.length,
    points,
    best: Math.max(...points),
    gained: (points.at(-1) ?? 0) - (points[0] ?? 0),
    ...(repairs.length === 0 ? {} : { fastestRepairMs: Math.min(...repairs) }),
  }
}

function drillRow(records: readonly DrillRecord[]): DrillRow {
  const outcomes = records.flatMap(({ outcome }) => outcome ?? [])
  const rounds = outcomes.flatMap((outcome) => outcome.rounds)
  const evidence = outcomes.flatMap((outcome) => outcome.evidence)
  return {
    drill: records[0]?.drill ?? '',
    title: records.at(-1)?.title ?? '',
    games: records.length,
    people: new Set(records.map(({ who }) => who)).size,
    meanPoints: Math.round(records.reduce((sum, { score }) => sum + score.points, 0) / records.length),
    rounds: missed(
      rounds,
      ({ round, title }) => `round ${round}: ${title}`,
      ({ wrong }) => wrong.length > 0,
    ).map((row) => ({
      ...row,
      ...mostlyIn(rounds.filter(({ round, title }) => `round ${round}: ${title}` === row.what)),
    })),
    evidence: missed(
      evidence,
      ({ what }) => what,
      ({ state }) => state !== 'seen',
    ),
  }
}

function missed<T>(
  all: readonly T[],
  whatOf: (one: T) => string,
  isMissed: (one: T) => boolean,
): readonly Missed[] {
  return [...Map.groupBy(all, whatOf)]
    .map(([what, of]) => ({ what, times: of.filter(isMissed).length, of: of.length }))
    .sort((a, b) => b.times / b.of - a.times / a.of)
}

function mostlyIn(rounds: Outcome['rounds']): Pick<Missed, 'mostly'> {
  const letters = Map.groupBy(
    rounds.flatMap(({ wrong }) => wrong),
    (letter) => letter,
  )
  const [most] = [...letters].sort(([, a], [, b]) => b.length - a.length)
  return most === undefined ? {} : { mostly: most[0] }
}
