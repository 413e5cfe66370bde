import type { LabMachine } from '#lab/host/machine.ts'
import type { Process } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'

/**
 * What somebody finds out on a machine, from when the look begins until it is over: the same would be found as long as it stands. It
 * depends on the files that are counted apart only if a path led to one of them meanwhile, whoever's on that machine.
 */
export class Look {
  readonly #process: Process
  readonly #machine: LabMachine
  readonly #epoch: number
  readonly #apart: number
  readonly #meetings: number
  #metApart = true

  constructor(p: Process) {
    this.#process = p
    this.#machine = machineOf(p)
    const { apart } = this.#machine
    this.#epoch = this.#now
    this.#apart = apart.epoch
    this.#meetings = apart.meetings
  }

  over(): this {
    this.#metApart = this.#machine.apart.meetings !== this.#meetings
    return this
  }

  /** Whether nothing that it could depend on has moved since it began. */
  get stands(): boolean {
    return this.#now === this.#epoch && (!this.#metApart || this.#machine.apart.epoch === this.#apart)
  }

  /** Where to rest until something moves: see {@link Kernel.movedAt}. */
  get place(): object {
    return this.#metApart ? this.#machine.apart : this.#machine
  }

  /** Both only grow: an equal sum means that both stand. */
  get #now(): number {
    return this.#process.epoch + this.#machine.filesEpoch
  }
}
