import { utc } from '#base/clock.ts'
import { type Arguments, attempt, invalidOption, join, parseArguments, say } from '#lab/host/commands/cli.ts'
import { modeText } from '#lab/host/commands/modes.ts'
import { contextAt } from '#lab/host/commands/selinux.ts'
import { namesOf } from '#lab/host/os/accounts.ts'
import { isErrno, type Process, type Program, type Stat } from '#lab/host/ports.ts'

/** One line of the listing; without `stat` the file could not be looked at. */
interface Row {
  readonly name: string
  readonly stat: Stat | undefined
  readonly target: string | undefined
  /** With `-Z`. */
  readonly context?: string
}

type Names = Awaited<ReturnType<typeof namesOf>>

/** ls(1): `-l`, `-a`, `-A`, `-d`, `-n`, `-h`, `-1`, `-R`, `-t`, `-r`, `-i`, `-Z`; one name a line, as into a pipe. */
export const ls: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'alAdnh1RtrsiFZc', long: ['--all', '--color'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const operands = args.operands.length === 0 ? ['.'] : args.operands
  const names = await namesOf(p.files)
  const plain: Row[] = []
  const folders: string[] = []
  let code = 0
  for (const path of operands) {
    const stat = await attempt(
      p,
      () => statOf(p, path, args),
      ({ message }) => `cannot access '${path}': ${message}`,
    )
    if (stat === undefined) code = 2
    else if (stat.kind === 'directory' && !args.flags.has('d')) folders.push(path)
    else plain.push(await rowOf(p, path, path, args))
  }
  print(p, plain, args, names)
  for (const [at, path] of folders.entries()) {
    if (operands.length > 1 || args.flags.has('R'))
      p.stdout.write(`${at > 0 || plain.length > 0 ? '\n' : ''}${path}:\n`)
    code = Math.max(code, await listFolder(p, path, args, names))
  }
  return code
}

/** A link named on the command line is followed, unless its own line is asked for. */
async function statOf(p: Process, path: string, { flags }: Arguments): Promise<Stat> {
  if (flags.has('l') || flags.has('n') || flags.has('d')) {
    if (!path.endsWith('/')) return p.files.lstat(path)
    return p.files.stat(path)
  }
  try {
    return await p.files.stat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return p.files.lstat(path)
    throw error
  }
}

async function listFolder(p: Process, path: string, args: Arguments, names: Names): Promise<number> {
  const entries = await attempt(
    p,
    () => p.files.list(path),
    ({ message }) => `cannot open directory '${path}': ${message}`,
  )
  if (entries === undefined) return 2
  const { flags } = args
  const all = flags.has('a') || flags.has('--all')
  const shown = entries
    .map(({ name }) => name)
    .filter((name) => all || flags.has('A') || !name.startsWith('.'))
  const rows: Row[] = []
  let code = 0
  for (const name of all ? ['.', '..', ...shown] : shown) {
    const row = await rowOf(p, join(path, name), name, args)
    if (row.stat === undefined && isLong(args)) {
      say(p, `cannot access '${join(path, name)}': Permission denied`)
      code = 1
    }
    rows.push(row)
  }
  if (isLong(args)) p.stdout.write(`total ${rows.reduce((sum, { stat }) => sum + blocks(stat), 0)}\n`)
  print(p, rows, args, names)
  if (!flags.has('R')) return code
  for (const { name, stat } of rows)
    if (stat?.kind === 'directory' && name !== '.' && name !== '..') {
      p.stdout.write(`\n${join(path, name)}:\n`)
      code = Math.max(code, await listFolder(p, join(path, name), args, names))
    }
  return code
}

const isLong = ({ flags }: Arguments): boolean => flags.has('l') || flags.has('n')

const blocks = (stat: Stat | undefined): number =>
  stat === undefined || stat.kind === 'symlink' ? 0 : Math.ceil(stat.size / 4096) * 4

async function rowOf(p: Process, path: string, name: string, { flags }: Arguments): Promise<Row> {
  try {
    const stat = await p.files.lstat(path)
    const target = stat.kind === 'symlink' ? await p.files.readlink(path) : undefined
    if (!flags.has('Z')) return { name, stat, target }
    return { name, stat, target, context: contextAt(p, path, { follow: false }) }
  } catch (error) {
    if (isErrno(error)) return { name, stat: undefined, target: undefined }
    throw error
  }
}

function print(p: Process, rows: readonly Row[], args: Arguments, names: Names): void {
  const ordered = args.flags.has('t')
    ? rows.toSorted((a, b) => (b.stat?.mtimeMs ?? 0) - (a.stat?.mtimeMs ?? 0))
    : [...rows]
  if (args.flags.has('r')) ordered.reverse()
  const inode = ({ stat }: Row): string => (args.flags.has('i') ? `${stat?.inode ?? '?'} ` : '')
  if (!isLong(args)) {
    for (const row of ordered)
      p.stdout.write(`${inode(row)}${row.context === undefined ? '' : `${row.context} `}${row.name}\n`)
    return
  }
  const context = (row: Row): string => (row.context === undefined ? '' : `${row.context.padEnd(longest)} `)
  const longest = Math.max(0, ...ordered.map((row) => row.context?.length ?? 0))
  const cells = ordered.map((row) => longCells(p, row, args, names))
  const width = (column: number): number => Math.max(0, ...cells.map((cell) => cell[column]?.length ?? 0))
  const [links, user, group, size] = [width(1), width(2), width(3), width(4)]
  for (const [
    at,
    [mode = '', count = '', owner = '', team = '', bytes = '', time = '', name = ''],
  ] of cells.entries())
    p.stdout.write(
      `${inode(ordered[at] as Row)}${mode} ${count.padStart(links)} ${owner.padEnd(user)} ${team.padEnd(group)} ${context(ordered[at] as Row)}${bytes.padStart(size)} ${time} ${name}\n`,
    )
}

function longCells(p: Process, { name, stat, target }: Row, { flags }: Arguments, names: Names): string[] {
  if (stat === undefined) return ['??????????', '?', '?', '?', '?', '           ?', name]
  const numeric = flags.has('n')
  return [
    modeText(stat.kind, stat.mode),
    stat.kind === 'directory' ? '2' : '1',
    numeric ? String(stat.uid) : names.user(stat.uid),
    numeric ? String(stat.gid) : names.group(stat.gid),
    stat.kind === 'device' ? '1, 3' : flags.has('h') ? humanSize(stat.size) : String(stat.size),
    timeText(p.now(), stat.mtimeMs),
    target === undefined ? name : `${name} -> ${target}`,
  ]
}

const halfYearMs = 31_556_952_000 / 2

/** `Jan  7 06:30`, or the year when it is more than half a year away. */
function timeText(nowMs: number, ms: number): string {
  const { month, day, time, date } = utc(ms)
  const recent = ms <= nowMs && nowMs - ms < halfYearMs
  return `${month} ${String(day).padStart(2)} ${recent ? time.slice(0, 5) : ` ${date.slice(0, 4)}`}`
}

/** `4.0K`, `1.5M`, as `-h` writes it. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes)
  const units = ['K', 'M', 'G', 'T']
  let value = bytes / 1024
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${units[unit]}`
}
