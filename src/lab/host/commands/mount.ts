import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { parseSize } from '#lab/host/commands/size.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { existing, FileSystem, Inode, type Mount, mountOf, type View } from '#lab/host/vfs.ts'

/** What mount(8) was asked to do, once fstab and short forms are read. */
interface Wanted {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: readonly string[]
}

/**
 * mount(8): the list, `-t tmpfs`, `--bind`, `-o remount,ro|rw|exec|noexec` (of a file system and this mount of it; with `bind` of the
 * mount alone), `-a` from /etc/fstab. Not imitated: disks beyond the root's, other types, EBUSY of a remount while files are open for writing.
 *
 * @see torvalds/linux:fs/namespace.c (do_remount: the superblock's flags and the mount's own)
 */
export const mount: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'anrwv',
    long: ['--bind', '--rbind', '--all', '--make-shared', '--make-rshared'],
    values: ['t', 'o', '--types', '--options', '--source', '--target'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const options = (args.values.get('o') ?? args.values.get('--options') ?? '')
    .split(',')
    .filter((o) => o !== '')
  if (args.flags.has('--bind') || args.flags.has('--rbind')) options.push('bind')
  if (args.flags.has('r')) options.push('ro')
  if (args.flags.has('a') || args.flags.has('--all')) return mountAll(p)
  const [first, second] = args.operands
  if (first === undefined) return list(p, args.values.get('t'))
  if ([...args.flags].some((flag) => flag.startsWith('--make'))) return 0
  const wanted =
    second === undefined
      ? await known(p, first, options)
      : { source: first, target: second, type: args.values.get('t') ?? 'auto', options }
  if (wanted !== undefined) return perform(p, wanted)
  say(p, `${first}: can't find in /etc/fstab.`)
  return 1
}

async function list(p: Process, type: string | undefined): Promise<number> {
  for (const line of (await p.files.read('/proc/mounts')).split('\n')) {
    const [source, path, kind, options] = line.split(' ')
    if (path !== undefined && (type === undefined || kind === type))
      p.stdout.write(`${source} on ${path} type ${kind} (${options})\n`)
  }
  return 0
}

/** One word names what is mounted already or stands in fstab. */
async function known(p: Process, name: string, options: readonly string[]): Promise<Wanted | undefined> {
  const target = name.length > 1 ? name.replace(/\/$/, '') : name
  const line = (await fstab(p)).find((each) => each.target === target || each.source === target)
  if (options.includes('remount') && topmost(p, target) !== undefined)
    return { source: 'none', target, type: 'none', options }
  return line === undefined ? undefined : { ...line, options: [...line.options, ...options] }
}

async function fstab(p: Process): Promise<readonly Wanted[]> {
  if (!(await p.files.exists('/etc/fstab'))) return []
  return (await p.files.read('/etc/fstab')).split('\n').flatMap((line) => {
    const [source, target, type, options = 'defaults'] = line.trim().split(/\s+/)
    if (source === undefined || source.startsWith('#') || target === undefined || type === undefined)
      return []
    return [{ source, target, type, options: options.split(',') }]
  })
}

async function mountAll(p: Process): Promise<number> {
  let code = 0
  for (const line of await fstab(p)) {
    if (line.options.includes('noauto') || line.type === 'swap') continue
    const there = topmost(p, line.target) !== undefined
    const wanted = there ? { ...line, options: [...line.options, 'remount'] } : line
    code = (await perform(p, wanted)) || code
  }
  return code
}

async function perform(p: Process, wanted: Wanted): Promise<number> {
  if (!p.credentials.effective.has('SYS_ADMIN')) {
    say(p, `${wanted.target}: must be superuser to use mount.`)
    return 32
  }
  if (wanted.options.includes('remount')) return remount(p, wanted)
  if (wanted.options.includes('bind')) return bind(p, wanted)
  if (wanted.type === 'tmpfs') return tmpfs(p, wanted)
  say(p, `${wanted.target}: unknown filesystem type '${wanted.type}'.`)
  return 32
}

const topmost = (p: Process, path: string): Mount | undefined =>
  hostProcess(p)
    .state.space.mounts.list()
    .findLast((each) => each.path === path)

function remount(p: Process, { target, options }: Wanted): number {
  const found = topmost(p, target)
  if (found === undefined) {
    say(p, `${target}: mount point not mounted or bad option.`)
    return 32
  }
  for (const option of options) {
    if (option === 'noexec' || option === 'exec' || option === 'defaults') found.noExec = option === 'noexec'
    if (option !== 'ro' && option !== 'rw' && option !== 'defaults') continue
    found.readOnly = option === 'ro'
    if (!options.includes('bind')) found.root.fs.readOnly = option === 'ro'
  }
  found.root.fs.host.moved()
  return 0
}

function tmpfs(p: Process, { source, target, options }: Wanted): number {
  const value = (name: string): string | undefined =>
    options.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1)
  const { machine } = hostProcess(p).state.space.system
  const fs = new FileSystem('tmpfs', {
    host: machine,
    limitBytes: parseSize(value('size') ?? '') ?? halfOfMemory,
    inodesMax: value('nr_inodes') === undefined ? undefined : parseSize(value('nr_inodes') ?? ''),
  })
  const root = new Inode(fs, 'directory', {
    mode: Number.parseInt(value('mode') ?? '1777', 8),
    uid: Number(value('uid') ?? 0),
    gid: Number(value('gid') ?? 0),
  })
  return attach(p, target, (path) =>
    mountOf(root, { path, source, readOnly: options.includes('ro'), noExec: options.includes('noexec') }),
  )
}

const halfOfMemory = 4 * 2 ** 30

function bind(p: Process, { source, target, options }: Wanted): number {
  const { view, space } = hostProcess(p).state
  try {
    const from = existing(view, source)
    const at = existing(view, target)
    const origin = { mount: from.mount, inode: from.inode, path: `/${from.names.join('/')}` }
    const path = `/${at.names.join('/')}`
    space.mounts.bind({ mount: at.mount, inode: at.inode }, origin, {
      path,
      readOnly: options.includes('ro'),
    })
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    say(p, `${target}: special device ${source} does not exist.`)
    return 32
  }
}

function attach(p: Process, target: string, make: (path: string) => Mount): number {
  const { view, space } = hostProcess(p).state
  const found = place(view, target)
  if (found === undefined) {
    say(p, `${target}: mount point does not exist.`)
    return 32
  }
  space.mounts.mount(found, make(`/${found.names.join('/')}`))
  return 0
}

function place(view: View, path: string): ReturnType<typeof existing> | undefined {
  try {
    return existing(view, path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** umount(8): `-l` also what is busy. Words of util-linux 2.37. */
export const umount: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'lfrvn' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  let code = 0
  for (const operand of args.operands) {
    const target = operand.length > 1 ? operand.replace(/\/$/, '') : operand
    if (!p.credentials.effective.has('SYS_ADMIN')) {
      say(p, `${target}: must be superuser to unmount.`)
      return 32
    }
    const { mounts } = hostProcess(p).state.space
    const trouble = target === '/' ? 'busy' : mounts.unmount(target)
    if (trouble === undefined) continue
    say(p, `${target}: ${trouble === 'busy' ? 'target is busy.' : 'not mounted.'}`)
    code = 32
  }
  return code
}

/** findmnt(8): all, or the mount that holds a path. */
export const findmnt: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'nl', values: ['o', 't', 'T', '--target', '-M'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const lines = (await p.files.read('/proc/mounts')).split('\n').filter((line) => line !== '')
  const path = args.operands[0] ?? args.values.get('T') ?? args.values.get('--target')
  const rows = lines
    .map((line) => line.split(' '))
    .filter(([, target = '']) => path === undefined || target === path)
    .map(([source = '', target = '', type = '', options = '']) => [target, source, type, options])
  if (rows.length === 0) return 1
  const table = [...(args.flags.has('n') ? [] : [['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS']]), ...rows]
  const widths = [0, 1, 2].map((at) => Math.max(...table.map((row) => row[at]?.length ?? 0)))
  for (const row of table)
    p.stdout.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join(' ')
        .trimEnd()}\n`,
    )
  return 0
}
