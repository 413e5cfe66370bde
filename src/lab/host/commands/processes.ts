import { utc } from '#base/clock.ts'
import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { unconfined } from '#lab/host/commands/selinux.ts'
import { namesOf, uidOf } from '#lab/host/os/accounts.ts'
import { isErrno, type Process, type ProcessInfo, type Program } from '#lab/host/ports.ts'
import { hostProcess, machineOf } from '#lab/host/process/process.ts'
import { regularExpression } from '#lab/host/shell/glob.ts'
import { signalNamed } from '#lab/host/shell/traps.ts'

const program = ({ argv }: ProcessInfo): string => argv[0]?.split('/').at(-1) ?? ''

/** ps(1): `aux`, `-ef`, `-eZ`, `-o pid,ppid,user,uid,comm,args`, plain. CPU and memory columns are zero: neither is imitated. */
export const ps: Program = async (p) => {
  const words = p.argv.slice(1)
  const at = words.indexOf('-o')
  const names = await namesOf(p.files)
  const rows = p.processes()
  const flags = words.filter((_, index) => at < 0 || (index !== at && index !== at + 1)).join('')
  if (at >= 0) return columns(p, rows, (words[at + 1] ?? '').split(','), names.user)
  if (/^-?[^-]*a?u?x/.test(flags) && flags.includes('u')) {
    p.stdout.write('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n')
    for (const row of rows)
      p.stdout.write(
        `${column(names.user(row.uid))} ${String(row.pid).padStart(7)}  0.0  0.0      0     0 ?        Ss   ${clock(row)}   0:00 ${row.argv.join(' ')}\n`,
      )
    return 0
  }
  if (flags.includes('f')) {
    p.stdout.write('UID          PID    PPID  C STIME TTY          TIME CMD\n')
    for (const row of rows)
      p.stdout.write(
        `${column(names.user(row.uid))} ${String(row.pid).padStart(7)} ${String(row.ppid).padStart(7)}  0 ${clock(row)} ?        00:00:00 ${row.argv.join(' ')}\n`,
      )
    return 0
  }
  const shown = /[eaA]/.test(flags) ? rows : rows.filter(({ uid }) => uid === p.credentials.euid)
  const labels = flags.includes('Z')
    ? (pid: number): string => `${contextOfProcess(p, pid).padEnd(31)} `
    : () => ''
  p.stdout.write(`${flags.includes('Z') ? 'LABEL'.padEnd(32) : ''}    PID TTY          TIME CMD\n`)
  for (const row of shown)
    p.stdout.write(`${labels(row.pid)}${String(row.pid).padStart(7)} ?        00:00:00 ${program(row)}\n`)
  return 0
}

function contextOfProcess(p: Process, pid: number): string {
  if (machineOf(p).running.selinux === undefined) return '-'
  return hostProcess(p).state.space.pids.table.get(pid)?.space.context ?? unconfined
}

const column = (name: string): string => (name.length > 8 ? `${name.slice(0, 7)}+` : name.padEnd(8))

const clock = ({ startedMs }: ProcessInfo): string => utc(startedMs).time.slice(0, 5)

function columns(
  p: Process,
  rows: readonly ProcessInfo[],
  wanted: readonly string[],
  user: (uid: number) => string,
): number {
  const cell: Readonly<Record<string, (row: ProcessInfo) => string>> = {
    pid: ({ pid }) => String(pid),
    ppid: ({ ppid }) => String(ppid),
    user: ({ uid }) => user(uid),
    uid: ({ uid }) => String(uid),
    comm: program,
    args: ({ argv }) => argv.join(' '),
    cmd: ({ argv }) => argv.join(' '),
  }
  const names = wanted.map((name) => name.replace(/=.*$/, ''))
  const unknown = names.find((name) => cell[name] === undefined)
  if (unknown !== undefined) {
    p.stderr.write(`error: unknown user-defined format specifier "${unknown}"\n`)
    return 1
  }
  const table = rows.map((row) => names.map((name) => cell[name]?.(row) ?? ''))
  if (!wanted.some((name) => name.endsWith('=')))
    table.unshift(
      names.map((name) =>
        name === 'args' || name === 'comm' || name === 'cmd' ? 'COMMAND' : name.toUpperCase(),
      ),
    )
  const widths = names.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)))
  for (const row of table)
    p.stdout.write(
      `${row.map((text, index) => (index === row.length - 1 ? text : text.padStart(widths[index] ?? 0))).join(' ')}\n`,
    )
  return 0
}

/** kill(1) as a program. */
export const kill: Program = async (p) => {
  const words = p.argv.slice(1)
  const named = words[0] === '-s' ? words[1] : words.find((word) => word.startsWith('-'))?.slice(1)
  const signal = named === undefined ? 'SIGTERM' : signalNamed(named)
  const pids = words.filter((word) => /^\d+$/.test(word))
  if (named !== '0' && signal === undefined) {
    say(p, `invalid signal name: '${named}'`)
    return 1
  }
  let code = 0
  for (const pid of pids) {
    try {
      if (signal !== undefined) await p.kill(Number(pid), signal)
    } catch (error) {
      if (!isErrno(error)) throw error
      say(p, `(${pid}): ${error.message}`)
      code = 1
    }
  }
  return code
}

interface Selection {
  readonly processes: readonly ProcessInfo[]
  readonly code: number
}

/** What `pgrep`, `pkill` and `pidof` mean by a pattern: never themselves. */
function selected(
  p: Process,
  o: { readonly pattern: string; readonly full: boolean; readonly exact: boolean },
): Selection {
  const expression = regularExpression(o.exact ? `^(?:${o.pattern})$` : o.pattern)
  if (expression === undefined) return { processes: [], code: 2 }
  const processes = p
    .processes()
    .filter(
      (row) => row.pid !== p.pid && expression.test(o.full ? row.argv.join(' ') : program(row).slice(0, 15)),
    )
  return { processes, code: processes.length > 0 ? 0 : 1 }
}

/** pgrep(1): `-f`, `-x`, `-l`, `-a`, `-c`, `-o`, `-n`, `-u USER`, `-P PPID`, `-d DELIMITER`. */
export const pgrep: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'fxlaocn', values: ['u', 'P', 'd'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const found = selected(p, {
    pattern: args.operands[0] ?? '',
    full: args.flags.has('f'),
    exact: args.flags.has('x'),
  })
  const uid = args.values.has('u') ? await uidOf(p.files, args.values.get('u') ?? '') : undefined
  const parent = args.values.get('P')
  const fitting = found.processes.filter(
    (row) => (uid === undefined || row.uid === uid) && (parent === undefined || row.ppid === Number(parent)),
  )
  const rows = args.flags.has('o') ? fitting.slice(0, 1) : args.flags.has('n') ? fitting.slice(-1) : fitting
  const tail = (row: ProcessInfo): string =>
    args.flags.has('a') ? ` ${row.argv.join(' ')}` : args.flags.has('l') ? ` ${program(row)}` : ''
  if (args.flags.has('c')) p.stdout.write(`${rows.length}\n`)
  else if (rows.length > 0)
    p.stdout.write(`${rows.map((row) => `${row.pid}${tail(row)}`).join(args.values.get('d') ?? '\n')}\n`)
  return rows.length > 0 ? 0 : found.code || 1
}

export const pidof: Program = async (p) => {
  const found = selected(p, { pattern: p.argv[1] ?? '', full: false, exact: true })
  if (found.code === 0)
    p.stdout.write(
      `${found.processes
        .map(({ pid }) => pid)
        .reverse()
        .join(' ')}\n`,
    )
  return found.code
}

/** pkill(1) and killall(1): `-SIGNAL`, `-f`, `-x`. */
export const pkill: Program = async (p) => {
  const words = p.argv.slice(1)
  const named = words.find((word) => /^-([A-Z]{2,}[12]?|\d+)$/.test(word))
  const signal = named === undefined ? 'SIGTERM' : signalNamed(named.slice(1))
  const args = parseArguments(
    words.filter((word) => word !== named),
    { flags: 'fxe', values: ['s'] },
  )
  if (args.unknown !== undefined || signal === undefined)
    return invalidOption(p, args.unknown ?? named ?? '', 2)
  const pattern = args.operands[0] ?? ''
  const exact = args.flags.has('x') || p.argv[0]?.endsWith('killall') === true
  const found = selected(p, { pattern, full: args.flags.has('f'), exact })
  if (exact && found.code !== 0 && !args.flags.has('x')) p.stderr.write(`${pattern}: no process found\n`)
  let { code } = found
  for (const row of found.processes) {
    try {
      await p.kill(row.pid, signal)
    } catch (error) {
      if (!isErrno(error)) throw error
      p.stderr.write(`pkill: killing pid ${row.pid} failed: ${error.message}\n`)
      code = 1
    }
  }
  return code
}
