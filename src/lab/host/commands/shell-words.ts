import { attempt, invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { inputText } from '#lab/host/commands/lines.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { defaultPath, executable } from '#lab/host/process/execute.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { TestError, test } from '#lab/host/shell/condition.ts'
import { echoText, printfText } from '#lab/host/shell/printf.ts'
import { walk } from '#lab/host/vfs.ts'

/** The commands that shells have built in, as programs of their own; and those that run other commands. */

export const echo: Program = async (p) => {
  p.stdout.write(echoText(p.argv.slice(1)))
  return 0
}

export const printf: Program = async (p) => {
  const [format, ...args] = p.argv.slice(1)
  if (format === undefined) {
    say(p, 'missing operand')
    return 1
  }
  const { text, error } = printfText(format, args)
  p.stdout.write(text)
  if (error !== undefined) say(p, error)
  return error === undefined ? 0 : 1
}

export const testProgram: Program = async (p) => {
  const args = p.argv.slice(1)
  const bracketed = p.argv[0]?.endsWith('[') === true
  if (bracketed && args.at(-1) !== ']') {
    say(p, "missing ']'")
    return 2
  }
  try {
    const around = { p, path: (path: string): string => path }
    return (await test(around, bracketed ? args.slice(0, -1) : args)) ? 0 : 1
  } catch (error) {
    if (!(error instanceof TestError)) throw error
    say(p, error.message)
    return 2
  }
}

const unitMs: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `5`, `0.5`, `2m`, `infinity` in ms. */
export function durationMs(text: string): number | undefined {
  if (text === 'infinity' || text === 'inf') return Number.POSITIVE_INFINITY
  const [, amount, unit = ''] = /^(\d*\.?\d+)([smhd]?)$/.exec(text) ?? []
  const factor = unitMs[unit]
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}

export const sleep: Program = async (p) => {
  let total = 0
  if (p.argv.length < 2) {
    say(p, 'missing operand')
    return 1
  }
  for (const word of p.argv.slice(1)) {
    const ms = durationMs(word)
    if (ms === undefined) {
      say(p, `invalid time interval '${word}'`)
      return 1
    }
    total += ms
  }
  if (Number.isFinite(total)) await p.sleep(total)
  else await p.task.wait<void>(() => undefined)
  return 0
}

/** timeout(1): `-s SIGNAL` is not known; code 124 when time ran out. */
export const timeout: Program = async (p) => {
  const args = p.argv.slice(1).filter((word, at) => at > 1 || !word.startsWith('-'))
  const [limit = '', ...argv] = args
  const ms = durationMs(limit)
  if (ms === undefined || argv.length === 0) {
    say(p, ms === undefined ? `invalid time interval '${limit}'` : 'missing operand')
    return 125
  }
  const child = await started(p, argv)
  if (typeof child === 'number') return child
  let late = false
  const timer = p.thread('timer', async (self) => {
    await self.sleep(ms)
    late = true
    child.kill('SIGTERM')
  })
  const { code } = await child.exited(p)
  timer.stop()
  return late ? 124 : code
}

/** Starts another command in the words of env, timeout and xargs when it cannot. */
async function started(p: Process, argv: readonly string[], env?: Readonly<Record<string, string>>) {
  try {
    return await p.spawn(argv, env === undefined ? {} : { env })
  } catch (error) {
    if (!isErrno(error)) throw error
    say(p, `failed to run command '${argv[0]}': ${error.message}`)
    return error.code === 'ENOENT' ? 127 : 126
  }
}

/** env(1): `-i`, `-u NAME`, assignments, a command. */
export const env: Program = async (p) => {
  const left = p.argv.slice(1)
  let variables: Record<string, string> = { ...p.env }
  while (left[0]?.startsWith('-')) {
    const option = left.shift()
    if (option === '-i' || option === '-') variables = {}
    else if (option === '-u') delete variables[left.shift() ?? '']
    else return invalidOption(p, option?.slice(1) ?? '', 125)
  }
  while (left[0]?.includes('=')) {
    const word = left.shift() ?? ''
    variables[word.slice(0, word.indexOf('='))] = word.slice(word.indexOf('=') + 1)
  }
  if (left.length > 0) {
    const child = await started(p, left, variables)
    return typeof child === 'number' ? child : (await child.exited(p)).code
  }
  for (const [name, value] of Object.entries(variables)) p.stdout.write(`${name}=${value}\n`)
  return 0
}

export const printenv: Program = async (p) => {
  const names = p.argv.slice(1)
  if (names.length === 0)
    for (const [name, value] of Object.entries(p.env)) p.stdout.write(`${name}=${value}\n`)
  for (const name of names) if (p.env[name] !== undefined) p.stdout.write(`${p.env[name]}\n`)
  return names.every((name) => p.env[name] !== undefined) ? 0 : 1
}

/** xargs(1): `-n COUNT`, `-I TEXT`, `-r`, `-0`, `-d`. Code 123 when a command failed. */
export const xargs: Program = async (p) => {
  const words = p.argv.slice(1)
  const command: string[] = []
  const options: string[] = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('-')) {
      command.push(word, ...words.splice(0))
    } else {
      options.push(word)
      if (/^-[nIdLP]$/.test(word)) options.push(words.shift() ?? '')
    }
  }
  const args = parseArguments(options, { flags: 'r0t', values: ['n', 'I', 'd', 'L', 'P'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const text = (await inputText(p, '-')) ?? ''
  const token = args.values.get('I')
  const separator = args.flags.has('0') ? '\0' : token !== undefined ? '\n' : (args.values.get('d') ?? /\s+/)
  const items = text.split(separator).filter((item) => item !== '')
  if (items.length === 0 && (args.flags.has('r') || token !== undefined)) return 0
  const size =
    token !== undefined ? 1 : Number(args.values.get('n') ?? args.values.get('L') ?? (items.length || 1))
  const base = command.length === 0 ? ['echo'] : command
  let code = 0
  for (let at = 0; at === 0 || at < items.length; at += size) {
    const some = items.slice(at, at + size)
    const argv =
      token === undefined ? [...base, ...some] : base.map((word) => word.replaceAll(token, some[0] ?? ''))
    const child = await started(p, argv)
    if (typeof child === 'number') return child
    if ((await child.exited(p)).code !== 0) code = 123
  }
  return code
}

export const which: Program = async (p) => {
  let code = 0
  for (const name of p.argv.slice(1).filter((word) => !word.startsWith('-'))) {
    try {
      p.stdout.write(`${executable(hostProcess(p).state.view, name, p.env.PATH ?? defaultPath).path}\n`)
    } catch (error) {
      if (!isErrno(error)) throw error
      code = 1
    }
  }
  return code
}

export const seq: Program = async (p) => {
  const numbers = p.argv.slice(1).map(Number)
  const [first, last, step] =
    numbers.length === 1
      ? [1, numbers[0], 1]
      : numbers.length === 2
        ? [numbers[0], numbers[1], 1]
        : [numbers[0], numbers[2], numbers[1]]
  if (
    first === undefined ||
    last === undefined ||
    step === undefined ||
    numbers.some(Number.isNaN) ||
    step === 0
  ) {
    say(
      p,
      p.argv.length < 2
        ? 'missing operand'
        : `invalid floating point argument: '${p.argv.find((word, at) => at > 0 && Number.isNaN(Number(word))) ?? ''}'`,
    )
    return 1
  }
  const count = Math.min(1_000_000, Math.floor((last - first) / step) + 1)
  for (let at = 0; at < count; at++) p.stdout.write(`${first + at * step}\n`)
  return 0
}

export const pwd: Program = async (p) => {
  p.stdout.write(`${p.cwd}\n`)
  return 0
}

export const basename: Program = async (p) => {
  const [path, suffix = ''] = p.argv.slice(1)
  if (path === undefined) {
    say(p, 'missing operand')
    return 1
  }
  const name =
    path
      .replace(/(?<=.)\/+$/, '')
      .split('/')
      .at(-1) || '/'
  p.stdout.write(
    `${suffix !== '' && name.endsWith(suffix) && name !== suffix ? name.slice(0, -suffix.length) : name}\n`,
  )
  return 0
}

export const dirname: Program = async (p) => {
  for (const path of p.argv.slice(1)) {
    const trimmed = path.replace(/(?<=.)\/+$/, '')
    const cut = trimmed.lastIndexOf('/')
    p.stdout.write(`${cut < 0 ? '.' : trimmed.slice(0, cut).replace(/\/+$/, '') || '/'}\n`)
  }
  return 0
}

/** readlink(1) and realpath(1). */
export const readlink: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'femnqs' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const canonical =
    p.argv[0]?.endsWith('realpath') === true || ['f', 'e', 'm'].some((flag) => args.flags.has(flag))
  let code = 0
  for (const path of args.operands) {
    const target = canonical ? await canonicalPath(p, path) : await linkTarget(p, path)
    if (target === undefined) code = 1
    else p.stdout.write(`${target}${args.flags.has('n') ? '' : '\n'}`)
  }
  return code
}

async function linkTarget(p: Process, path: string): Promise<string | undefined> {
  try {
    return await p.files.readlink(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const canonicalPath = (p: Process, path: string): Promise<string | undefined> =>
  attempt(
    p,
    async () => {
      const { names, name, inode } = walk(hostProcess(p).state.view, path, true)
      return `/${(inode === undefined ? [...names, name] : names).join('/')}`
    },
    ({ message }) => `${path}: ${message}`,
  )
