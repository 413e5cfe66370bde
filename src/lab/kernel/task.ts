/** Tasks and what they wait for; the kernel decides when each goes on. */
import { Quiet } from '#base/quiet.ts'
import type { Arm, Cancel, Kernel, RestingBeat, Task } from '#lab/kernel/kernel.ts'
import type { Rested } from '#lab/kernel/resting.ts'

/** What a task's pending waits reject with once it has been stopped. Let it pass; do not catch it. */
export class Stopped extends Quiet {
  constructor(name: string) {
    super(`${name} was stopped`)
    this.name = 'Stopped'
  }
}

/** One thing that a task waits for. */
interface Pending {
  stop(error: unknown): void
}

class Wait<T> implements Pending {
  readonly #task: TaskState
  readonly #kernel: Kernel
  readonly #resolve: (value: T) => void
  readonly #reject: (error: unknown) => void
  #settled = false
  #disarm: Cancel | undefined

  constructor(
    task: TaskState,
    kernel: Kernel,
    o: { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void },
  ) {
    this.#task = task
    this.#kernel = kernel
    this.#resolve = o.resolve
    this.#reject = o.reject
  }

  arm(arm: Arm<T>): void {
    this.#disarm = arm(
      (value) => this.#settle(() => this.#resolve(value)),
      (error) => this.#settle(() => this.#reject(error)),
    )
  }

  stop(error: unknown): void {
    this.#settled = true
    this.#task.forget(this)
    this.#disarm?.()
    this.#reject(error)
  }

  #settle(deliver: () => void): void {
    if (this.#settled) return
    this.#settled = true
    // The first to be woken goes on when the event has run, as its one task; whoever else is woken needs an event.
    if (this.#kernel.canWake) this.#goOn(deliver)
    else this.#kernel.schedule(this.#kernel.nowMs, this.#task.name, () => this.#goOn(deliver))
  }

  #goOn(deliver: () => void): void {
    if (!this.#task.forget(this)) return
    this.#kernel.settling(this.#task)
    this.#kernel.hopping(undefined, deliver)
  }
}

/** A task, as the kernel runs it. */
export class TaskState implements Task {
  readonly name: string
  readonly #kernel: Kernel
  /** What it waits for: mostly nothing, or one thing. */
  #waits: Pending | Set<Pending> | undefined
  /** Who is told when it ends: nobody, one or several. */
  #endings: (() => void) | (() => void)[] | undefined
  #children: Set<TaskState> | undefined // most tasks never have any
  readonly #parent: TaskState | undefined
  #state: 'running' | 'stopped' | 'ended' = 'running'

  constructor(kernel: Kernel, name: string, parent?: TaskState) {
    this.#kernel = kernel
    this.name = name
    this.#parent = parent
  }

  get alive(): boolean {
    return this.#state === 'running'
  }

  get pending(): number {
    if (this.#waits === undefined) return 0
    return this.#waits instanceof Set ? this.#waits.size : 1
  }

  begin(main: (task: Task) => Promise<void>): void {
    this.#kernel.at(this.#kernel.nowMs, `start ${this.name}`, () => {
      if (this.#state !== 'running') return
      this.#kernel.settling(this)
      main(this).then(
        () => this.#end(),
        (error: unknown) => {
          if (!(error instanceof Stopped)) this.#kernel.crashed(this.name, error)
          this.#end()
        },
      )
    })
  }

  wait<T>(arm: Arm<T>): Promise<T> {
    if (this.#state !== 'running') return Promise.reject(new Stopped(this.name))
    return new Promise<T>((resolve, reject) => {
      const wait = new Wait<T>(this, this.#kernel, { resolve, reject })
      this.keep(wait)
      wait.arm(arm)
    })
  }

  keep(wait: Pending): void {
    if (this.#waits === undefined) this.#waits = wait
    else if (this.#waits instanceof Set) this.#waits.add(wait)
    else this.#waits = new Set([this.#waits, wait])
  }

  /** Whether it waited for that until now. */
  forget(wait: Pending): boolean {
    if (this.#waits instanceof Set) return this.#waits.delete(wait)
    if (this.#waits !== wait) return false
    this.#waits = undefined
    return true
  }

  sleep(ms: number): Promise<void> {
    if (this.#state !== 'running') return Promise.reject(new Stopped(this.name))
    return new Promise<void>((resolve, reject) => {
      const sleeping: Pending = {
        stop: (error) => {
          this.#kernel.cancel(event)
          this.forget(sleeping)
          reject(error)
        },
      }
      const event = this.#kernel.schedule(this.#kernel.nowMs + ms, this.name, () => {
        this.forget(sleeping)
        this.#kernel.settling(this)
        this.#kernel.hopping(undefined, resolve)
      })
      this.keep(sleeping)
    })
  }

  after(ms: number, tell: () => void): Cancel {
    if (this.#state !== 'running') return () => {}
    return this.#kernel.at(this.#kernel.nowMs + ms, `${this.name} timer`, () => {
      if (this.#state === 'running') tell()
    })
  }

  rest({ periodMs, tick, place, from }: RestingBeat): Rested | undefined {
    if (!this.#kernel.lazy) return undefined
    const firstMs = this.#kernel.nowMs + periodMs
    return this.#kernel.rest({
      name: `${this.name} timer`,
      get fromMs() {
        return from === undefined ? firstMs : from()
      },
      periodMs,
      ...(place === undefined ? {} : { place }),
      tick: () => {
        if (this.#state === 'running') tick()
      },
    })
  }

  spawn(name: string, main: (task: Task) => Promise<void>): Task {
    const child = new TaskState(this.#kernel, `${this.name}/${name}`, this)
    if (this.#state !== 'running') {
      child.stop()
      return child
    }
    this.#children ??= new Set()
    this.#children.add(child)
    child.begin(main)
    return child
  }

  join(by: Task): Promise<void> {
    return by.wait<void>((wake) => {
      this.onEnd(() => wake())
      return undefined
    })
  }

  onEnd(tell: () => void): void {
    if (this.#state === 'running') {
      if (this.#endings === undefined) this.#endings = tell
      else if (typeof this.#endings === 'function') this.#endings = [this.#endings, tell]
      else this.#endings.push(tell)
    } else tell()
  }

  stop(): void {
    if (this.#state !== 'running') return
    this.#state = 'stopped'
    this.#kernel.settling(this)
    if (this.#waits !== undefined) {
      const error = new Stopped(this.name)
      for (const wait of this.#waits instanceof Set ? [...this.#waits] : [this.#waits]) wait.stop(error)
    }
    this.#finish()
  }

  #end(): void {
    if (this.#state === 'running') {
      this.#state = 'ended'
      this.#finish()
    }
  }

  #finish(): void {
    if (this.#children !== undefined) for (const child of [...this.#children]) child.stop()
    if (this.#parent !== undefined) this.#parent.#children?.delete(this)
    const endings = this.#endings
    this.#endings = undefined
    if (typeof endings === 'function') endings()
    else for (const tell of endings ?? []) tell()
  }
}
