import type { Apart } from '#lab/host/vfs.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'

/** The files of one machine that are counted apart from its others: tokens that the kubelet renews by the clock. */
export class FilesApart implements Apart {
  readonly #kernel: Kernel
  #epoch = 0
  #meetings = 0

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  /** Moves with every change of one of them. */
  get epoch(): number {
    return this.#epoch
  }

  /** How often a path led to one of them. */
  get meetings(): number {
    return this.#meetings
  }

  moved(): void {
    this.#epoch++
    this.#kernel.movedAt(this)
  }

  met(): void {
    this.#meetings++
  }
}
