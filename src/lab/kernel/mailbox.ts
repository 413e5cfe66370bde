import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'

/**
 * Where one task waits for what others leave. What is put in while nobody waits is kept.
 * Only one task may take at a time.
 */
export class Mailbox<T> {
  readonly #kernel: Kernel
  #items: T[] = []
  #wake: ((items: T[]) => void) | undefined
  #closed = false

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  get size(): number {
    return this.#items.length
  }

  get closed(): boolean {
    return this.#closed
  }

  put(item: T): void {
    if (this.#closed) return
    this.#items.push(item)
    this.#deliver()
  }

  /** Nothing more will come; what is inside can still be taken. */
  close(): void {
    this.#closed = true
    this.#deliver()
  }

  /**
   * Everything left since the last time, in order; waits for at least one.
   * An empty array means: closed, or nothing came within `timeoutMs`, and `again`, asked then, did not answer for how
   * many more ms to wait.
   */
  async take(
    task: Task,
    { timeoutMs, again }: { readonly timeoutMs?: number; readonly again?: () => number | undefined } = {},
  ): Promise<T[]> {
    if (this.#items.length > 0 || this.#closed) return this.#items.splice(0)
    return task.wait<T[]>((wake) => {
      let cancel: Cancel | undefined
      const over = (): void => {
        const more = again?.()
        if (more !== undefined) {
          arm(more)
          return
        }
        this.#wake = undefined
        wake([])
      }
      const name = timeoutMs === undefined ? '' : `${task.name} time-out`
      const arm = (ms: number): void => {
        cancel = this.#kernel.at(this.#kernel.nowMs + ms, name, over)
      }
      if (timeoutMs !== undefined) arm(timeoutMs)
      this.#wake = (items) => {
        cancel?.()
        wake(items)
      }
      return () => {
        cancel?.()
        this.#wake = undefined
      }
    })
  }

  #deliver(): void {
    const wake = this.#wake
    if (wake === undefined) return
    this.#wake = undefined
    wake(this.#items.splice(0))
  }
}

/** Something that many tasks may wait to happen. Each is woken by an event of its own. */
export class Notice {
  readonly #waiting = new Set<() => void>()

  /** Resolves at the next `tell`. */
  wait(task: Task): Promise<void> {
    return task.wait<void>((wake) => {
      const told = (): void => wake()
      this.#waiting.add(told)
      return () => this.#waiting.delete(told)
    })
  }

  tell(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const told of waiting) told()
  }
}
