import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

/** A machine's clock: the lab's time, and how far it is off. The hardware clock keeps it over a reboot. */
export class MachineClock {
  readonly #kernel: Kernel
  readonly #set = new Notice()
  #offMs = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Virtual ms since 1970 as it tells them. */
  get nowMs(): number {
    return this.#kernel.nowMs + this.#offMs
  }

  /** How far it is ahead of the lab's time. */
  get offMs(): number {
    return this.#offMs
  }

  /** settimeofday(2). */
  set(nowMs: number): void {
    this.#offMs = nowMs - this.#kernel.nowMs
    this.#set.tell()
    this.#kernel.moved()
  }

  /** Resolves when somebody sets it. */
  untilSet(by: Task): Promise<void> {
    return this.#set.wait(by)
  }
}
