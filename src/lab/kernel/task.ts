/** Tasks and what they wait for; the kernel decides when each goes on. */
import { allOf, countOf, type Few, hasOne, withOne, withoutOne } from '#base/few.ts'
import { Quiet } from '#base/quiet.ts'
import type { Arm, Cancel, Kernel, RestingBeat, Task, TaskMain, TaskOwner } from '#lab/kernel/kernel.ts'
import type { QueuedEvent } from '#lab/kernel/queue.ts'
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

/** The promise of a wait, and how it goes on: waits are many, so each is one object that is its own event, too. */
abstract class Waiting implements Pending {
  protected readonly task: TaskState
  protected readonly kernel: Kernel

  constructor(task: TaskState, kernel: Kernel) {
    this.task = task
    this.kernel = kernel
  }

  abstract stop(error: unknown): void
  /** Settles the promise. */
  abstract deliver(): void

  /** In an event whose one task is this one: unless it was stopped meanwhile. */
  protected goOn(): void {
    if (!this.task.forget(this)) return
    this.kernel.settling(this.task)
    this.kernel.hopping(this, deliver)
  }
}

const deliver = (wait: Waiting): void => wait.deliver()

class Wait<T> extends Waiting {
  readonly promise: Promise<T>
  #resolve: (value: T) => void = nothing
  #reject: (error: unknown) => void = nothing
  #outcome: 'none' | 'woken' | 'failed' = 'none'
  #result: unknown
  #disarm: Cancel | undefined

  constructor(task: TaskState, kernel: Kernel) {
    super(task, kernel)
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Most arms never fail: one that takes no second argument gets none. */
  arm(arm: Arm<T>): void {
    try {
      const wake = (value: T): void => this.#settle('woken', value)
      this.#disarm = arm.length < 2 ? arm(wake, nothing) : arm(wake, (error) => this.#settle('failed', error))
    } catch (error) {
      this.#reject(error)
    }
  }

  stop(error: unknown): void {
    this.#outcome = 'failed'
    this.task.forget(this)
    this.#disarm?.()
    this.#reject(error)
  }

  deliver(): void {
    if (this.#outcome === 'woken')
      this.#resolve(this.#result as T) // what it was woken with
    else this.#reject(this.#result)
  }

  #settle(outcome: 'woken' | 'failed', result: unknown): void {
    if (this.#outcome !== 'none') return
    this.#outcome = outcome
    this.#result = result
    // The first to be woken goes on when the event has run, as its one task; whoever else is woken needs an event.
    if (this.kernel.canWake) this.goOn()
    else this.kernel.schedule(this.kernel.nowMs, this.task.name, () => this.goOn())
  }
}

class Sleep extends Waiting {
  readonly #resolve: () => void
  readonly #reject: (error: unknown) => void
  readonly #event: QueuedEvent

  constructor(
    task: TaskState,
    kernel: Kernel,
    o: { readonly ms: number; readonly resolve: () => void; readonly reject: (error: unknown) => void },
  ) {
    super(task, kernel)
    this.#resolve = o.resolve
    this.#reject = o.reject
    this.#event = kernel.schedule(kernel.nowMs + o.ms, task.name, () => this.goOn())
  }

  stop(error: unknown): void {
    this.kernel.cancel(this.#event)
    this.task.forget(this)
    this.#reject(error)
  }

  deliver(): void {
    this.#resolve()
  }
}

const nothing = (): void => {}

/** A function that throws before it waits is as one that throws after. */
export function begun<A, T>(main: (argument: A) => Promise<T>, argument: A): Promise<T> {
  try {
    return main(argument)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A task, as the kernel runs it. */
export class TaskState implements Task {
  readonly name: string
  readonly #kernel: Kernel
  #waits: Few<Pending>
  /** Who is told when it ends: nobody, one or several. */
  #endings: (() => void) | (() => void)[] | undefined
  #children: Few<TaskState>
  readonly #parent: TaskState | undefined
  readonly #owner: TaskOwner | undefined
  #state: 'running' | 'stopped' | 'ended' = 'running'
  #namedTimer: string | undefined

  constructor(kernel: Kernel, name: string, parent?: TaskState, owner?: TaskOwner) {
    this.#kernel = kernel
    this.name = name
    this.#parent = parent
    this.#owner = owner
  }

  /** Of its events that wake nobody by themselves: one text for all of them. */
  get #timerName(): string {
    this.#namedTimer ??= `${this.name} timer`
    return this.#namedTimer
  }

  get alive(): boolean {
    return this.#state === 'running'
  }

  get pending(): number {
    return countOf(this.#waits)
  }

  begin(main?: TaskMain): void {
    this.#kernel.schedule(this.#kernel.nowMs, `start ${this.name}`, () => {
      if (this.#state !== 'running' || main === undefined) return
      this.#kernel.settling(this)
      this.#goOnWith(begun(main, this))
    })
  }

  #goOnWith(running: Promise<void>): void {
    running.then(
      () => this.#end(),
      (error: unknown) => this.#failed(error),
    )
  }

  #failed(error: unknown): void {
    const { answer, thrown } = this.#answerTo(error)
    if (answer instanceof Promise) {
      this.#goOnWith(answer)
      return
    }
    if (!(answer || thrown instanceof Stopped)) this.#kernel.crashed(this.name, thrown)
    this.#end()
  }

  #answerTo(error: unknown): { readonly answer: boolean | Promise<void>; readonly thrown: unknown } {
    try {
      return { answer: this.#owner?.failed(error, this) ?? false, thrown: error }
    } catch (another) {
      return { answer: false, thrown: another }
    }
  }

  wait<T>(arm: Arm<T>): Promise<T> {
    if (this.#state !== 'running') return Promise.reject(new Stopped(this.name))
    const wait = new Wait<T>(this, this.#kernel)
    this.keep(wait)
    wait.arm(arm)
    return wait.promise
  }

  keep(wait: Pending): void {
    this.#waits = withOne(this.#waits, wait)
  }

  /** Whether it waited for that until now. */
  forget(wait: Pending): boolean {
    if (!hasOne(this.#waits, wait)) return false
    this.#waits = withoutOne(this.#waits, wait)
    return true
  }

  sleep(ms: number): Promise<void> {
    if (this.#state !== 'running') return Promise.reject(new Stopped(this.name))
    return new Promise<void>((resolve, reject) => {
      this.keep(new Sleep(this, this.#kernel, { ms, resolve, reject }))
    })
  }

  after(ms: number, tell: () => void): Cancel {
    if (this.#state !== 'running') return () => {}
    const event = this.#kernel.schedule(this.#kernel.nowMs + ms, this.#timerName, () => {
      if (this.#state === 'running') tell()
    })
    return () => this.#kernel.cancel(event)
  }

  repeat(ms: number, tell: () => number | undefined): Cancel {
    if (this.#state !== 'running') return () => {}
    const kernel = this.#kernel
    const event = kernel.schedule(kernel.nowMs + ms, this.#timerName, () => {
      const nextMs = this.#state === 'running' ? tell() : undefined
      if (nextMs !== undefined) kernel.again(event, kernel.nowMs + nextMs)
    })
    return () => kernel.cancel(event)
  }

  rest({ periodMs, tick, place, from, untilMs }: RestingBeat): Rested | undefined {
    if (!this.#kernel.lazy) return undefined
    return this.#kernel.rest({
      name: this.#timerName,
      fromMs: from ?? this.#kernel.nowMs + periodMs,
      periodMs,
      ...(place === undefined ? {} : { place }),
      ...(untilMs === undefined ? {} : { untilMs }),
      tick: () => {
        if (this.#state === 'running') tick()
      },
    })
  }

  spawn(name: string, main?: TaskMain, owner?: TaskOwner): Task {
    const child = new TaskState(this.#kernel, `${this.name}/${name}`, this, owner)
    if (this.#state !== 'running') {
      child.stop()
      return child
    }
    this.#children = withOne(this.#children, child)
    child.begin(main)
    return child
  }

  stopSpawned(): void {
    for (const child of allOf(this.#children)) child.stop()
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
      for (const wait of allOf(this.#waits)) wait.stop(error)
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
    this.stopSpawned()
    const parent = this.#parent
    if (parent !== undefined) parent.#children = withoutOne(parent.#children, this)
    const endings = this.#endings
    this.#endings = undefined
    if (typeof endings === 'function') endings()
    else for (const tell of endings ?? []) tell()
  }
}
