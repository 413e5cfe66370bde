/** Records of drills: one file a game, in the folder that XDG has for a person's data. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { Trouble } from '#base/trouble.ts'
import { type BegunDrill, type DrillRecord, readBegun, readRecord } from '#drill/play/record.ts'

/** `~/.local/share/ninelives/drills`, or where XDG_DATA_HOME says. */
export const recordsFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_DATA_HOME'] || join(env['HOME'] ?? homedir(), '.local/share'), 'ninelives/drills')

/** Tells one scenario's text from another's. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Writes a record as a whole or not at all; answers its path. */
export function keepRecord(record: DrillRecord, folder: string): string {
  mkdirSync(folder, { recursive: true })
  const stamp = record.endedAt.replace(/[:.]/g, '-')
  const path = join(folder, `${stamp}-${record.drill}.json`)
  writeWhole(path, `${JSON.stringify(record, null, 1)}\n`)
  return path
}

/** Nobody ever reads half of it. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.part`, text, { mode: 0o600 })
  renameSync(`${path}.part`, path)
}

/** Where a game waits that was left in the middle; one of each drill. */
const begunPath = (folder: string, drill: string): string => join(folder, 'begun', `${drill}.begun`)

export function keepBegun(begun: BegunDrill, folder: string): void {
  const path = begunPath(folder, begun.drill)
  mkdirSync(dirname(path), { recursive: true })
  writeWhole(path, `${JSON.stringify(begun)}\n`)
}

export const forgetBegun = (drill: string, folder: string): void =>
  rmSync(begunPath(folder, drill), { force: true })

/** The game that was left; throws {@link Trouble} where there is none, or the drill is not the same any more. */
export function begunDrill(
  { drill, digest }: Pick<BegunDrill, 'drill' | 'digest'>,
  folder: string,
): BegunDrill {
  const path = begunPath(folder, drill)
  if (!existsSync(path))
    throw new Trouble('nothing-begun', `no game of ${drill} was left in the middle`, {
      hint: `begin one: ninelives drill play ${drill}`,
    })
  const begun = readBegun(readFileSync(path, 'utf8'), path)
  if (begun.digest === digest) return begun
  throw new Trouble('another-drill', `${drill} is another one than when it was left`, {
    hint: `begin anew: ninelives drill play ${drill}`,
  })
}

export interface KeptRecord {
  readonly path: string
  readonly record: DrillRecord
}

/** Every record below a folder, oldest first; folders in it are those of people. Throws {@link Trouble} where there is no folder. */
export function recordsIn(folder: string): readonly KeptRecord[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new Trouble('no-records', `there is no folder ${folder}`, {
      hint: 'play a drill first: ninelives drill list',
    })
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, record: readRecord(readFileSync(path, 'utf8'), path) }))
    .sort((a, b) => (a.record.endedAt < b.record.endedAt ? -1 : 1))
}
