import { attempt, invalidOption, join, parseArguments, say } from '#lab/host/commands/cli.ts'
import { humanSize } from '#lab/host/commands/ls.ts'
import { parseSize } from '#lab/host/commands/size.ts'
import { type Errno, isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { existing, type Mount, system } from '#lab/host/vfs.ts'

/** df(1): `-h`, `-i`, `-T`, `-k`, `-m`, `-P`, `-a`, `-t TYPE`, and the file system of a path. */
export const df: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'hikTPamHl',
    values: ['t', 'x', '--output'],
    long: ['--human-readable', '--inodes', '--total'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const { mounts, rows, code } = chosen(p, args.operands)
  const shown = rows ?? mounts.filter(({ root }) => ['ext4', 'tmpfs', 'overlay'].includes(root.fs.type))
  const typed = shown.filter(
    ({ root: { fs } }) => args.values.get('t') === undefined || fs.type === args.values.get('t'),
  )
  const withType = args.flags.has('T')
  const cells = args.flags.has('i') || args.flags.has('--inodes') ? inodeCells : byteCells
  const scale =
    args.flags.has('h') || args.flags.has('--human-readable') || args.flags.has('H')
      ? 'h'
      : args.flags.has('m')
        ? 'm'
        : 'k'
  const table = [
    ['Filesystem', ...(withType ? ['Type'] : []), ...cells.head[scale], 'Mounted on'],
    ...typed.map((mount) => [
      mount.source,
      ...(withType ? [mount.root.fs.type] : []),
      ...cells.of(mount, scale),
      mount.path,
    ]),
  ]
  const least = [14, ...(withType ? [4] : []), 5, 5, 5, 4] // coreutils: src/df.c (field_data)
  if (typed.length > 0) printColumns(p, table, { left: withType ? [0, 1] : [0], least })
  return code
}

type Scale = 'h' | 'k' | 'm'

const byteCells = {
  head: {
    h: ['Size', 'Used', 'Avail', 'Use%'],
    k: ['1K-blocks', 'Used', 'Available', 'Use%'],
    m: ['1M-blocks', 'Used', 'Available', 'Use%'],
  },
  of: ({ root: { fs } }: Mount, scale: Scale): string[] => {
    // An overlay has the room of the disk under it.
    const { limitBytes, usedBytes } = fs.over ?? fs
    const limit = Number.isFinite(limitBytes) ? limitBytes : usedBytes
    const size = (bytes: number): string =>
      scale === 'h' ? humanSize(bytes) : String(Math.ceil(bytes / (scale === 'm' ? 2 ** 20 : 1024)))
    return [size(limit), size(usedBytes), size(limit - usedBytes), share(usedBytes, limit)]
  },
}

const inodeCells = {
  head: { h: inodeHead(), k: inodeHead(), m: inodeHead() },
  of: ({ root: { fs } }: Mount): string[] => {
    const { inodesMax, usedInodes } = fs.over ?? fs
    const limit = Number.isFinite(inodesMax) ? inodesMax : 1_025_000
    return [String(limit), String(usedInodes), String(limit - usedInodes), share(usedInodes, limit)]
  },
}

function inodeHead(): string[] {
  return ['Inodes', 'IUsed', 'IFree', 'IUse%']
}

const share = (used: number, limit: number): string =>
  limit === 0 ? '-' : `${Math.ceil((100 * used) / limit)}%`

function chosen(
  p: Process,
  operands: readonly string[],
): { readonly mounts: readonly Mount[]; readonly rows: readonly Mount[] | undefined; readonly code: number } {
  const { view, space } = hostProcess(p).state
  const mounts = space.mounts.list()
  if (operands.length === 0) return { mounts, rows: undefined, code: 0 }
  let code = 0
  const rows = operands.flatMap((path) => {
    try {
      return [existing(view, path).mount]
    } catch (error) {
      if (!isErrno(error)) throw error
      say(p, `${path}: ${error.message}`)
      code = 1
      return []
    }
  })
  return { mounts, rows, code }
}

/** Columns side by side, each as wide as it needs and at `least`, the last one as it is; those in `left` to the left. */
function printColumns(
  p: Process,
  table: readonly (readonly string[])[],
  { left, least }: { readonly left: readonly number[]; readonly least: readonly number[] },
): void {
  const last = (table[0]?.length ?? 1) - 1
  const widths = Array.from({ length: last }, (_, at) =>
    Math.max(least[at] ?? 0, ...table.map((row) => row[at]?.length ?? 0)),
  )
  for (const row of table)
    p.stdout.write(
      `${row
        .map((text, at) =>
          at === last
            ? text
            : left.includes(at)
              ? text.padEnd(widths[at] ?? 0)
              : text.padStart(widths[at] ?? 0),
        )
        .join(' ')}\n`,
    )
}

/** du(1): `-s`, `-h`, `-a`, `-c`, `-k`, `-m`, `-x`, `-d N`; blocks of 4 KiB. */
export const du: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'shackmxb',
    values: ['d', '--max-depth'],
    long: ['--summarize', '--human-readable', '--apparent-size'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const depthMax = args.flags.has('s')
    ? 0
    : Number(args.values.get('d') ?? args.values.get('--max-depth') ?? Number.POSITIVE_INFINITY)
  const show = (bytes: number, path: string): void => {
    const size = args.flags.has('h')
      ? humanSize(bytes)
      : args.flags.has('b')
        ? String(bytes)
        : String(Math.ceil(bytes / (args.flags.has('m') ? 2 ** 20 : 1024)))
    p.stdout.write(`${size}\t${path}\n`)
  }
  let total = 0
  for (const path of args.operands.length > 0 ? args.operands : ['.'])
    total += await usage(p, path, { depth: 0, depthMax, all: args.flags.has('a'), show })
  if (args.flags.has('c')) show(total, 'total')
  return 0
}

async function usage(
  p: Process,
  path: string,
  o: {
    readonly depth: number
    readonly depthMax: number
    readonly all: boolean
    readonly show: (bytes: number, path: string) => void
  },
): Promise<number> {
  const stat = await attempt(
    p,
    () => p.files.lstat(path),
    ({ message }) => `cannot access '${path}': ${message}`,
  )
  if (stat === undefined) return 0
  let bytes = stat.kind === 'symlink' ? 0 : Math.ceil(stat.size / 4096) * 4096
  if (stat.kind === 'directory') {
    const entries = await attempt(
      p,
      () => p.files.list(path),
      ({ message }) => `cannot read directory '${path}': ${message}`,
    )
    for (const { name } of entries ?? [])
      bytes += await usage(p, join(path, name), { ...o, depth: o.depth + 1 })
  }
  if (o.depth === 0 || (o.depth <= o.depthMax && (stat.kind === 'directory' || o.all))) o.show(bytes, path)
  return bytes
}

const allocated = (p: Process, path: string, bytes: number): Errno | undefined => {
  try {
    system.allocate(hostProcess(p).state.view, path, bytes)
    return undefined
  } catch (error) {
    if (isErrno(error)) return error
    throw error
  }
}

/** fallocate(1): `-l SIZE FILE`. */
export const fallocate: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'nvx', values: ['l', 'o', '--length'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const bytes = parseSize(args.values.get('l') ?? args.values.get('--length') ?? '')
  const [file] = args.operands
  if (bytes === undefined || file === undefined) {
    say(p, bytes === undefined ? 'no length argument specified' : 'no filename specified')
    return 1
  }
  const error = allocated(p, file, bytes)
  if (error === undefined) return 0
  say(
    p,
    error.code === 'ENOSPC' ? `fallocate failed: ${error.message}` : `cannot open ${file}: ${error.message}`,
  )
  return 1
}

/** truncate(1): `-s SIZE FILE`; only upwards and to nothing. */
export const truncate: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'c', values: ['s', '--size'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const bytes = parseSize((args.values.get('s') ?? args.values.get('--size') ?? '').replace(/^\+/, ''))
  if (bytes === undefined) {
    say(p, 'you must specify either ‘--size’ or ‘--reference’')
    return 1
  }
  let code = 0
  for (const file of args.operands) {
    if (bytes === 0) await p.files.write(file, '')
    const error = bytes === 0 ? undefined : allocated(p, file, bytes)
    if (error === undefined) continue
    say(p, `failed to truncate '${file}' at ${bytes} bytes: ${error.message}`)
    code = 1
  }
  return code
}

/** dd(1): `if=`, `of=`, `bs=`, `count=`; a device's zeros or a file's text. What does not fit is written as far as it does. */
export const dd: Program = async (p) => {
  const value = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
  const [from, to] = [value('if'), value('of')]
  const block = parseSize(value('bs') ?? '512') ?? 512
  const wanted = value('count') === undefined ? undefined : Number(value('count')) * block
  if (from !== undefined && !from.startsWith('/dev/')) return ddFile(p, from, to, wanted)
  const free = to === undefined ? 0 : freeBytes(p, to)
  const bytes = Math.min(wanted ?? Number.POSITIVE_INFINITY, to === '/dev/null' ? (wanted ?? 0) : free)
  if (to !== undefined && to !== '/dev/null') {
    if (await p.files.exists(to)) await p.files.write(to, '')
    const error = allocated(p, to, bytes)
    if (error !== undefined) {
      say(p, `failed to open '${to}': ${error.message}`)
      return 1
    }
  }
  const isShort = wanted === undefined || bytes < wanted
  if (isShort) say(p, `error writing '${to}': No space left on device`)
  report(p, bytes, block, isShort)
  return isShort ? 1 : 0
}

function freeBytes(p: Process, path: string): number {
  const folder = path.slice(0, path.lastIndexOf('/')) || (path.startsWith('/') ? '/' : '.')
  try {
    const { fs } = existing(hostProcess(p).state.view, folder).mount.root
    const { limitBytes, usedBytes } = fs.over ?? fs
    return Math.max(0, Math.floor((limitBytes - usedBytes) / 4096) * 4096)
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  }
}

async function ddFile(
  p: Process,
  from: string,
  to: string | undefined,
  wanted: number | undefined,
): Promise<number> {
  const text = await attempt(
    p,
    () => p.files.read(from),
    ({ message }) => `failed to open '${from}': ${message}`,
  )
  if (text === undefined) return 1
  const part = text.slice(0, wanted)
  if (to === undefined) p.stdout.write(part)
  else await p.files.write(to, part)
  report(p, part.length, 512, false)
  return 0
}

function report(p: Process, bytes: number, block: number, isShort: boolean): void {
  const records = `${Math.floor(bytes / block)}+${bytes % block === 0 ? 0 : 1}`
  const read = isShort ? `${Math.floor(bytes / block) + 1}+0` : records
  const human = bytes >= 1000 ? ` (${decimal(bytes)}, ${humanSize(bytes).replace(/([KMGT])$/, ' $1iB')})` : ''
  p.stderr.write(
    `${read} records in\n${records} records out\n${bytes} bytes${human} copied, 0.01 s, ${decimal(bytes * 100)}/s\n`,
  )
}

function decimal(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const at = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** at
  return `${value >= 10 || at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`
}
