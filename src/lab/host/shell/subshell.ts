import type { Script } from 'unbash'
import type { Program, Writer } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { runAll } from '#lab/host/shell/evaluate.ts'
import { type Io, LineReader } from '#lab/host/shell/io.ts'
import { ExpansionError, Leave, type Shell } from '#lab/host/shell/state.ts'

export type Body = (shell: Shell, io: Io) => Promise<number>

/** Runs `body` in a copy of the shell that is a process of its own. */
export function subshell(
  shell: Shell,
  body: Body,
  io: Io,
  o: { readonly background?: boolean } = {},
): ProcessState {
  const program: Program = async (p) => {
    const stdin = LineReader.of(io.stdin)
    const copy = shell.copiedTo(hostProcess(p), stdin)
    copy.set('$', shell.text('$') ?? String(shell.p.pid))
    return outcome(copy, { ...io, stdin }, body)
  }
  return shell.p.fork(program, {
    stdin: io.stdin,
    stdout: io.stdout,
    stderr: io.stderr,
    env: shell.environment(),
    cwd: shell.cwd,
    ...o,
  })
}

async function outcome(shell: Shell, io: Io, body: Body): Promise<number> {
  return untilExit(shell, io, () => body(shell, io))
}

/** Runs what may `exit`; answers the code with which the shell ends. */
export async function untilExit(shell: Shell, io: Io, body: () => Promise<number>): Promise<number> {
  try {
    return await body()
  } catch (error) {
    if (error instanceof Leave)
      return error.how === 'break' || error.how === 'continue' ? shell.status : error.count
    if (!(error instanceof ExpansionError)) throw error
    io.stderr.write(`${shell.name}: ${error.message}\n`)
    return 1
  }
}

/** `$(…)`: what it writes, without the line ends at the end. */
export const substitution = async (shell: Shell, script: Script, io: Io): Promise<string> =>
  (await substitutionText(shell, script, io)).replace(/\n+$/, '')

/** All that a script writes. */
export async function substitutionText(shell: Shell, script: Script, io: Io): Promise<string> {
  const output: Writer & { text: string } = new Collector()
  const state = subshell(shell, (copy, inner) => runAll(copy, script.commands, inner, true), {
    ...io,
    stdout: output,
  })
  const { code } = await childOf(state, shell.p.state.space).exited(shell.p)
  shell.substituted = code
  return output.text
}
