import { assert } from '#base/assert.ts'
import type { Random } from '#base/random.ts'
import { seeded } from '#base/random.ts'
import { drained, drainedFromMicrotask, yieldTurn } from '#base/turn.ts'
import { EventQueue, type QueuedEvent } from '#lab/kernel/queue.ts'
import { type Rest, type Rested, Resting } from '#lab/kernel/resting.ts'
import { type Stopped, TaskState } from '#lab/kernel/task.ts'

export type Cancel = () => void

/** Arms one wait: calls `wake` or `fail` at most once, later or now; may return how to disarm. */
export type Arm<T> = (wake: (value: T) => void, fail: (error: unknown) => void) => Cancel | undefined

export type TaskMain = (task: Task) => Promise<void>

/** Who has a task: so nobody has to wait for its function in a function of his own, which would be there as long as it. */
export interface TaskOwner {
  /** Told what its function threw; answers whether that was no bug, or what it goes on with. */
  failed(error: unknown, task: Task): boolean | Promise<void>
}

/**
 * A process of the lab: a plain async function that waits on nothing but `wait` and what is built on it
 * (`sleep`, mailboxes, files, sockets, the Kubernetes client). The kernel wakes one task per event and lets
 * everything that follows settle before the next one, so the order of events never depends on how many
 * awaits a function happens to have.
 */
export interface Task {
  readonly name: string
  readonly alive: boolean
  /** The one way to wait. Rejects with {@link Stopped} once the task is stopped. */
  wait<T>(arm: Arm<T>): Promise<T>
  sleep(ms: number): Promise<void>
  /** Calls `tell` once, synchronously, in `ms`; not when cancelled before, nor after the task has ended. */
  after(ms: number, tell: () => void): Cancel
  /** The same again and again, each time in as many ms as `tell` answers; the last time when it answers none. */
  repeat(ms: number, tell: () => number | undefined): Cancel
  /**
   * A beat that makes no events while nothing moves, first due in `periodMs`, or when `from` says: see {@link Kernel.rest}. No
   * tick comes after the task has ended. `undefined` in a lab that leaves nothing out.
   */
  rest(beat: RestingBeat): Rested | undefined
  /**
   * A task that is stopped together with this one, and before that only if it has a `main` that ends. The owner answers for what that
   * throws.
   */
  spawn(name: string, main?: TaskMain, owner?: TaskOwner): Task
  /** Ends what it spawned. */
  stopSpawned(): void
  /** Waits, from inside `by`, until this task has ended. */
  join(by: Task): Promise<void>
  /** Calls back once, synchronously, when the task has ended; at once if it has. */
  onEnd(tell: () => void): void
  /** Ends the task: its waits reject, what it spawned is stopped too. May be called by the task itself. */
  stop(): void
}

export type RestingBeat = Pick<Rest, 'periodMs' | 'tick' | 'place' | 'untilMs'> & {
  /** When it is first due, asked once it goes on: for a beat that something else puts off. */
  readonly from?: () => number
}

export interface KernelOptions {
  readonly seed: string | number
  /** Virtual time at the start, ms since 1970. */
  readonly startMs: number
  /** Test mode: extra microtask hops before a woken task continues. The log must not change. */
  readonly hops?: number
  /** Whether what would give the answer of last time is left out: see {@link Kernel.epoch}. Default true. */
  readonly lazy?: boolean
  /** Told of every event, for determinism checks. */
  readonly onEvent?: (timeMs: number, name: string) => void
}

/** Sockets of the process get their turn after this much wall time; the wall clock is looked at once in so many events. */
const sliceMs = 10
const clockEvery = 32

/** Virtual time and the order of everything that happens in a lab. */
export class Kernel {
  readonly random: Random
  readonly #queue = new EventQueue()
  readonly #options: KernelOptions
  readonly #roots = new Set<TaskState>()
  readonly #resting = new Resting(this)
  #nowMs: number
  #ran = 0
  #sequence = 0
  #epoch = 0
  #dirty = false
  /** While an event runs, before any task goes on. */
  #inEvent = false
  #woken: TaskState | undefined
  #crash: Error | undefined
  #running = false

  constructor(options: KernelOptions) {
    this.#options = options
    this.#nowMs = options.startMs
    this.random = seeded(options.seed)
  }

  /** Whether a check may be left out while what it depends on stands: see {@link epoch}. */
  get lazy(): boolean {
    return this.#options.lazy ?? true
  }

  /**
   * Moves whenever anything in the lab changes that the answer to a health check could depend on, but for files: those
   * are counted by their machine. A check whose answer was vouched for is not carried out again in the same epoch
   * (docs/decisions/0012).
   */
  get epoch(): number {
    return this.#epoch
  }

  /** Told by whoever holds such state: processes, sockets, the ways of packets, and what programs vouch for. */
  moved(): void {
    this.#epoch++
    this.#resting.moved()
  }

  /** Files of that machine are not what they were: only who rests there is told. */
  movedAt(machine: object): void {
    this.#resting.movedAt(machine)
  }

  /** A beat makes no events until the epoch moves, or it is stirred. */
  rest(rest: Rest): Rested {
    return this.#resting.add(rest)
  }

  /** Virtual milliseconds since 1970. */
  get nowMs(): number {
    return this.#nowMs
  }

  /** How many events of the lab have run: with the time, a place in its history. Markers are not counted. */
  get ran(): number {
    return this.#ran
  }

  /** When the next event is due; `undefined` when nothing will ever happen again. */
  get nextEventMs(): number | undefined {
    return this.#queue.peek()?.time
  }

  /** Runs `run` synchronously at `timeMs` (not before now). */
  at(timeMs: number, name: string, run: () => void): Cancel {
    const event = this.schedule(timeMs, name, run)
    return () => this.#queue.cancel(event)
  }

  /** @internal Cancels what {@link schedule} answered; nothing when it has run. */
  cancel(event: QueuedEvent): void {
    this.#queue.cancel(event)
  }

  /** @internal {@link at} without a closure for who cancels rarely: see {@link cancel}. */
  schedule(timeMs: number, name: string, run: () => void): QueuedEvent {
    const time = timeMs > this.#nowMs ? timeMs : this.#nowMs
    const event: QueuedEvent = { time, sequence: this.#sequence++, name, run, cancelled: false }
    this.#queue.push(event)
    return event
  }

  /** @internal Has an event that has just run run again, unless it was cancelled. */
  again(event: QueuedEvent, timeMs: number): void {
    if (event.cancelled) return
    event.time = timeMs > this.#nowMs ? timeMs : this.#nowMs
    event.sequence = this.#sequence++
    this.#queue.push(event)
  }

  /** Moves the clock to a time that no event comes before. For replays: what is due at that very time has not run yet. */
  standAt(timeMs: number): void {
    const next = this.nextEventMs ?? Number.POSITIVE_INFINITY
    assert(timeMs >= this.#nowMs && timeMs <= next, 'no event is passed over')
    this.#nowMs = timeMs
  }

  /** Lets `runUntil` stop by at that time, for somebody outside; no event of the lab. */
  mark(timeMs: number): void {
    const time = Math.max(timeMs, this.#nowMs)
    const sequence = this.#sequence++
    this.#queue.push({ time, sequence, name: 'marker', run: () => {}, cancelled: false, marker: true })
  }

  /** Runs `tick` every `periodMs()`, first after one period, synchronously and without waking any task. */
  every(periodMs: () => number, name: string, tick: () => void): Cancel {
    let cancel: Cancel = () => {}
    const arm = (): void => {
      cancel = this.at(this.#nowMs + periodMs(), name, () => {
        arm()
        tick()
      })
    }
    arm()
    return () => cancel()
  }

  /** Starts a task in an event of its own, now; without `main` it only ends when it is stopped. */
  start(name: string, main?: TaskMain): Task {
    const task = new TaskState(this, name)
    this.#roots.add(task)
    task.onEnd(() => this.#roots.delete(task))
    task.begin(main)
    return task
  }

  /**
   * Lets virtual time pass until `timeMs`, included. Resolves when every event up to then has settled.
   * Rejects when a task crashed or waited on something that is not of the lab: both are bugs.
   */
  async advanceTo(timeMs: number): Promise<void> {
    await this.runUntil(() => false, timeMs)
    this.#nowMs = Math.max(this.#nowMs, timeMs)
  }

  /**
   * Runs events until `enough()` holds after one, or none is left up to `limitMs`.
   * Answers whether `enough()` held; the clock stands at the last event that ran.
   */
  async runUntil(enough: () => boolean, limitMs: number): Promise<boolean> {
    assert(!this.#running, 'the kernel is advanced by one caller at a time')
    this.#running = true
    let sliceStart = performance.now()
    let settle = drained
    try {
      if (enough()) return true
      for (let ran = 1; ; ran++) {
        const next = this.#queue.popDue(limitMs)
        if (next === undefined) return false
        this.#nowMs = next.time
        // Most events wake nobody: then nothing is left to settle.
        if (next.marker !== true && this.#runEvent(next)) {
          await settle()
          settle = drainedFromMicrotask
          this.#checkSettled()
        }
        if (enough()) return true
        if (ran % clockEvery === 0 && performance.now() - sliceStart > sliceMs) {
          await yieldTurn()
          settle = drainedFromMicrotask
          sliceStart = performance.now()
        }
      }
    } finally {
      this.#running = false
    }
  }

  /**
   * Answers whether there is something to settle. What a task stopped after an event is settled with the next one, and keeps nobody from
   * being woken in that: a marker between the two, which no history has, would make a difference.
   */
  #runEvent({ time, name, run }: QueuedEvent): boolean {
    const stoppedSince = this.#dirty
    this.#dirty = false
    this.#ran++
    this.#options.onEvent?.(time, name)
    this.#inEvent = true
    run()
    this.#inEvent = false
    const isDirty = this.#dirty || stoppedSince
    this.#dirty = false
    return isDirty
  }

  /** Stops every task. The kernel can still be read, not advanced usefully. */
  async shutdown(): Promise<void> {
    for (const task of [...this.#roots]) task.stop()
    await drained()
  }

  #checkSettled(): void {
    const woken = this.#woken
    this.#woken = undefined
    if (this.#crash) {
      const crash = this.#crash
      this.#crash = undefined
      throw crash
    }
    if (woken?.alive && woken.pending === 0) {
      throw new Error(
        `process "${woken.name}" waits on something other than its ports: use task.wait, sleep or a mailbox`,
      )
    }
  }

  /** @internal Whether the event that runs may still wake a task: nobody was woken in it yet, and no task runs. */
  get canWake(): boolean {
    return this.#inEvent && !this.#dirty
  }

  /** @internal */
  settling(task: TaskState): void {
    this.#dirty = true
    this.#woken = task
  }

  /** @internal */
  crashed(name: string, error: unknown): void {
    this.#crash ??= new Error(`process "${name}" crashed: ${String(error)}`, { cause: error })
  }

  /** @internal */
  hopping<T>(value: T, settle: (value: T) => void): void {
    const { hops = 0 } = this.#options
    if (hops === 0) settle(value)
    else hopped(hops, value, settle)
  }
}

function hopped<T>(times: number, value: T, settle: (value: T) => void): void {
  let hops = times
  const hop = (): void => {
    if (hops-- > 0) queueMicrotask(hop)
    else settle(value)
  }
  hop()
}
