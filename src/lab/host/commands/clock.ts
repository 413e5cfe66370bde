import { parseTime, utc } from '#base/clock.ts'
import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { setHostname } from '#lab/host/commands/identity.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'

/** date(1): `+FORMAT`, `-u`, `-d TEXT`, `-s TEXT`, `-I[SPEC]`, `-R`, `-r FILE`. The time zone is UTC. */
export const date: Program = async (p) => {
  const words = p.argv.slice(1)
  const iso = words.find((word) => /^(-I|--iso-8601)/.test(word))
  const args = parseArguments(
    words.filter((word) => word !== iso),
    { flags: 'uR', values: ['d', '--date', 's', '--set', 'r'], long: ['--utc', '--rfc-email'] },
  )
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const setTo = args.values.get('s') ?? args.values.get('--set')
  const text = setTo ?? args.values.get('d') ?? args.values.get('--date')
  const file = args.values.get('r')
  const ms =
    file === undefined
      ? text === undefined
        ? p.now()
        : moment(p.now(), text)
      : (await p.files.stat(file)).mtimeMs
  if (ms === undefined) {
    say(p, `invalid date ‘${text}’`)
    return 1
  }
  if (setTo !== undefined && !setClock(p, ms)) {
    say(p, 'cannot set date: Operation not permitted')
    return 1
  }
  const format = args.operands.find((word) => word.startsWith('+'))?.slice(1)
  p.stdout.write(
    `${formatted(ms, format ?? (args.flags.has('R') ? '%a, %d %b %Y %T %z' : isoFormat(iso)))}\n`,
  )
  return 0
}

function setClock(p: Process, ms: number): boolean {
  if (!p.credentials.effective.has('SYS_TIME')) return false
  machineOf(p).clock.set(ms)
  return true
}

const isoFormat = (option: string | undefined): string => {
  if (option === undefined) return '%a %b %e %H:%M:%S UTC %Y'
  if (/s(econds)?$/.test(option.replace(/^--iso-8601=?/, '').replace(/^-I/, ''))) return '%FT%T+00:00'
  return '%F'
}

const spans: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
  year: 31_536_000_000,
}

/** `now`, `@1767765647`, `2 hours ago`, `-5 min`, `+1 day`, `2026-01-07 06:00:00`, ISO 8601. */
export function moment(nowMs: number, text: string): number | undefined {
  const trimmed = text.trim().replace(/^["']|["']$/g, '')
  if (trimmed === 'now' || trimmed === '') return nowMs
  if (trimmed === 'yesterday') return nowMs - 86_400_000
  if (trimmed === 'tomorrow') return nowMs + 86_400_000
  if (/^@\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed.slice(1)) * 1000
  const [, sign, count, unit = '', ago] = /^([-+])?\s*(\d+)\s*([a-z]+?)s?(\s+ago)?$/i.exec(trimmed) ?? []
  const span = spans[unit.toLowerCase()]
  if (count !== undefined && span !== undefined)
    return nowMs + Number(count) * span * (sign === '-' || ago !== undefined ? -1 : 1)
  const day = /^\d{4}-\d\d-\d\d$/.test(trimmed) ? `${trimmed}T00:00:00Z` : trimmed.replace(' ', 'T')
  const clockOnly = /^\d\d:\d\d(:\d\d)?$/.test(trimmed)
  const whole = clockOnly ? `${utc(nowMs).date}T${trimmed.length === 5 ? `${trimmed}:00` : trimmed}` : day
  return parseTime(/(Z|[-+]\d\d:?\d\d)$/.test(whole) ? whole : `${whole}Z`)
}

function formatted(ms: number, format: string): string {
  const { date: day, time, weekday, month } = utc(ms)
  const [year = '', monthNumber = '', dayNumber = ''] = day.split('-')
  const [hour = '', minute = '', second = ''] = time.slice(0, 8).split(':')
  const yearStart = parseTime(`${year}-01-01T00:00:00Z`) ?? ms
  const parts: Readonly<Record<string, string>> = {
    Y: year,
    y: year.slice(2),
    m: monthNumber,
    d: dayNumber,
    e: String(Number(dayNumber)).padStart(2),
    H: hour,
    I: String(Number(hour) % 12 || 12).padStart(2, '0'),
    p: Number(hour) < 12 ? 'AM' : 'PM',
    M: minute,
    S: second,
    N: `${String(Math.floor(ms % 1000)).padStart(3, '0')}000000`,
    s: String(Math.floor(ms / 1000)),
    a: weekday,
    b: month,
    h: month,
    F: day,
    T: `${hour}:${minute}:${second}`,
    R: `${hour}:${minute}`,
    D: `${monthNumber}/${dayNumber}/${year.slice(2)}`,
    j: String(Math.floor((ms - yearStart) / 86_400_000) + 1).padStart(3, '0'),
    u: String(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(weekday) + 1),
    z: '+0000',
    Z: 'UTC',
    n: '\n',
    t: '\t',
    '%': '%',
  }
  return format.replaceAll(/%[-_0]?(.)/g, (whole, letter: string) => {
    const part = parts[letter]
    if (part === undefined) return whole
    return whole.startsWith('%-') ? part.replace(/^[0 ]+(?=.)/, '') : part
  })
}

/** hostnamectl(1): the status; `set-hostname NAME` or `hostname NAME` for good. */
export const hostnamectl: Program = async (p) => {
  const [verb, name] = p.argv.slice(1)
  if ((verb === 'set-hostname' || verb === 'hostname') && name !== undefined) {
    if (!(await setHostname(p, name))) {
      p.stderr.write('Could not set static hostname: Access denied\n')
      return 1
    }
    await p.files.write('/etc/hostname', `${name}\n`)
    return 0
  }
  if (verb === 'hostname') {
    p.stdout.write(`${p.hostname}\n`)
    return 0
  }
  const { kernelRelease, bootId } = machineOf(p)
  const read = async (path: string): Promise<string> =>
    (await p.files.exists(path)) ? (await p.files.read(path)).trim() : ''
  const os = /^PRETTY_NAME="(.*)"$/m.exec(await read('/etc/os-release'))?.[1] ?? 'Linux'
  const rows: readonly (readonly [string, string])[] = [
    ['Static hostname', p.hostname],
    ['Icon name', 'computer-vm'],
    ['Chassis', 'vm'],
    ['Machine ID', await read('/etc/machine-id')],
    ['Boot ID', bootId.replaceAll('-', '')],
    ['Virtualization', 'kvm'],
    ['Operating System', os],
    ['Kernel', `Linux ${kernelRelease}`],
    ['Architecture', 'x86-64'],
  ]
  for (const [name, value] of rows) p.stdout.write(`${name.padStart(16)}: ${value}\n`)
  return 0
}

/** timedatectl(1): the status, `set-time TEXT`, `set-ntp yes|no`; a clock is kept right by an active time service. */
export const timedatectl: Program = async (p) => {
  const [verb = 'status', value] = p.argv.slice(1).filter((word) => !word.startsWith('-'))
  const ntp = await synchronized(p)
  if (verb === 'set-time') {
    const ms = value === undefined ? undefined : moment(p.now(), value)
    if (ntp) {
      p.stderr.write('Failed to set time: Automatic time synchronization is enabled\n')
      return 1
    }
    if (ms === undefined) {
      p.stderr.write(`Failed to parse time specification '${value ?? ''}': Invalid argument\n`)
      return 1
    }
    return setClock(p, ms) ? 0 : 1
  }
  if (verb === 'set-ntp') {
    const on = /^(yes|true|1|on)$/.test(value ?? '')
    return (
      await p.run(['systemctl', ...(on ? ['enable', '--now'] : ['disable', '--now']), 'systemd-timesyncd'])
    ).code
  }
  const stamp = formatted(p.now(), '%a %F %T')
  const off = Math.abs(machineOf(p).clock.offMs)
  p.stdout.write(
    [
      ['Local time', `${stamp} UTC`],
      ['Universal time', `${stamp} UTC`],
      ['RTC time', stamp],
      ['Time zone', 'Etc/UTC (UTC, +0000)'],
      ['System clock synchronized', ntp && off < 1000 ? 'yes' : 'no'],
      ['NTP service', ntp ? 'active' : 'inactive'],
      ['RTC in local TZ', 'no'],
    ]
      .map(([name = '', text = '']) => `${name.padStart(25)}: ${text}\n`)
      .join(''),
  )
  return 0
}

async function synchronized(p: Process): Promise<boolean> {
  for (const unit of ['systemd-timesyncd', 'chrony', 'chronyd', 'ntp'])
    if ((await p.run(['systemctl', 'is-active', '-q', unit])).code === 0) return true
  return false
}

/**
 * systemd-timesyncd: asks a time server when it starts and whenever somebody sets the clock (systemd:src/timesync/timesyncd-manager.c,
 * manager_clock_watch), and steps a clock that is off. The servers of the lab are always reached and right.
 */
export const timesyncd: Program = async (p) => {
  const { clock } = machineOf(p)
  p.stderr.write('Contacted time server 185.125.190.57:123 (ntp.ubuntu.com).\n')
  for (;;) {
    if (clock.offMs !== 0) clock.set(p.now() - clock.offMs)
    await clock.untilSet(p.task)
    await p.sleep(p.random.between(...roundTripMs))
  }
}

/** To a public time server and back. */
const roundTripMs = [10, 60] as const
