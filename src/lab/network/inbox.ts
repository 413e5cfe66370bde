import { Errno, type ErrnoCode } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Payload } from '#lab/network/ports.ts'

type Taken = Payload | 'closed' | undefined

interface Waiter {
  wake(taken: Taken): void
  fail(error: Errno): void
}

/** What has arrived on a connection and was not read yet; after it, the end or the error. */
export class Inbox {
  readonly #kernel: Kernel
  readonly #payloads: Payload[] = []
  readonly #waiters: Waiter[] = []
  #ended = false
  #error: ErrnoCode | undefined

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  put(payload: Payload): void {
    const waiter = this.#waiters.shift()
    if (waiter) waiter.wake(payload)
    else this.#payloads.push(payload)
  }

  end(): void {
    this.#ended = true
    for (const waiter of this.#waiters.splice(0)) waiter.wake('closed')
  }

  fail(code: ErrnoCode): void {
    this.#error ??= code
    for (const waiter of this.#waiters.splice(0)) waiter.fail(new Errno(code))
  }

  async take(by: Task, timeoutMs: number | undefined): Promise<Taken> {
    const next = this.#payloads.shift()
    if (next !== undefined) return next
    if (this.#ended) return 'closed'
    if (this.#error !== undefined) throw new Errno(this.#error)
    return by.wait<Taken>((wake, fail) => {
      const cancel =
        timeoutMs === undefined
          ? undefined
          : this.#kernel.at(this.#kernel.nowMs + timeoutMs, `${by.name} time-out`, () => {
              leave()
              wake(undefined)
            })
      const waiter: Waiter = {
        wake: (taken) => {
          cancel?.()
          wake(taken)
        },
        fail: (error) => {
          cancel?.()
          fail(error)
        },
      }
      const leave = (): void => {
        const index = this.#waiters.indexOf(waiter)
        if (index >= 0) this.#waiters.splice(index, 1)
      }
      this.#waiters.push(waiter)
      return () => {
        cancel?.()
        leave()
      }
    })
  }
}
