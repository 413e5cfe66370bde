/** Small commands that need little of anything: mktemp, install, tac, nl, rev, paste, nproc, arch, groups, top. */
import { base, done, invalidOption, join, parseArguments, say } from '#lab/host/commands/cli.ts'
import { eachLine, inputText, type Line } from '#lab/host/commands/lines.ts'
import { gidOf, groups as groupsIn, namesOf, uidOf } from '#lab/host/os/accounts.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** mktemp(1): `-d`, `-u`, `-p FOLDER`, a template. */
export const mktemp: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'duqt', values: ['p', '--suffix', '--tmpdir'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const [template = 'tmp.XXXXXXXXXX'] = args.operands
  if (!/XXX+/.test(template)) {
    say(p, `too few X's in template ‘${template}’`)
    return 1
  }
  const isPath = args.operands.length > 0 && !args.values.has('p') && !args.flags.has('t')
  const name = template.replace(/X+(?!.*X)/, (all) => p.random.text(all.length, letters))
  const path = isPath ? name : join(args.values.get('p') ?? p.env['TMPDIR'] ?? '/tmp', name)
  const isMade = args.flags.has('u')
    ? true
    : await done(
        p,
        () =>
          args.flags.has('d')
            ? p.files.mkdir(path, { mode: 0o700 })
            : p.files.write(path, '', { mode: 0o600 }),
        ({ message }) =>
          `failed to create ${args.flags.has('d') ? 'directory' : 'file'} via template ‘${template}’: ${message}`,
      )
  if (isMade) p.stdout.write(`${path}\n`)
  return isMade ? 0 : 1
}

/** install(1): `-d` folders, `-m MODE`, `-o OWNER`, `-g GROUP`, `-D`, copies of files. */
export const install: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'dDvpsT', values: ['m', 'o', 'g', 't', '--mode'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const mode = Number.parseInt(args.values.get('m') ?? args.values.get('--mode') ?? '755', 8)
  const owner = args.values.has('o') ? await uidOf(p.files, args.values.get('o') ?? '') : undefined
  const group = args.values.has('g') ? await gidOf(p.files, args.values.get('g') ?? '') : undefined
  const settle = async (path: string): Promise<void> => {
    await p.files.chmod(path, mode)
    if (owner !== undefined || group !== undefined) await p.files.chown(path, owner, group)
  }
  if (args.flags.has('d')) {
    let code = 0
    for (const path of args.operands) {
      const make = async (): Promise<void> => {
        await p.files.mkdir(path, { parents: true })
        await settle(path)
      }
      if (!(await done(p, make, ({ message }) => `cannot create directory ‘${path}’: ${message}`))) code = 1
    }
    return code
  }
  const sources = args.values.has('t') ? args.operands : args.operands.slice(0, -1)
  const target = args.values.get('t') ?? args.operands.at(-1)
  if (target === undefined || sources.length === 0) {
    say(
      p,
      target === undefined ? 'missing file operand' : `missing destination file operand after '${target}'`,
    )
    return 1
  }
  const isFolder = (await p.files.exists(target)) && (await p.files.stat(target)).kind === 'directory'
  let code = 0
  for (const source of sources) {
    const path = isFolder ? join(target, base(source)) : target
    const copy = async (): Promise<void> => {
      if (args.flags.has('D'))
        await p.files.mkdir(path.slice(0, path.lastIndexOf('/')) || '.', { parents: true })
      await p.files.write(path, await p.files.read(source))
      await settle(path)
    }
    if (!(await done(p, copy, ({ message }) => `cannot create regular file '${path}': ${message}`))) code = 1
  }
  return code
}

const textsOf = async (p: Process, paths: readonly string[]): Promise<string> => {
  if (paths.length === 0) return readAll(p)
  const texts: string[] = []
  for (const path of paths) texts.push((await inputText(p, path)) ?? '')
  return texts.join('')
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const operands = (p: Process): string[] =>
  p.argv.slice(1).filter((word) => word === '-' || !word.startsWith('-'))

export const tac: Program = async (p) => {
  for (const line of linesOf(await textsOf(p, operands(p))).reverse()) p.stdout.write(`${line}\n`)
  return 0
}

/** Writes what `shown` makes of each line. */
async function ofEachLine(p: Process, shown: (line: string) => string): Promise<number> {
  const take = ({ text }: Line): boolean => {
    p.stdout.write(`${shown(text)}\n`)
    return true
  }
  const paths = operands(p)
  let code = 0
  for (const path of paths.length === 0 ? ['-'] : paths) if (!(await eachLine(p, path, take))) code = 1
  return code
}

export const rev: Program = async (p) => {
  return ofEachLine(p, (line) => [...line].reverse().join(''))
}

/** nl(1): lines that are not empty are numbered. */
export const nl: Program = async (p) => {
  let number = 0
  return ofEachLine(p, (line) => (line === '' ? '       ' : `${String(++number).padStart(6)}\t${line}`))
}

/** paste(1): `-d DELIMITERS`, `-s`. */
export const paste: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 's', values: ['d'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const delimiter = (args.values.get('d') ?? '\t').replace('\\n', '\n').replace('\\t', '\t')
  if (args.flags.has('s')) {
    p.stdout.write(`${linesOf(await textsOf(p, args.operands)).join(delimiter)}\n`)
    return 0
  }
  const isOwn = args.operands.every((path) => path === '-')
  const lines = isOwn ? linesOf(await readAll(p)) : []
  const columns = isOwn
    ? args.operands.map((_, at) => lines.filter((__, line) => line % args.operands.length === at))
    : await Promise.all(args.operands.map(async (path) => linesOf(await textsOf(p, [path]))))
  const height = Math.max(0, ...columns.map(({ length }) => length))
  for (let at = 0; at < height; at++)
    p.stdout.write(`${columns.map((column) => column[at] ?? '').join(delimiter)}\n`)
  return 0
}

export const nproc: Program = async (p) => {
  p.stdout.write('2\n')
  return 0
}

export const arch: Program = async (p) => {
  p.stdout.write('x86_64\n')
  return 0
}

export const groups: Program = async (p) => {
  const [name] = operands(p)
  const known = await groupsIn(p.files)
  const names = await namesOf(p.files)
  const own = name === undefined ? [p.credentials.gid, ...p.credentials.groups] : []
  const uid = name === undefined ? undefined : await uidOf(p.files, name)
  if (name !== undefined && uid === undefined) {
    say(p, `‘${name}’: no such user`)
    return 1
  }
  const listed =
    name === undefined
      ? [...new Set(own)].map(names.group)
      : known.filter(({ members }) => members.includes(name)).map((group) => group.name)
  p.stdout.write(`${name === undefined ? '' : `${name} : `}${listed.join(' ')}\n`)
  return 0
}

/** top(1) as one picture (`-b -n1`). CPU and memory of processes are not imitated: their columns are zero. */
export const top: Program = async (p) => {
  const rows = p.processes()
  const uptime = await p.run(['uptime'])
  const names = await namesOf(p.files)
  const total = /MemTotal:\s+(\d+)/.exec(await p.files.read('/proc/meminfo'))?.[1] ?? '0'
  const available = /MemAvailable:\s+(\d+)/.exec(await p.files.read('/proc/meminfo'))?.[1] ?? '0'
  const mebibytes = (kibibytes: string): string => (Number(kibibytes) / 1024).toFixed(1)
  p.stdout.write(`top -${uptime.stdout.replace(/^ /, ' ').trimEnd()}
Tasks: ${String(rows.length).padStart(3)} total,   1 running, ${String(rows.length - 1).padStart(3)} sleeping,   0 stopped,   0 zombie
%Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st
MiB Mem : ${mebibytes(total).padStart(8)} total, ${mebibytes(available).padStart(8)} avail Mem
MiB Swap:      0.0 total,      0.0 free,      0.0 used.

    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND
`)
  for (const { pid, uid, argv } of rows)
    p.stdout.write(
      `${String(pid).padStart(7)} ${names.user(uid).slice(0, 8).padEnd(8)}  20   0       0      0      0 S   0.0   0.0   0:00.00 ${base(argv[0] ?? '')}\n`,
    )
  return 0
}
