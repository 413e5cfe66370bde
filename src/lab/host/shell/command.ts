import type { Assignment, Command } from 'unbash'
import { isErrno, type SpawnOptions } from '#lab/host/ports.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import { assignArray, assignElement, declareNamed } from '#lab/host/shell/arrays.ts'
import { builtins } from '#lab/host/shell/builtins.ts'
import { runAll } from '#lab/host/shell/evaluate.ts'
import { execBuiltin } from '#lab/host/shell/exec-builtin.ts'
import { expandText, expandWords } from '#lab/host/shell/expand.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import { withRedirects } from '#lab/host/shell/redirect.ts'
import { ExpansionError, Leave, type Shell } from '#lab/host/shell/state.ts'
import { subshell } from '#lab/host/shell/subshell.ts'
import { programOf } from '#lab/host/vfs.ts'

/** A simple command: assignments, redirections, and a function, builtin or executable. */
export async function runSimple(shell: Shell, node: Command, io: Io, last: boolean): Promise<number> {
  shell.substituted = undefined
  try {
    const argv = await argumentsOf(shell, node, io)
    const assignments = node.prefix.filter((each): each is Assignment => each.type === 'Assignment')
    const values = new Map<string, string>()
    for (const each of assignments) await assign(shell, each, io, argv.length > 0 ? values : undefined)
    if (shell.xtrace && argv.length > 0) io.stderr.write(`+ ${argv.join(' ')}\n`)
    if (argv[0] === 'exec')
      return await execBuiltin(shell, { argv: argv.slice(1), redirects: node.redirects, io })
    if (argv.length === 0)
      return await withRedirects(shell, node.redirects, io, async () => shell.substituted ?? 0)
    return await withRedirects(shell, node.redirects, io, (inner) =>
      dispatch(shell, { argv, values, io: inner, last }),
    )
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    io.stderr.write(`${shell.name}: ${error.message}\n`)
    throw new Leave('exit', 1)
  }
}

async function argumentsOf(shell: Shell, node: Command, io: Io): Promise<string[]> {
  if (node.name === undefined) return []
  const argv = await expandWords(shell, [node.name], io)
  for (const argument of node.args) {
    if (argument.type === 'Word') argv.push(...(await expandWords(shell, [argument], io)))
    else {
      if (argv.some((word) => /^-\w*A/.test(word)) && declarations.includes(argv[0] ?? ''))
        declareNamed(shell, argument.name)
      argv.push(...(await declared(shell, argument, io)))
    }
  }
  return argv
}

const declarations: readonly string[] = ['declare', 'typeset', 'local', 'readonly']

/** `export x=…`: the assignment as one word; an array is assigned at once. */
async function declared(shell: Shell, node: Assignment, io: Io): Promise<string[]> {
  if (node.value.type === 'Word') return [`${node.name}=${await expandText(shell, node.value, io)}`]
  await assign(shell, node, io, undefined)
  return [node.name]
}

/** Into the shell itself, or into `values` for one command. */
async function assign(
  shell: Shell,
  node: Assignment,
  io: Io,
  values: Map<string, string> | undefined,
): Promise<void> {
  const { name, value } = node
  if (value.type === 'ArrayValue') {
    await assignArray(shell, { name, elements: value.elements, append: node.append === true, io })
    return
  }
  const text = await expandText(shell, value, io)
  if (node.index !== undefined)
    return assignElement(shell, { name, index: node.index, text, append: node.append === true, io })
  const whole = node.append ? `${shell.text(name) ?? ''}${text}` : text
  if (values === undefined) shell.set(name, whole)
  else values.set(name, whole)
}

interface Invocation {
  readonly argv: readonly string[]
  readonly values: ReadonlyMap<string, string>
  readonly io: Io
  readonly last: boolean
}

async function dispatch(shell: Shell, call: Invocation): Promise<number> {
  const [name = '', ...args] = call.argv
  const definition = shell.functions.get(name)
  if (definition !== undefined) return callFunction(shell, name, args, call)
  const builtin = builtins[name]
  if (builtin === undefined) return external(shell, call)
  return withValues(shell, call.values, async () => {
    try {
      return await builtin(shell, args, call.io)
    } catch (error) {
      if (!isErrno(error)) throw error
      call.io.stderr.write(`${shell.name}: ${name}: write error: ${error.message}\n`)
      return 1
    }
  })
}

/** Assignments before a builtin or function last as long as it runs. */
async function withValues(
  shell: Shell,
  values: ReadonlyMap<string, string>,
  body: () => Promise<number>,
): Promise<number> {
  const before = [...values.keys()].map((name) => [name, shell.variables.get(name)] as const)
  for (const [name, value] of values) shell.set(name, value)
  try {
    return await body()
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) shell.variables.delete(name)
      else shell.set(name, value)
    }
  }
}

async function callFunction(
  shell: Shell,
  name: string,
  args: readonly string[],
  { io, values }: Invocation,
): Promise<number> {
  const definition = shell.functions.get(name)
  if (definition === undefined || definition.body.type === 'CompoundList') return 1
  const { body } = definition
  const { positional } = shell
  shell.positional = args
  shell.locals.push(new Map())
  try {
    return await withValues(shell, values, () =>
      runAll(shell, [{ type: 'Statement', pos: 0, end: 0, command: body, background: undefined }], io),
    )
  } catch (error) {
    if (error instanceof Leave && error.how === 'return') return error.count
    throw error
  } finally {
    shell.positional = positional
    restoreLocals(shell)
  }
}

function restoreLocals(shell: Shell): void {
  for (const [name, value] of shell.locals.pop() ?? []) {
    if (value === undefined) shell.variables.delete(name)
    else shell.set(name, value)
  }
}

async function external(shell: Shell, call: Invocation): Promise<number> {
  const { argv, io, values } = call
  const options: SpawnOptions = {
    env: { ...shell.environment(), ...Object.fromEntries(values) },
    cwd: shell.cwd,
    stdin: io.stdin,
    stdout: io.stdout,
    stderr: io.stderr,
  }
  try {
    if (call.last && !shell.traps.has('EXIT')) shell.p.exec(argv, options)
    const child = shell.p.spawnNow(argv, options)
    return (await child.exited(shell.p)).code
  } catch (error) {
    if (isErrno(error, 'ENOEXEC')) return asScript(shell, call, error.path ?? argv[0] ?? '')
    if (!isErrno(error)) throw error
    return cannotRun(shell, call, error)
  }
}

/** An executable text without `#!` is a script for this shell. */
async function asScript(shell: Shell, { argv, io }: Invocation, path: string): Promise<number> {
  const text = await shell.p.files.read(shell.path(path))
  if (programOf(text) !== undefined) {
    io.stderr.write(`${shell.name}: ${path}: cannot execute binary file: Exec format error\n`)
    return 126
  }
  const state = subshell(
    shell,
    (copy, inner) => {
      copy.name = path
      copy.positional = argv.slice(1)
      return runAll(copy, parseScript(text).commands, inner, true)
    },
    io,
  )
  return (await childOf(state, shell.p.state.space).exited(shell.p)).code
}

async function cannotRun(
  shell: Shell,
  { argv, io }: Invocation,
  error: { readonly code: string; readonly message: string },
): Promise<number> {
  const name = argv[0] ?? ''
  if (error.code === 'EAGAIN') {
    io.stderr.write(`${shell.name}: fork: retry: ${error.message}\n`)
    return 254
  }
  if (error.code === 'ENOENT' && !name.includes('/')) {
    io.stderr.write(`${shell.name}: ${name}: command not found\n`)
    return 127
  }
  const isFolder = error.code === 'EACCES' && name.includes('/') && (await isDirectory(shell, name))
  io.stderr.write(`${shell.name}: ${name}: ${isFolder ? 'Is a directory' : error.message}\n`)
  return error.code === 'ENOENT' ? 127 : 126
}

async function isDirectory(shell: Shell, path: string): Promise<boolean> {
  try {
    return (await shell.p.files.stat(shell.path(path))).kind === 'directory'
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
