import type { Process, Reader, SignalName } from '#lab/host/ports.ts'
import type { ProcessState } from '#lab/host/process/state.ts'

/**
 * The input side of a terminal: lines as they are typed; Ctrl-D ends one read and not the terminal, so that `cat` stops and
 * the shell above it goes on.
 */
export class TerminalInput implements Reader {
  readonly terminal = true
  readonly #typed: (string | undefined)[] = []
  #hungUp = false
  #wake: (() => void) | undefined

  /** A line with its end, or a part of one that Ctrl-D handed over. */
  type(text: string): void {
    if (text !== '') this.#put(text)
  }

  /** Ctrl-D on an empty line. */
  endOfFile(): void {
    this.#put(undefined)
  }

  /** The person has gone: every read from now on is the end. */
  hangUp(): void {
    this.#hungUp = true
    this.#tell()
  }

  async read(by: Process): Promise<string | undefined> {
    while (this.#typed.length === 0) {
      if (this.#hungUp) return undefined
      await by.task.wait<void>((wake) => {
        this.#wake = wake
        return () => {
          this.#wake = undefined
        }
      })
    }
    return this.#typed.shift()
  }

  #put(typed: string | undefined): void {
    this.#typed.push(typed)
    this.#tell()
  }

  #tell(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/**
 * Sends a signal to a session as its terminal does: to the leader and all that it started, but for what runs in the
 * background.
 */
export function signalForeground(leader: ProcessState, signal: SignalName): void {
  const { pids } = leader.space.system
  for (const process of [...pids.table.values()])
    if (!process.background && isBelow(process, leader)) process.signal(signal)
}

function isBelow(process: ProcessState, leader: ProcessState): boolean {
  for (let each: ProcessState | undefined = process; each !== undefined; each = each.parent)
    if (each === leader) return true
  return false
}
