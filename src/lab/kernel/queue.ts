export interface QueuedEvent {
  /** Neither changes while it is in the queue. */
  time: number
  sequence: number
  readonly name: string
  run(): void
  cancelled: boolean
  /** Nothing of the lab: somebody outside only wants time to get this far. */
  readonly marker?: boolean
}

/** A binary heap with a total order: time first, then the order of asking. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = []
  /** At most so many in the heap were cancelled. */
  #cancelled = 0

  get size(): number {
    return this.#heap.length
  }

  /** The next event that was not cancelled, left in place. */
  peek(): QueuedEvent | undefined {
    while (this.#heap[0]?.cancelled) {
      this.#removeFirst()
      if (this.#cancelled > 0) this.#cancelled--
    }
    return this.#heap[0]
  }

  /** Takes the next event out, unless it comes after `limitMs`. */
  popDue(limitMs: number): QueuedEvent | undefined {
    const first = this.peek()
    if (first === undefined || first.time > limitMs) return undefined
    this.#removeFirst()
    return first
  }

  push(event: QueuedEvent): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (before(heap[parent] as QueuedEvent, event)) break
      heap[at] = heap[parent] as QueuedEvent
      at = parent
    }
    heap[at] = event
  }

  /** The event will not run. What it would have run is let go of at once, its place when many such places have come together. */
  cancel(event: QueuedEvent): void {
    if (event.cancelled) return
    event.cancelled = true
    event.run = nothing
    if (++this.#cancelled < cancelledMax || this.#cancelled * 2 < this.#heap.length) return
    const left = this.#heap.filter(({ cancelled }) => !cancelled).sort((a, b) => (before(a, b) ? -1 : 1))
    this.#heap.length = 0
    for (const each of left) this.#heap.push(each) // sorted, so it is a heap
    this.#cancelled = 0
  }

  #removeFirst(): void {
    const heap = this.#heap
    const last = heap.pop() as QueuedEvent
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = child + 1
      if (right < heap.length && before(heap[right] as QueuedEvent, heap[child] as QueuedEvent)) child = right
      if (before(last, heap[child] as QueuedEvent)) break
      heap[at] = heap[child] as QueuedEvent
      at = child
    }
    heap[at] = last
  }
}

const cancelledMax = 1000
const nothing = (): void => {}

const before = (a: QueuedEvent, b: QueuedEvent): boolean =>
  a.time < b.time || (a.time === b.time && a.sequence < b.sequence)
