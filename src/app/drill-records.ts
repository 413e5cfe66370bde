/** Records of drills: one file a game, in the folder that XDG has for a person's data. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { writeWhole } from '#app/write-whole.ts'
import { Trouble } from '#base/trouble.ts'
import { type BegunDrill, type DrillRecord, type LeftLab, readBegun, readRecord } from '#drill/play/record.ts'
import type { LabHistory } from '#lab/history.ts'
import { savedLab, savedText } from '#lab/serve/saved.ts'

/** `~/.local/share/ninelives/drills`, or where XDG_DATA_HOME says. */
export const recordsFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_DATA_HOME'] || join(env['HOME'] ?? homedir(), '.local/share'), 'ninelives/drills')

/** Tells one scenario's text from another's. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Writes a record as a whole or not at all, and the lab's history that belongs to it; answers its path. */
export function keepRecord(record: DrillRecord, folder: string, history?: LabHistory): string {
  return written(folder, () => {
    mkdirSync(folder, { recursive: true })
    if (record.handsOn !== undefined && history !== undefined)
      writeWhole(join(folder, record.handsOn.lab), savedText({ history, struck: [] }))
    const path = join(folder, `${stampOf(record)}.json`)
    writeWhole(path, `${JSON.stringify(record, null, 1)}\n`)
    return path
  })
}

/** What the files of a game are called, without their ends. */
export const stampOf = ({ endedAt, drill }: Pick<DrillRecord, 'endedAt' | 'drill'>): string =>
  `${endedAt.replace(/[:.]/g, '-')}-${drill}`

/** The lab's history of a game in free hands; throws a {@link Trouble} that says why there is none. */
export function historyOf({ lab }: LeftLab, recordPath: string): LabHistory {
  const path = join(dirname(recordPath), lab)
  try {
    return savedLab(readFileSync(path, 'utf8'), path).history
  } catch (cause) {
    if (cause instanceof Trouble) throw cause
    throw new Trouble('no-history', `the lab's history is not beside the record: ${path}`, {
      hint: 'without it the game cannot be played again',
      cause,
    })
  }
}

/** What keeps a file from being written is the user's to mend. */
function written<T>(folder: string, write: () => T): T {
  try {
    return write()
  } catch (cause) {
    throw new Trouble('not-kept', `nothing can be written to ${folder}: ${(cause as Error).message}`, {
      hint: 'make room there, or name another folder with XDG_DATA_HOME',
      cause,
    })
  }
}

/** Where a game waits that was left in the middle; one of each drill and form. */
const begunPath = (folder: string, { drill, form }: GameOf): string =>
  join(folder, 'begun', `${drill}${form === 'hands-on' ? '.hands-on' : ''}.begun`)

export type GameForm = 'rounds' | 'hands-on'

export interface GameOf {
  readonly drill: string
  readonly form: GameForm
}

/** A game that was left, and in free hands its lab's history up to there. */
export interface Begun {
  readonly begun: BegunDrill
  readonly history?: LabHistory | undefined
}

/** Throws a {@link Trouble} where nothing can be written. */
export function keepBegun({ begun, history }: Begun, folder: string): void {
  const path = begunPath(folder, {
    drill: begun.drill,
    form: begun.handsOn === undefined ? 'rounds' : 'hands-on',
  })
  const lab = history === undefined ? '' : savedText({ history, struck: [] })
  written(dirname(path), () => {
    mkdirSync(dirname(path), { recursive: true })
    writeWhole(path, `${JSON.stringify(begun)}\n${lab}`)
  })
}

export const forgetBegun = (game: GameOf, folder: string): void =>
  rmSync(begunPath(folder, game), { force: true })

/** The game that was left; throws {@link Trouble} where there is none, or the drill is not the same any more. */
export function begunDrill({ digest, ...game }: GameOf & { readonly digest: string }, folder: string): Begun {
  const path = begunPath(folder, game)
  const how = `ninelives drill play ${game.drill}${game.form === 'hands-on' ? ' --hands-on' : ''}`
  if (!existsSync(path)) throw nothingBegun(game, { folder, how })
  const [first = '', ...lab] = readFileSync(path, 'utf8').split('\n')
  const begun = readBegun(first, path)
  if (begun.digest !== digest)
    throw new Trouble('another-drill', `${game.drill} is another one than when it was left`, {
      hint: `begin anew: ${how}`,
    })
  return begun.handsOn === undefined ? { begun } : { begun, history: savedLab(lab.join('\n'), path).history }
}

function nothingBegun(
  { drill, form }: GameOf,
  { folder, how }: { readonly folder: string; readonly how: string },
): Trouble {
  const other = form === 'rounds' ? 'hands-on' : 'rounds'
  const isThere = existsSync(begunPath(folder, { drill, form: other }))
  return new Trouble(
    'nothing-begun',
    `no game of ${drill} was left in the middle${isThere ? ` in this form (one ${other === 'rounds' ? 'in rounds' : 'in free hands'} was)` : ''}`,
    {
      hint: isThere
        ? `go on with that: ninelives drill play ${drill}${other === 'hands-on' ? ' --hands-on' : ''} --resume`
        : `begin one: ${how}`,
    },
  )
}

export interface KeptRecord {
  readonly path: string
  readonly record: DrillRecord
}

/**
 * Every record below a folder, oldest first; folders in it are those of people. What is no record is said and left out. Throws
 * {@link Trouble} where there is no folder.
 */
export function recordsIn(folder: string): {
  readonly kept: readonly KeptRecord[]
  readonly notices: readonly string[]
} {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Trouble('no-records', `there is no folder ${folder}`, {
      hint: 'play a drill first: ninelives drill list',
    })
  const kept: KeptRecord[] = []
  const notices: string[] = []
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.json')) continue
    const path = join(folder, name)
    try {
      kept.push({ path, record: readRecord(readFileSync(path, 'utf8'), path) })
    } catch (error) {
      notices.push((error as Error).message)
    }
  }
  return { kept: kept.sort((a, b) => (a.record.endedAt < b.record.endedAt ? -1 : 1)), notices }
}
