/**
 * What a container's CPU limit (CFS quota) does to programs that start in it: reading in a program and its first acts take time on a
 * core, and where there is little of it they take so much longer. Those that start side by side share it, one after the other.
 *
 * Not imitated: what programs use once they have started, machines that are busy as a whole, shares and requests, bursts of the
 * quota's periods (100 ms), throttling in /sys/fs/cgroup.
 */
import { mebibyte, sizeOf } from '#lab/host/process/memory.ts'
import type { Image } from '#lab/host/process/state.ts'
import type { Cancel, Kernel, Task } from '#lab/kernel/kernel.ts'

/** A Go program that holds 24 MiB (calico-node as a probe) takes some 60 ms of a core before it does its work. */
const msPerMebibyte = 2.5

/** The kernel gives a quota of one millisecond in each period of 100 at least (kubernetes: pkg/kubelet/cm/helpers_linux.go). */
const leastCores = 0.01

interface Waiter {
  readonly costMs: number
  readonly wake: () => void
}

export class CpuQuota {
  readonly #kernel: Kernel
  readonly #cores: number
  readonly #waiting: Waiter[] = []
  #cancel: Cancel | undefined

  constructor(kernel: Kernel, cores: number) {
    this.#kernel = kernel
    this.#cores = Math.max(cores, leastCores)
  }

  /** Until the program has had the time that its start takes. */
  start(task: Task, { program, argv }: Pick<Image, 'program' | 'argv'>): Promise<void> {
    const costMs = (sizeOf(program, argv) / mebibyte) * msPerMebibyte
    return task.wait<void>((wake) => {
      const waiter: Waiter = { costMs, wake }
      this.#waiting.push(waiter)
      if (this.#waiting.length === 1) this.#next()
      return () => this.#leave(waiter)
    })
  }

  #next(): void {
    const [first] = this.#waiting
    if (first === undefined) return
    const doneMs = this.#kernel.nowMs + first.costMs / this.#cores
    this.#cancel = this.#kernel.at(doneMs, 'cpu quota', () => {
      this.#waiting.shift()
      first.wake()
      this.#next()
    })
  }

  /** Killed before it had begun. */
  #leave(waiter: Waiter): void {
    const at = this.#waiting.indexOf(waiter)
    if (at < 0) return
    this.#waiting.splice(at, 1)
    if (at > 0) return
    this.#cancel?.()
    this.#next()
  }
}
