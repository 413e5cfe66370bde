import type { SignalName } from '#lab/host/ports.ts'
import { runAll } from '#lab/host/shell/evaluate.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import type { Shell } from '#lab/host/shell/state.ts'

const signals: Readonly<Record<string, SignalName>> = {
  HUP: 'SIGHUP',
  '1': 'SIGHUP',
  INT: 'SIGINT',
  '2': 'SIGINT',
  KILL: 'SIGKILL',
  '9': 'SIGKILL',
  USR1: 'SIGUSR1',
  '10': 'SIGUSR1',
  USR2: 'SIGUSR2',
  '12': 'SIGUSR2',
  TERM: 'SIGTERM',
  '15': 'SIGTERM',
}

/** `TERM`, `SIGTERM` or `15`. */
export const signalNamed = (text: string): SignalName | undefined =>
  signals[text.toUpperCase().replace(/^SIG/, '')]

/** `trap COMMAND SIGNAL…`; an empty command ignores the signal. Commands run between two commands of the script. */
export async function trapBuiltin(shell: Shell, args: readonly string[], io: Io): Promise<number> {
  const [command = '', ...names] = args
  for (const name of names) {
    if (name === 'EXIT' || name === '0') {
      if (command === '-') shell.traps.delete('EXIT')
      else shell.traps.set('EXIT', command)
      continue
    }
    const signal = signalNamed(name)
    if (signal === undefined) {
      io.stderr.write(`${shell.name}: trap: ${name}: invalid signal specification\n`)
      return 1
    }
    setTrap(shell, signal, command)
  }
  return 0
}

function setTrap(shell: Shell, signal: SignalName, command: string): void {
  if (command === '-') {
    shell.traps.delete(signal)
    shell.p.state.handlers.delete(signal)
    return
  }
  shell.traps.set(signal, command)
  shell.p.onSignal(signal, () => {
    if (command === '') return
    shell.caught.push(signal)
    shell.interrupt?.()
  })
}

/** Runs what caught signals asked for. */
export async function runTraps(shell: Shell, io: Io): Promise<void> {
  for (let signal = shell.caught.shift(); signal !== undefined; signal = shell.caught.shift())
    await runTrap(shell, shell.traps.get(signal), io)
}

export async function runTrap(shell: Shell, command: string | undefined, io: Io): Promise<void> {
  if (command === undefined || command === '') return
  const { status } = shell
  await runAll(shell, parseScript(command).commands, io)
  shell.status = status
}
