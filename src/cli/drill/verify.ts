import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { historyOf } from '#app/drill-records.ts'
import { Trouble } from '#base/trouble.ts'
import { named } from '#cli/drill/files.ts'
import { behindDrills, judged, type NamedScenario, playAgain } from '#cli/drill/game.ts'
import { shutDown } from '#cli/drill/lab-died.ts'
import { lint } from '#cli/drill/lint.ts'
import type { Io } from '#cli/io.ts'
import { Drill } from '#drill/play/drill.ts'
import { HandsOn } from '#drill/play/hands-on.ts'
import { type DrillRecord, readRecord } from '#drill/play/record.ts'
import type { Score } from '#drill/score/score.ts'

/** Nobody can say whether it is so. */
const undecided = 3

const notSo = 5

/**
 * Scenarios have their acceptance run; records are played again. Answers 0; 5 where something is not so; 3 where a record
 * cannot be played again.
 */
export async function verify(
  { names, output }: { readonly names: readonly string[]; readonly output: 'text' | 'json' },
  io: Io,
): Promise<number> {
  const scenarios = names.filter((name) => !name.endsWith('.json'))
  const codes: number[] = []
  for (const file of names.filter((name) => name.endsWith('.json'))) codes.push(await recordAgain(file, io))
  if (scenarios.length > 0) codes.push(await lint({ names: scenarios, live: true, output }, io))
  return Math.max(0, ...codes)
}

/** Plays a record again, and says whether it comes to the same score. */
async function recordAgain(file: string, io: Io): Promise<number> {
  const path = resolve(io.cwd, file)
  const record = readRecord(textIn(path, file), file)
  const head = `${record.who} on ${record.drill}`
  try {
    const { points } = await scoreAgain(record, path, io)
    const isSame = points === record.score.points
    io.stdout.write(
      isSame
        ? `${head}: ${points} points, again${record.handsOn === undefined ? '' : notedText}\n`
        : `${head}: the record says ${record.score.points} points, played again it is ${points}\n`,
    )
    return isSame ? 0 : notSo
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    const hint = error.hint === undefined ? '' : ` (${error.hint})`
    io.stdout.write(`${head}: cannot be played again: ${error.message}${hint}\n`)
    return undecided
  }
}

/** What the lab's history cannot tell is believed. */
const notedText =
  ', from the history of its lab; hints, and what was looked at here and when, are believed as they were noted'

async function scoreAgain(record: DrillRecord, path: string, io: Io): Promise<Score> {
  const drill = named(record.drill, io.cwd)
  if (drill.kind !== 'scenario') throw new Trouble('no-lab-part', `${record.drill} has no lab part`)
  if (drill.digest !== record.digest)
    throw new Trouble('another-drill', `${record.drill} is another one than when it was played`, {
      hint: `it was played with ninelives ${record.version}`,
    })
  const game = await (record.handsOn === undefined
    ? roundsAgain(record, drill)
    : handsAgain(record, drill, path))
  try {
    return (await judged(game, drill, io)).score
  } finally {
    await shutDown(game)
  }
}

async function roundsAgain({ seed, moves }: DrillRecord, { scenario }: NamedScenario): Promise<Drill> {
  const game = await Drill.begin(scenario, await behindDrills(), { seed })
  await playAgain(game, moves)
  return game
}

async function handsAgain(
  { handsOn }: DrillRecord,
  { scenario }: NamedScenario,
  path: string,
): Promise<HandsOn> {
  if (handsOn === undefined) throw new RangeError('a game in free hands')
  if (handsOn.unrepeatable !== undefined) throw new Trouble('not-repeatable', handsOn.unrepeatable)
  const journal = { noted: handsOn.noted, history: historyOf(handsOn, path) }
  const game = await HandsOn.again(scenario, await behindDrills(), journal)
  await game.close()
  return game
}

function textIn(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Trouble('unreadable', `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
      hint: 'what is kept of your games: ninelives drill report',
    })
  }
}
