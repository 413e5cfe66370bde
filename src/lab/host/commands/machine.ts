import { utc } from '#base/clock.ts'
import { attempt, done, invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
import { ask } from '#lab/host/systemd/client.ts'

/** reboot(8), poweroff(8), halt(8), shutdown(8): in order through PID 1; `-f` at once, as a power cut. */
export const reboot: Program = async (p) => {
  const name = p.argv[0]?.split('/').at(-1) ?? 'reboot'
  const words = p.argv.slice(1)
  const again = name === 'reboot' || (name === 'shutdown' && words.includes('-r'))
  if (!p.credentials.effective.has('SYS_BOOT')) {
    p.stderr.write(
      'Failed to set wall message, ignoring: Interactive authentication required.\nFailed to reboot system via logind: Interactive authentication required.\n',
    )
    return 1
  }
  if (words.some((word) => /^-+f/.test(word))) return forced(p, again)
  const reply = await ask(p, { verb: again ? 'reboot' : 'poweroff', units: [] })
  if (!('trouble' in reply)) return 0
  p.stderr.write(`${reply.trouble}\n`)
  return 1
}

function forced(p: Process, again: boolean): number {
  const machine = machineOf(p)
  void machine.halt('power-cut')
  if (again) machine.boot()
  return 0
}

/** sysctl(8): `NAME`, `-w NAME=VALUE`, `-n`, `-a`, `-p FILE`, `--system`; all of it through /proc/sys. */
export const sysctl: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'wnaqep', long: ['--system'], values: [] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  if (args.flags.has('--system')) return applyFiles(p, await systemFiles(p))
  if (args.flags.has('p'))
    return applyFiles(p, args.operands.length > 0 ? args.operands : ['/etc/sysctl.conf'])
  if (args.flags.has('a')) return showAll(p, '/proc/sys', '')
  let code = 0
  for (const operand of args.operands) {
    const equals = operand.indexOf('=')
    const name = (equals < 0 ? operand : operand.slice(0, equals)).trim()
    const isDone =
      equals < 0
        ? await showOne(p, name, args.flags.has('n'))
        : await setOne(p, name, operand.slice(equals + 1).trim(), args.flags.has('q'))
    if (!isDone) code = 255
  }
  return code
}

/** Dots are slashes and the other way round: `net.ipv4.conf.eth0/1.forwarding`. */
const pathOf = (name: string): string =>
  `/proc/sys/${name.includes('/') && !name.includes('.') ? name : name.replaceAll(/[./]/g, (c) => (c === '.' ? '/' : '.'))}`

async function showOne(p: Process, name: string, bare: boolean): Promise<boolean> {
  const text = await attempt(
    p,
    () => p.files.read(pathOf(name)),
    ({ code, message }) =>
      code === 'ENOENT'
        ? `cannot stat ${pathOf(name)}: No such file or directory`
        : `permission denied on key '${name}'${code === 'EACCES' ? '' : `: ${message}`}`,
  )
  if (text !== undefined) p.stdout.write(bare ? text : `${name} = ${text}`)
  return text !== undefined
}

async function setOne(p: Process, name: string, value: string, quiet: boolean): Promise<boolean> {
  const isSet = await done(
    p,
    () => p.files.write(pathOf(name), `${value}\n`),
    ({ code, message }) =>
      code === 'ENOENT'
        ? `cannot stat ${pathOf(name)}: No such file or directory`
        : code === 'EACCES' || code === 'EPERM'
          ? `permission denied on key "${name}"`
          : `setting key "${name}": ${message}`,
  )
  if (isSet && !quiet) p.stdout.write(`${name} = ${value}\n`)
  return isSet
}

async function applyFiles(p: Process, files: readonly string[]): Promise<number> {
  let code = 0
  for (const file of files) {
    const text = await attempt(
      p,
      () => p.files.read(file),
      ({ message }) => `cannot open "${file}": ${message}`,
    )
    if (text === undefined) code = 255
    for (const line of (text ?? '').split('\n')) {
      const [, name, value] = /^\s*-?([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
      if (name !== undefined && value !== undefined && !(await setOne(p, name, value, false))) code = 255
    }
  }
  return code
}

async function systemFiles(p: Process): Promise<string[]> {
  const found = new Map<string, string>()
  for (const folder of ['/etc/sysctl.d', '/run/sysctl.d', '/usr/lib/sysctl.d']) {
    const names = (await p.files.exists(folder)) ? await p.files.list(folder) : []
    for (const { name } of names)
      if (name.endsWith('.conf') && !found.has(name)) found.set(name, `${folder}/${name}`)
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

async function showAll(p: Process, folder: string, prefix: string): Promise<number> {
  for (const { name, kind } of await p.files.list(folder)) {
    const key = prefix === '' ? name.replaceAll('.', '/') : `${prefix}.${name.replaceAll('.', '/')}`
    if (kind === 'directory') await showAll(p, `${folder}/${name}`, key)
    else p.stdout.write(`${key} = ${await p.files.read(`${folder}/${name}`)}`)
  }
  return 0
}

/** dmesg(1): `-T`, `-w`-less. */
export const dmesg: Program = async (p) => {
  if (!p.credentials.effective.has('SYSLOG')) {
    say(p, 'read kernel buffer failed: Operation not permitted')
    return 1
  }
  const { kernelLog, startedMs } = machineOf(p).running
  for (const { timeMs, text } of kernelLog.lines) {
    const { weekday, month, day, time, date } = utc(timeMs)
    const stamp = p.argv.includes('-T')
      ? `${weekday} ${month} ${String(day).padStart(2)} ${time.slice(0, 8)} ${date.slice(0, 4)}`
      : ((timeMs - startedMs) / 1000).toFixed(6).padStart(12)
    p.stdout.write(`[${stamp}] ${text}\n`)
  }
  return 0
}

/** logger(1): `-t TAG`. */
export const logger: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'is', values: ['t', 'p'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  machineOf(p).log({
    unit: 'session.scope',
    identifier: args.values.get('t') ?? 'root',
    pid: p.pid,
    message: args.operands.join(' '),
  })
  return 0
}

/** For `sync` and the like, whose work is always done here. */
export const nothing: Program = async () => 0
