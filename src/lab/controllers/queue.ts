import type { Task } from '#lab/kernel/kernel.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

const firstRetryMs = 5
const longestRetryMs = 1_000_000

/**
 * The keys that a controller has to look at, each at most once at a time, with the delays of client-go's default rate
 * limiter after a failure (5 ms, doubling, at most 1000 s: kubernetes/client-go:util/workqueue/default_rate_limiters.go).
 */
export class WorkQueue {
  readonly #timers: Pick<Task, 'after'>
  readonly #keys = new Set<string>()
  readonly #notice = new Notice()
  readonly #failures = new Map<string, number>()

  /** Delayed keys are timed by `timers`. */
  constructor(timers: Pick<Task, 'after'>) {
    this.#timers = timers
  }

  add(key: string): void {
    if (this.#keys.has(key)) return
    this.#keys.add(key)
    this.#notice.tell()
  }

  addAfter(key: string, ms: number): void {
    this.#timers.after(ms, () => this.add(key))
  }

  /** Looks at the key again, later each time until `forget`. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(firstRetryMs * 2 ** failures, longestRetryMs))
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  async next(by: Task): Promise<string> {
    for (;;) {
      for (const key of this.#keys) {
        this.#keys.delete(key)
        return key
      }
      await this.#notice.wait(by)
    }
  }
}
