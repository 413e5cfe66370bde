import { utc } from '#base/clock.ts'
import { attempt, invalidOption, parseArguments } from '#lab/host/commands/cli.ts'
import { humanSize } from '#lab/host/commands/ls.ts'
import { modeText } from '#lab/host/commands/modes.ts'
import { contextAt } from '#lab/host/commands/selinux.ts'
import { namesOf } from '#lab/host/os/accounts.ts'
import type { Program, Stat } from '#lab/host/ports.ts'

/** free(1): totals of /proc/meminfo, in KiB or with `-m`, `-h`. */
export const free: Program = async (p) => {
  const text = await p.files.read('/proc/meminfo')
  const kibibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  const show = (value: number): string =>
    p.argv.includes('-h')
      ? `${humanSize(value * 1024)}i`
      : String(p.argv.includes('-m') ? Math.floor(value / 1024) : value)
  const total = kibibytes('MemTotal')
  const cells = [
    total,
    total - kibibytes('MemAvailable'),
    kibibytes('MemFree'),
    0,
    kibibytes('MemAvailable') - kibibytes('MemFree'),
    kibibytes('MemAvailable'),
  ]
  const row = (head: string, values: readonly string[]): void =>
    p.stdout.write(`${head.padEnd(8)}${values.map((value) => value.padStart(12)).join('')}\n`)
  row('', ['total', 'used', 'free', 'shared', 'buff/cache', 'available'])
  row('Mem:', cells.map(show))
  row('Swap:', [0, 0, 0].map(show))
  return 0
}

export const uptime: Program = async (p) => {
  const seconds = Math.floor(Number((await p.files.read('/proc/uptime')).split(' ')[0]))
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  const clock = hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}` : `${minutes} min`
  const load = (await p.files.read('/proc/loadavg')).split(' ').slice(0, 3).join(', ')
  p.stdout.write(
    ` ${utc(p.now()).time.slice(0, 8)} up ${days > 0 ? `${days} days, ` : ''}${clock},  0 users,  load average: ${load}\n`,
  )
  return 0
}

const kindNames: Readonly<Record<Stat['kind'], string>> = {
  file: 'regular file',
  directory: 'directory',
  symlink: 'symbolic link',
  socket: 'socket',
  device: 'character special file',
}

/** stat(1): `-c FORMAT` with %a %A %u %U %g %G %n %N %F %s %i %Y %y %C, `-L`; the long form without it. */
export const stat: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'Lt', values: ['c', '--format', '--printf'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const format = args.values.get('c') ?? args.values.get('--format')
  const raw = args.values.get('--printf')
  const wanted = raw ?? format ?? ''
  const names = await namesOf(p.files)
  let code = 0
  for (const path of args.operands) {
    const found = await attempt(
      p,
      async () => {
        const seen = args.flags.has('L') ? await p.files.stat(path) : await p.files.lstat(path)
        const context = wanted.includes('%C') ? contextAt(p, path, { follow: args.flags.has('L') }) : '?'
        return { seen, context, target: seen.kind === 'symlink' ? await p.files.readlink(path) : undefined }
      },
      ({ message }) => `cannot statx '${path}': ${message}`,
    )
    if (found === undefined) {
      code = 1
      continue
    }
    const parts = statParts(path, found.seen, found, names)
    const fill = (text: string): string =>
      text.replaceAll(/%([a-zA-Z])/g, (whole, letter: string) => parts[letter] ?? whole)
    if (raw !== undefined) p.stdout.write(fill(raw).replaceAll('\\n', '\n'))
    else p.stdout.write(`${fill(format ?? longStat)}\n`)
  }
  return code
}

const longStat = `  File: %N
  Size: %s\tBlocks: %b\tIO Block: 4096   %F
Device: fd01h/64769d\tInode: %i\tLinks: 1
Access: (0%a/%A)  Uid: ( %u/ %U)   Gid: ( %g/ %G)
Modify: %y`

function statParts(
  path: string,
  { mode, uid, gid, kind, size, inode, mtimeMs }: Stat,
  { target, context }: { readonly target: string | undefined; readonly context: string },
  names: Awaited<ReturnType<typeof namesOf>>,
): Readonly<Record<string, string>> {
  const { date, time } = utc(mtimeMs)
  return {
    a: mode.toString(8),
    A: modeText(kind, mode),
    u: String(uid),
    g: String(gid),
    U: unknownAs(names.user(uid), uid),
    G: unknownAs(names.group(gid), gid),
    n: path,
    N: target === undefined ? path : `'${path}' -> '${target}'`,
    F: kind === 'file' && size === 0 ? 'regular empty file' : kindNames[kind],
    s: String(size),
    b: String(Math.ceil(size / 4096) * 8),
    i: String(inode),
    Y: String(Math.floor(mtimeMs / 1000)),
    y: `${date} ${time}000000 +0000`,
    h: '1',
    C: context,
  }
}

/** stat(1) says UNKNOWN where ls(1) prints the number. */
const unknownAs = (name: string, number: number): string => (name === String(number) ? 'UNKNOWN' : name)
