import { root } from '#lab/host/credentials.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { ExitStatus, SignalName, Writer } from '#lab/host/ports.ts'
import { Pipe } from '#lab/host/process/streams.ts'
import { signalForeground, TerminalInput } from '#lab/host/process/terminal.ts'

/** A command on a node that somebody outside watches and types to while it runs. */
export interface Session {
  type(text: string): void
  /** The end of the input (a terminal: of one read, Ctrl-D). */
  endInput(): void
  /** To what runs in the foreground: SIGINT is Ctrl-C, SIGHUP the end of the connection. */
  signal(name: SignalName): void
  onExit(tell: (status: ExitStatus) => void): void
}

export interface SessionOptions {
  readonly argv: readonly string[]
  readonly stdout: Writer
  readonly stderr: Writer
  /** Whether a terminal is at the other end: bash prompts there, and Ctrl-D ends one read only. */
  readonly terminal: boolean
  readonly env?: Readonly<Record<string, string>>
}

export const loginEnv: Readonly<Record<string, string>> = {
  HOME: '/root',
  USER: 'root',
  LOGNAME: 'root',
  SHELL: '/bin/bash',
  LANG: 'C.UTF-8',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
}

/** Starts a command as root, as a login over ssh does. Rejects with Errno when it cannot be started. */
export async function openSession(machine: LabMachine, o: SessionOptions): Promise<Session> {
  const input = o.terminal ? new TerminalInput() : new Pipe()
  const child = await machine.start(o.argv, {
    as: root,
    env: { ...loginEnv, ...(o.terminal ? { TERM: 'xterm-256color' } : {}), ...o.env },
    cwd: '/root',
    name: 'session',
    stdin: input,
    stdout: o.stdout,
    stderr: o.stderr,
  })
  const leader = machine.running.system.pids.table.get(child.pid)
  return {
    type: (text) => (input instanceof Pipe ? input.write(text) : input.type(text)),
    endInput: () => (input instanceof Pipe ? input.close() : input.endOfFile()),
    signal: (name) => {
      if (name === 'SIGHUP') input instanceof Pipe ? input.close() : input.hangUp()
      if (leader?.alive) signalForeground(leader, name)
    },
    onExit: (tell) => child.onExit(tell),
  }
}
