import { Errno, type ErrnoCode } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import type { Payload, Reader } from '#lab/network/ports.ts'

type Taken = Payload | 'closed' | undefined

interface Waiter {
  wake(taken: Taken): void
  fail(error: Errno): void
}

/** What has arrived on a connection and was not read yet; after it, the end or the error. */
export class Inbox {
  readonly #kernel: Kernel
  /** Most have neither: what is read as it arrives is kept nowhere. */
  #payloads: Payload[] | undefined
  #waiters: Waiter[] | undefined
  #reader: Reader | undefined
  #ended = false
  #error: ErrnoCode | undefined

  constructor(kernel: Kernel) {
    this.#kernel = kernel
  }

  put(payload: Payload): void {
    if (this.#reader !== undefined) {
      this.#reader.payload(payload)
      return
    }
    const waiter = this.#waiters?.shift()
    if (waiter) waiter.wake(payload)
    else {
      this.#payloads ??= []
      this.#payloads.push(payload)
    }
  }

  end(): void {
    this.#ended = true
    this.#endReader('closed')
    for (const waiter of this.#waiters?.splice(0) ?? []) waiter.wake('closed')
  }

  fail(code: ErrnoCode): void {
    this.#error ??= code
    if (this.#reader !== undefined) this.#endReader(new Errno(code))
    for (const waiter of this.#waiters?.splice(0) ?? []) waiter.fail(new Errno(code))
  }

  /** Whether who reads here has nothing to say once the other end has closed. */
  get closesWithOther(): boolean {
    return this.#reader?.closesWithOther === true
  }

  /** How long an answer to a sign of life takes from here: no time where who reads answers by itself. `undefined`: it has to be sent. */
  get echoMs(): number | undefined {
    return this.#reader?.echoes === true ? 0 : this.#reader?.relay?.echoMs
  }

  /** What who reads here would answer; `undefined`: it has to be sent. */
  answer(payload: Payload): Payload | undefined {
    const { relay } = this.#reader ?? {}
    return relay === undefined ? this.#reader?.answer?.(payload) : relay.ask?.(payload)?.payload
  }

  follow(reader: Reader): void {
    this.#reader = reader
    const payloads = this.#payloads ?? []
    this.#payloads = undefined
    for (const payload of payloads) reader.payload(payload)
    if (this.#ended) this.#endReader('closed')
    else if (this.#error !== undefined) this.#endReader(new Errno(this.#error))
  }

  #endReader(why: 'closed' | Errno): void {
    const reader = this.#reader
    this.#reader = undefined
    reader?.end(why)
  }

  async take(by: Task, timeoutMs: number | undefined): Promise<Taken> {
    const next = this.#payloads?.shift()
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
        const index = this.#waiters?.indexOf(waiter) ?? -1
        if (index >= 0) this.#waiters?.splice(index, 1)
      }
      this.#waiters ??= []
      this.#waiters.push(waiter)
      return () => {
        cancel?.()
        leave()
      }
    })
  }
}
