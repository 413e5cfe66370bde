import {
  type Arguments,
  attempt,
  base,
  done,
  invalidOption,
  join,
  parseArguments,
  refused,
  say,
} from '#lab/host/commands/cli.ts'
import { copyContext } from '#lab/host/commands/selinux.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'

/** Where copies and moves go: into the last operand when it is a directory. */
async function destinations(
  p: Process,
  args: Arguments,
): Promise<readonly (readonly [string, string])[] | string> {
  const folder = args.values.get('t')
  const sources = folder === undefined ? args.operands.slice(0, -1) : args.operands
  const last = folder ?? args.operands.at(-1)
  if (last === undefined) return 'missing file operand'
  if (sources.length === 0) return `missing destination file operand after '${last}'`
  const isFolder = (await p.files.exists(last)) && (await p.files.stat(last)).kind === 'directory'
  if (sources.length > 1 && !isFolder) return `target '${last}' is not a directory`
  const into = isFolder && !args.flags.has('T')
  return sources.map((source) => [source, into ? join(last, base(source)) : last] as const)
}

/** mv(1). Between file systems it copies and removes. */
export const mv: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'fvnT', values: ['t'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const pairs = await destinations(p, args)
  if (typeof pairs === 'string') return refused(p, pairs)
  let code = 0
  for (const [from, to] of pairs) {
    const stat = await attempt(
      p,
      () => p.files.lstat(from),
      ({ message }) => `cannot stat '${from}': ${message}`,
    )
    const move = (): Promise<void> =>
      p.files.rename(from, to).catch((error: unknown) => acrossDevices(p, error, from, to))
    if (
      stat === undefined ||
      !(await done(p, move, ({ message }) => `cannot move '${from}' to '${to}': ${message}`))
    )
      code = 1
  }
  return code
}

async function acrossDevices(p: Process, error: unknown, from: string, to: string): Promise<void> {
  if (!isErrno(error, 'EXDEV')) throw error
  await copyTree(p, from, to, { keep: true, context: true })
  await p.files.remove(from, { recursive: true })
}

/** cp(1): `-r`, `-a`, `-p`, `-f`, `-d`. */
export const cp: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'rRapfvdnTL',
    long: ['--recursive', '--archive', '--force', '--preserve'],
    values: ['t'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const pairs = await destinations(p, args)
  if (typeof pairs === 'string') return refused(p, pairs)
  const has = (...names: string[]): boolean => names.some((name) => args.flags.has(name))
  let code = 0
  for (const [from, to] of pairs) {
    const stat = await attempt(
      p,
      () => (has('a', 'd') ? p.files.lstat(from) : p.files.stat(from)),
      ({ message }) => `cannot stat '${from}': ${message}`,
    )
    if (stat === undefined) code = 1
    else if (stat.kind === 'directory' && !has('r', 'R', 'a', '--recursive', '--archive')) {
      say(p, `-r not specified; omitting directory '${from}'`)
      code = 1
    } else {
      const context = has('a', '--archive')
      if (!(await copied(p, from, to, { keep: context || has('p', '--preserve'), context }))) code = 1
    }
  }
  return code
}

/** What a copy has of what it was made from. */
interface Kept {
  /** Owner, mode, and links as they are. */
  readonly keep: boolean
  /** Its SELinux context (coreutils:src/cp.c, -a; src/mv.c). */
  readonly context: boolean
}

const copied = (p: Process, from: string, to: string, how: Kept): Promise<boolean> =>
  done(
    p,
    () => copyTree(p, from, to, how),
    ({ code, path, message }) =>
      path === from && code === 'EACCES'
        ? `cannot open '${from}' for reading: ${message}`
        : `cannot create regular file '${path ?? to}': ${message}`,
  )

async function copyTree(p: Process, from: string, to: string, o: Kept): Promise<void> {
  const { kind, mode, uid, gid } = await p.files.lstat(from)
  if (kind === 'symlink' && o.keep) {
    await p.files.symlink(await p.files.readlink(from), to)
    return
  }
  if (kind === 'directory') {
    if (!(await p.files.exists(to))) await p.files.mkdir(to, { mode: (mode & 0o777) | 0o700 })
    for (const { name } of await p.files.list(from)) await copyTree(p, join(from, name), join(to, name), o)
  } else await p.files.write(to, await p.files.read(from), { mode: mode & 0o755 })
  if (o.context) copyContext(p, from, to)
  if (!o.keep) return
  await p.files.chown(to, uid, gid)
  await p.files.chmod(to, mode)
}
