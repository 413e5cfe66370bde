import type { ParsedScript } from 'unbash'
import { isErrno, type Program } from '#lab/host/ports.ts'
import { baseName, hostProcess } from '#lab/host/process/process.ts'
import { converse, isFaulty, runInput } from '#lab/host/shell/converse.ts'
import { runAll } from '#lab/host/shell/evaluate.ts'
import { type Io, LineReader } from '#lab/host/shell/io.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import { applyFlags } from '#lab/host/shell/set-builtin.ts'
import { Shell } from '#lab/host/shell/state.ts'
import { untilExit } from '#lab/host/shell/subshell.ts'
import { runTrap } from '#lab/host/shell/traps.ts'

/**
 * `sh` and `bash`: a shell that speaks bash, whatever it is called; its messages begin with that name.
 *
 * Not imitated: job control, aliases, history, `>(…)`, `select`, `coproc`, umask,
 * limits, closing of descriptors; dash's and busybox's own words.
 */
export const sh: Program = async (process) => {
  const p = hostProcess(process)
  const stdin = LineReader.of(p.stdin)
  const shell = new Shell(p, { name: baseName(p.argv[0] ?? 'sh'), stdin })
  const io: Io = { stdin, stdout: p.stdout, stderr: p.stderr, more: new Map() }
  const options = parseArguments(shell, p.argv.slice(1))
  if (typeof options === 'string') {
    p.stderr.write(`${options}\n`)
    return 2
  }
  const code = await untilExit(shell, io, () => start(shell, io, options))
  const trap = shell.traps.get('EXIT')
  if (trap === undefined) return code
  shell.traps.delete('EXIT')
  shell.status = code
  return untilExit(shell, io, async () => {
    await runTrap(shell, trap, io)
    return code
  })
}

interface Start {
  readonly command?: string
  readonly script?: string
  readonly interactive: boolean
}

function parseArguments(shell: Shell, words: readonly string[]): Start | string {
  const left = [...words]
  let interactive = false
  let command = false
  for (let word = left[0]; word !== undefined && /^[-+]./.test(word); word = left[0]) {
    left.shift()
    if (word === '--') break
    if (word.startsWith('--')) continue
    if (word.includes('i')) interactive = true
    if (word.includes('c')) command = true
    const flags = word.replaceAll(/[cils]/g, '')
    const named = flags.endsWith('o') ? left.shift() : undefined
    if (flags.length > 1 && !applyFlags(shell, flags, named)) return `${shell.name}: ${word}: invalid option`
  }
  const first = left.shift()
  if (command && first === undefined) return `${shell.name}: -c: option requires an argument`
  if (command && left.length > 0) shell.name = left.shift() ?? shell.name
  shell.positional = left
  if (first === undefined) return { interactive: interactive || shell.text('TERM') !== undefined }
  return command ? { command: first, interactive } : { script: first, interactive }
}

async function start(shell: Shell, io: Io, o: Start): Promise<number> {
  if (o.command !== undefined) return runScript(shell, parseScript(o.command), io, true)
  if (o.script !== undefined) return runFile(shell, o.script, io)
  return o.interactive || io.stdin.terminal ? converse(shell, io) : runInput(shell, io)
}

async function runScript(shell: Shell, script: ParsedScript, io: Io, last: boolean): Promise<number> {
  if (isFaulty(shell, script, io)) return 2
  // A lone command takes the shell's place, as bash and dash do for -c.
  const lone = last && script.commands.length === 1 && script.commands[0]?.command.type === 'Command'
  return runAll(shell, script.commands, io, lone)
}

async function runFile(shell: Shell, path: string, io: Io): Promise<number> {
  try {
    const text = await shell.p.files.read(shell.path(path))
    shell.name = path
    return await runScript(shell, parseScript(text), io, false)
  } catch (error) {
    if (!isErrno(error)) throw error
    io.stderr.write(`${shell.name}: ${path}: ${error.message}\n`)
    return error.code === 'ENOENT' ? 127 : 126
  }
}
