import { allOf, type Few, withOne, withoutOne } from '#base/few.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Rest } from '#lab/kernel/resting.ts'

/** How a wait that is over goes on without waking anybody: see {@link Kernel.rest}. */
export type Again = Pick<Rest, 'periodMs' | 'untilMs' | 'place'>

/**
 * Where one task waits for what others leave. What is put in while nobody waits is kept.
 * Only one task may take at a time.
 */
export class Mailbox<T> {
  readonly #kernel: Kernel
  #items: T[] = []
  #wake: ((items: T[]) => void) | undefined
  #closed = false
  #stir: (() => void) | undefined

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
   * An empty array means: closed, or nothing came within `timeoutMs`, and `again`, asked then, did not say that further beats
   * may pass. Once the epoch moves, or somebody stirs, it is asked at the next beat.
   */
  take(
    task: Task,
    { timeoutMs, again }: { readonly timeoutMs?: number; readonly again?: () => Again | undefined } = {},
  ): Promise<T[]> {
    if (this.#items.length > 0 || this.#closed) return Promise.resolve(this.#items.splice(0))
    return task.wait<T[]>((wake) => {
      let cancel: Cancel | undefined
      const over = (): void => {
        this.#stir = undefined
        const more = again?.()
        if (more !== undefined) {
          const fromMs = this.#kernel.nowMs + more.periodMs
          const rested = this.#kernel.rest({ ...more, name, fromMs, tick: over })
          cancel = rested.cancel
          this.#stir = rested.stir
          return
        }
        this.#wake = undefined
        wake([])
      }
      const name = timeoutMs === undefined ? '' : `${task.name} time-out`
      if (timeoutMs !== undefined) cancel = this.#kernel.at(this.#kernel.nowMs + timeoutMs, name, over)
      const leave = (): void => {
        cancel?.()
        this.#wake = undefined
        this.#stir = undefined
      }
      this.#wake = (items) => {
        leave()
        wake(items)
      }
      return leave
    })
  }

  /** Who lets beats pass here looks at the next one. */
  stir(): void {
    const stir = this.#stir
    this.#stir = undefined
    stir?.()
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
  #waiting: Few<() => void>

  /** Resolves at the next `tell`, or after `limitMs` without. */
  wait(task: Task, limitMs?: number): Promise<void> {
    return task.wait<void>((wake) => {
      const told = (): void => {
        late?.()
        wake()
      }
      const leave = (): void => {
        this.#waiting = withoutOne(this.#waiting, told)
      }
      const late =
        limitMs === undefined
          ? undefined
          : task.after(limitMs, () => {
              leave()
              wake()
            })
      this.#waiting = withOne(this.#waiting, told)
      return () => {
        late?.()
        leave()
      }
    })
  }

  tell(): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const told of allOf(waiting)) told()
  }
}
