import type { Child, ExitStatus, Process, SignalName } from '#lab/host/ports.ts'
import type { Space } from '#lab/host/process/space.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import { signalForeground } from '#lab/host/process/terminal.ts'

/** A process as the one that started it sees it. */
class StartedChild implements Child {
  readonly pid: number
  readonly #state: ProcessState
  readonly #parent: Space

  constructor(state: ProcessState, parent: Space) {
    this.#state = state
    this.#parent = parent
    this.pid = parent.pids === state.space.pids ? state.pid : state.hostPid
  }

  get alive(): boolean {
    return this.#state.alive
  }

  exited(by: Process): Promise<ExitStatus> {
    const { status } = this.#state
    if (status !== undefined) return Promise.resolve(status)
    return by.task.wait<ExitStatus>((wake) => {
      this.#state.onExit(wake)
      return undefined
    })
  }

  onExit(tell: (status: ExitStatus) => void): void {
    this.#state.onExit(tell)
  }

  kill(signal: SignalName): void {
    this.#state.signal(signal, this.#parent)
  }

  signalSession(signal: SignalName): void {
    signalForeground(this.#state, signal)
  }
}

/** `parent`: the namespaces of who started it, in which its pid is told. */
export const childOf = (state: ProcessState, parent: Space): Child => new StartedChild(state, parent)
