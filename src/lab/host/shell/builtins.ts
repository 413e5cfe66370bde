import { type Child, type ExitStatus, isErrno } from '#lab/host/ports.ts'
import { defaultPath, executable } from '#lab/host/process/execute.ts'
import { arithmetic } from '#lab/host/shell/arithmetic.ts'
import { declareNamed, unsetElement } from '#lab/host/shell/arrays.ts'
import { compgenBuiltin } from '#lab/host/shell/compgen-builtin.ts'
import { TestError, test } from '#lab/host/shell/condition.ts'
import { runAll } from '#lab/host/shell/evaluate.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { getopts, jobs, mapfile, shopt, ulimit, umask } from '#lab/host/shell/more-builtins.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import { echoText, printfText } from '#lab/host/shell/printf.ts'
import { readBuiltin } from '#lab/host/shell/read-builtin.ts'
import { setBuiltin } from '#lab/host/shell/set-builtin.ts'
import { Leave, type Shell } from '#lab/host/shell/state.ts'
import { signalNamed, trapBuiltin } from '#lab/host/shell/traps.ts'

export type Builtin = (shell: Shell, args: readonly string[], io: Io) => Promise<number>

const complain = (shell: Shell, io: Io, text: string, code = 1): number => {
  io.stderr.write(`${shell.name}: ${text}\n`)
  return code
}

const numbered = (args: readonly string[], fallback: number): number =>
  args[0] === undefined ? fallback : Number.parseInt(args[0], 10) || 0

const leave =
  (how: Leave['how']): Builtin =>
  async (shell, args) => {
    const isLoop = how === 'break' || how === 'continue'
    if (isLoop && shell.loops === 0) return 0
    throw new Leave(how, isLoop ? Math.max(1, numbered(args, 1)) : numbered(args, shell.status) & 255)
  }

const testBuiltin =
  (name: string): Builtin =>
  async (shell, args, io) => {
    const bracketed = name === '['
    if (bracketed && args.at(-1) !== ']') return complain(shell, io, "[: missing `]'", 2)
    try {
      return (await test(shell, bracketed ? args.slice(0, -1) : args)) ? 0 : 1
    } catch (error) {
      if (!(error instanceof TestError)) throw error
      return complain(shell, io, `${name}: ${error.message}`, 2)
    }
  }

const cd: Builtin = async (shell, args, io) => {
  const wanted = args.find((arg) => arg !== '-P' && arg !== '-L') ?? shell.text('HOME') ?? '/'
  const target = wanted === '-' ? (shell.text('OLDPWD') ?? '/') : wanted
  const path = normalized(shell.path(target))
  try {
    const { kind } = await shell.p.files.stat(path)
    if (kind !== 'directory') return complain(shell, io, `cd: ${target}: Not a directory`)
    if (!(await shell.p.files.access(path, 'x')))
      return complain(shell, io, `cd: ${target}: Permission denied`)
  } catch (error) {
    if (!isErrno(error)) throw error
    return complain(shell, io, `cd: ${target}: ${error.message}`)
  }
  if (wanted === '-') io.stdout.write(`${path}\n`)
  shell.set('OLDPWD', shell.cwd)
  shell.set('PWD', path)
  shell.cwd = path
  return 0
}

/** Without `.`, `..` and doubled slashes, links left alone: the logical path that `cd` keeps. */
function normalized(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

/** `NAME=value` words: sets them; answers the names. */
function assignWords(shell: Shell, args: readonly string[]): string[] {
  return args
    .filter((arg) => !arg.startsWith('-'))
    .map((arg) => {
      const equals = arg.indexOf('=')
      if (equals > 0) shell.set(arg.slice(0, equals), arg.slice(equals + 1))
      return equals > 0 ? arg.slice(0, equals) : arg
    })
}

const declareBuiltin: Builtin = async (shell, args) => {
  const names = assignWords(shell, args)
  if (args.some((arg) => /^-\w*A/.test(arg))) for (const name of names) declareNamed(shell, name)
  return 0
}

const exportBuiltin: Builtin = async (shell, args, io) => {
  if (args.length === 0 || args[0] === '-p')
    for (const [name, value] of Object.entries(shell.environment()).sort())
      io.stdout.write(`declare -x ${name}="${value}"\n`)
  for (const name of assignWords(shell, args)) {
    if (!/^[A-Za-z_]\w*$/.test(name)) return complain(shell, io, `export: \`${name}': not a valid identifier`)
    if (args.includes('-n')) shell.exported.delete(name)
    else shell.exported.add(name)
  }
  return 0
}

const local: Builtin = async (shell, args, io) => {
  const scope = shell.locals.at(-1)
  if (scope === undefined) return complain(shell, io, 'local: can only be used in a function')
  for (const arg of args) {
    const name = arg.split('=')[0] ?? ''
    if (name.startsWith('-') || scope.has(name)) continue
    scope.set(name, shell.variables.get(name))
    if (!arg.includes('=')) shell.variables.delete(name)
  }
  for (const name of assignWords(shell, args)) if (args.includes('-A')) declareNamed(shell, name)
  return 0
}

const unset: Builtin = async (shell, args) => {
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    if (unsetElement(shell, name)) continue
    shell.variables.delete(name)
    shell.exported.delete(name)
    if (args[0] === '-f') shell.functions.delete(name)
  }
  return 0
}

const kill: Builtin = async (shell, args, io) => {
  const pids = args.filter((arg) => /^\d+$/.test(arg) || arg.startsWith('%'))
  const flag = args.find((arg) => arg.startsWith('-') && arg !== '-s')
  const named = args[0] === '-s' ? args[1] : flag?.slice(1)
  if (named === '0') return exists(shell, pids, io)
  const signal = named === undefined ? 'SIGTERM' : signalNamed(named)
  if (signal === undefined) return complain(shell, io, `kill: ${named}: invalid signal specification`)
  let code = 0
  for (const pid of args[0] === '-s' ? args.slice(2) : pids) {
    try {
      await shell.p.kill(Number(pid), signal)
    } catch (error) {
      if (!isErrno(error)) throw error
      code = complain(shell, io, `kill: (${pid}) - ${error.message}`)
    }
  }
  return code
}

async function exists(shell: Shell, pids: readonly string[], io: Io): Promise<number> {
  const alive = new Set(shell.p.processes().map(({ pid }) => String(pid)))
  const missing = pids.find((pid) => !alive.has(pid))
  return missing === undefined ? 0 : complain(shell, io, `kill: (${missing}) - No such process`)
}

const wait: Builtin = async (shell, args, io) => {
  let code = 0
  const pids = args.length > 0 ? args.map(Number) : [...shell.jobs.keys()]
  for (const pid of pids) {
    const job = shell.jobs.get(pid)
    if (job === undefined) code = complain(shell, io, `wait: pid ${pid} is not a child of this shell`, 127)
    else {
      const status = await endOrTrap(shell, job)
      if (status === undefined) return 143
      shell.jobs.delete(pid)
      code = status.code
    }
  }
  return args.length > 0 ? code : 0
}

/** How the job ended; `undefined` when a trapped signal came first. */
async function endOrTrap(shell: Shell, job: Child): Promise<ExitStatus | undefined> {
  const status = await shell.p.task.wait<ExitStatus | undefined>((wake) => {
    job.onExit(wake)
    shell.interrupt = () => wake(undefined)
    return () => {
      shell.interrupt = undefined
    }
  })
  shell.interrupt = undefined
  return status
}

const source: Builtin = async (shell, args, io) => {
  const [file, ...positional] = args
  if (file === undefined) return complain(shell, io, '.: filename argument required', 2)
  let text: string
  try {
    text = await shell.p.files.read(shell.path(file))
  } catch (error) {
    if (!isErrno(error)) throw error
    return complain(shell, io, `${file}: ${error.message}`)
  }
  const before = shell.positional
  if (positional.length > 0) shell.positional = positional
  try {
    return await runText(shell, text, io)
  } catch (error) {
    if (error instanceof Leave && error.how === 'return') return error.count
    throw error
  } finally {
    shell.positional = before
  }
}

async function runText(shell: Shell, text: string, io: Io): Promise<number> {
  const script = parseScript(text)
  if (script.errors !== undefined) return complain(shell, io, `eval: ${script.errors[0]?.message}`, 2)
  return runAll(shell, script.commands, io)
}

const lookUp: (verbose: boolean) => Builtin = (verbose) => async (shell, args, io) => {
  let code = 0
  for (const name of args.filter((arg) => !arg.startsWith('-'))) {
    const found = placeOf(shell, name)
    if (found === undefined) {
      if (verbose) io.stderr.write(`${shell.name}: type: ${name}: not found\n`)
      code = 1
    } else io.stdout.write(`${verbose ? found.long : found.short}\n`)
  }
  return code
}

function placeOf(shell: Shell, name: string): { readonly short: string; readonly long: string } | undefined {
  if (shell.functions.has(name)) return { short: name, long: `${name} is a function` }
  if (builtins[name] !== undefined) return { short: name, long: `${name} is a shell builtin` }
  try {
    const { path } = executable(shell.p.state.view, name, shell.text('PATH') ?? defaultPath)
    return { short: path, long: `${name} is ${path}` }
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const command: Builtin = async (shell, args, io) => {
  if (args[0] === '-v' || args[0] === '-V') return lookUp(args[0] === '-V')(shell, args.slice(1), io)
  const text = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ')
  return runAll(shell, parseScript(text).commands, io)
}

/** The value of an expression that is given as text (`let`). */
function arithmeticText(shell: Shell, text: string): number {
  const command = parseScript(`((${text}))`).commands[0]?.command
  return command?.type === 'ArithmeticCommand' ? arithmetic(shell, command.expression) : 0
}

/** Commands that the shell carries out itself. Not imitated: alias, declare's attributes but -A, bg, fg, history; umask and limits cannot be changed. */
export const builtins: Readonly<Record<string, Builtin | undefined>> = Object.assign(
  // No prototype: a command called `constructor` is none of ours.
  Object.create(null) as Record<string, Builtin>,
  {
    ':': async () => 0,
    true: async () => 0,
    false: async () => 1,
    echo: async (_, args, io) => {
      io.stdout.write(echoText(args))
      return 0
    },
    printf: async (shell, args, io) => {
      const into = args[0] === '-v' ? args[1] : undefined
      const [format, ...rest] = into === undefined ? (args[0] === '--' ? args.slice(1) : args) : args.slice(2)
      if (format === undefined)
        return complain(shell, io, 'printf: usage: printf [-v var] format [arguments]', 2)
      const { text, error } = printfText(format, rest)
      if (into === undefined) io.stdout.write(text)
      else shell.set(into, text)
      return error === undefined ? 0 : complain(shell, io, `printf: ${error}`)
    },
    test: testBuiltin('test'),
    '[': testBuiltin('['),
    pwd: async (shell, _, io) => {
      io.stdout.write(`${shell.cwd}\n`)
      return 0
    },
    cd,
    export: exportBuiltin,
    local,
    declare: declareBuiltin,
    typeset: declareBuiltin,
    readonly: async (shell, args) => {
      assignWords(shell, args)
      return 0
    },
    unset,
    set: setBuiltin,
    shift: async (shell, args) => {
      const count = numbered(args, 1)
      if (count > shell.positional.length) return 1
      shell.positional = shell.positional.slice(count)
      return 0
    },
    exit: leave('exit'),
    return: leave('return'),
    break: leave('break'),
    continue: leave('continue'),
    read: readBuiltin,
    kill,
    wait,
    trap: trapBuiltin,
    eval: (shell, args, io) => runText(shell, args.join(' '), io),
    '.': source,
    source,
    type: lookUp(true),
    command,
    mapfile,
    readarray: mapfile,
    getopts,
    umask,
    ulimit,
    jobs,
    shopt,
    hash: async () => 0,
    disown: async () => 0,
    let: async (shell, args) => (args.map((text) => arithmeticText(shell, text)).at(-1) === 0 ? 1 : 0),
    compgen: (shell, args, io) => compgenBuiltin(shell, args, { io, own: Object.keys(builtins) }),
  } satisfies Record<string, Builtin>,
)
