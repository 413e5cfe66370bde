/** Commands as data, and what they said without what differs from run to run. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

export interface Command {
  readonly id: string
  /** What is typed after `kubectl`. */
  readonly typed: string
  /** The only minor version of kubectl that it is for. */
  readonly only: number | undefined
  /** Its lines come in an order that is chance's. */
  readonly sorted: boolean
}

export interface Section {
  readonly name: string
  readonly commands: readonly Command[]
}

const form = /^(?<id>[\w-]+)(?: @(?<only>\d+))?(?<sorted> sorted)?: (?<typed>.+)$/

/** The sections in the order of their files' names. A line is `id [@minor] [sorted]: what is typed`. */
export const sections = (): readonly Section[] =>
  readdirSync(join(import.meta.dirname, 'commands'))
    .sort()
    .map((file) => ({
      name: basename(file, '.txt'),
      commands: readFileSync(join(import.meta.dirname, 'commands', file), 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map(commandOf),
    }))

function commandOf(line: string): Command {
  const { id = '', only, sorted, typed = '' } = form.exec(line)?.groups ?? {}
  if (id === '') throw new Error(`no command: ${line}`)
  return { id, typed, only: only === undefined ? undefined : Number(only), sorted: sorted !== undefined }
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command and what it said: stderr's lines after `!`, the exit code when it is not 0. */
export function entry({ id, typed, sorted }: Command, { code, stdout, stderr }: Outcome): string {
  const out = lines(stable(stdout))
  const shown = sorted ? [...out].sort() : out
  const errors = lines(stable(stderr)).map((line) => `! ${line}`)
  return [
    `# ${id}`,
    `$ kubectl ${typed}`,
    ...shown,
    ...errors,
    ...(code === 0 ? [] : [`(exit ${code})`]),
  ].join('\n')
}

const lines = (text: string): readonly string[] =>
  text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.trimEnd())

const letters = '[bcdfghjklmnpqrstvwxz2456789]'

const unstable: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g'), ''],
  // How far a rollout has come when it is looked at.
  [/^Waiting for deployment .*\n/gm, ''],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [-+]\d{4}/g, '<time>'],
  [/https?:\/\/(127\.0\.0\.1|10\.0\.0\.11):\d+/g, '<server>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [-+]\d{4} UTC/g, '<time>'],
  [/(Resource Version: +)\d+/g, '$1<version>'],
  [/(resourceVersion:? ?"?)\d+/g, '$1<version>'],
  [/("resourceVersion":")\d+/g, '$1<version>'],
  [/\/tmp\/(LIVE|MERGED)-\d+/g, '$1'],
  [new RegExp(`-${letters}{8,10}-${letters}{5}\\b`, 'g'), '-<hash>-<pod>'],
  [new RegExp(`-${letters}{8,10}\\b`, 'g'), '-<hash>'],
  [new RegExp(`(pod-template-hash[=:] ?)${letters}{8,10}\\b`, 'g'), '$1<hash>'],
  [new RegExp(`-${letters}{5}\\b`, 'g'), '-<pod>'],
  [/\b(\d+[dhms]){1,2}( ago)?\b/g, '<age>'],
  [/\b10\.244\.\d+\.\d+\b/g, '<pod-ip>'],
  [/\b10\.(9[6-9]|1[01]\d)\.\d+\.\d+\b(?!\/)/g, '<service-ip>'],
  // Columns are as wide as what stands in them.
  [/(?<=\S) {2,}/g, '   '],
]

const stable = (text: string): string =>
  unstable.reduce((written, [pattern, instead]) => written.replace(pattern, instead), text)

/** What is written down of a section, by the commands' names. */
export const goldenEntries = (folder: string, section: string): ReadonlyMap<string, string> =>
  new Map(
    readFileSync(join(folder, `${section}.txt`), 'utf8')
      .trimEnd()
      .split(/\n\n(?=# )/)
      .map((written) => [/^# (\S+)/.exec(written)?.[1] ?? '', written]),
  )
