/** Records of drills: one file a game, in the folder that XDG has for a person's data. */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Trouble } from '#base/trouble.ts'
import { type DrillRecord, readRecord } from '#drill/play/record.ts'

/** `~/.local/share/ninelives/drills`, or where XDG_DATA_HOME says. */
export const recordsFolder = (env: Readonly<Record<string, string | undefined>>): string =>
  join(env['XDG_DATA_HOME'] || join(homedir(), '.local/share'), 'ninelives/drills')

/** Tells one scenario's text from another's. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Writes a record as a whole or not at all; answers its path. */
export function keepRecord(record: DrillRecord, folder: string): string {
  mkdirSync(folder, { recursive: true })
  const stamp = record.endedAt.replace(/[:.]/g, '-')
  const path = join(folder, `${stamp}-${record.drill}.json`)
  writeFileSync(`${path}.part`, `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 })
  renameSync(`${path}.part`, path)
  return path
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
