import { rfc3339Micro } from '#base/clock.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { deliver, queueLength, writeEvent } from '#lab/kubelet/event-delivery.ts'
import type { Involved, Occurrence } from '#lab/kubelet/event-recorder.ts'
import { EventStamp } from '#lab/kubelet/event-stamp.ts'

/** An event of events.k8s.io/v1. */
interface SeriesEvent extends KubeObject {
  readonly eventTime: string
  readonly series?: { readonly count: number; readonly lastObservedTime: string }
  readonly reportingController: string
  readonly reportingInstance: string
  readonly action: string
  readonly reason: string
  readonly regarding: Involved
  readonly related?: Involved
  readonly note?: string
  readonly type: Occurrence['type']
}

/** What is told, and what was being done then: `Binding`. */
export interface Act extends Omit<Occurrence, 'message'> {
  readonly action: string
  /** Another object that has to do with it. */
  readonly related?: Involved
  readonly message?: string
}

interface Told {
  readonly act: Act
  readonly name: string
  readonly timeMs: number
  series: { count: number; lastMs: number } | undefined
}

/**
 * Writes events as the newer of client-go's recorders does (kubernetes/client-go:tools/events/event_broadcaster.go, event_recorder.go;
 * of Kubernetes the scheduler and kube-proxy use it, since 1.19). The same again about the same version of an object begins a series, which is
 * told once; how often it was in the end is told when it has not been for six minutes, and every half an hour. Without a series it is forgotten
 * after six minutes. What cannot be delivered is tried twelve times.
 *
 * Not imitated: that several are sent at once; random jitter before retries; the series of older releases, which begin with a count of 1.
 */
export class SeriesRecorder {
  readonly #p: Process
  readonly #controller: string
  readonly #stamp: EventStamp
  readonly #startMs: number
  readonly #told = new Map<string, Told>()
  readonly #queue: Told[] = []
  /** Of the rounds in which series end. */
  #rounds = 0
  #wake: (() => void) | undefined

  /** Events are sent by a thread of `p` of its own, which gets its client from `kubeFor`. */
  constructor(p: Process, o: { readonly controller: string; kubeFor(self: Process): Kube }) {
    this.#p = p
    this.#controller = o.controller
    this.#stamp = new EventStamp(p, o.controller)
    this.#startMs = p.monotonic()
    p.thread('events', (self) => this.#deliver(self, o.kubeFor(self)))
  }

  /** Never waits. */
  record(act: Act): void {
    const key = JSON.stringify([act.type, act.action, act.reason, act.about, act.related])
    const lastMs = this.#p.now()
    const known = this.#told.get(key)
    if (known?.series !== undefined) {
      known.series.count++
      known.series.lastMs = lastMs
      return
    }
    const told = known ?? {
      act,
      name: `${act.about.name}.${this.#stamp.next()}`,
      timeMs: lastMs,
      series: undefined,
    }
    if (known === undefined) this.#told.set(key, told)
    else known.series = { count: 2, lastMs }
    if (this.#queue.length < queueLength) this.#queue.push(told)
    this.#wake?.()
  }

  async #deliver(self: Process, kube: Kube): Promise<void> {
    for (;;) {
      const told = this.#queue.shift()
      if (told !== undefined) {
        const event = this.#event(told)
        await deliver(self, () => write(kube, event))
      } else if (this.#roundInMs <= 0) this.#round()
      else await this.#pause(self)
    }
  }

  /** Until there is something to tell, or to forget. */
  #pause({ task }: Process): Promise<void> {
    return task.wait<void>((wake) => {
      const cancel = this.#told.size === 0 ? undefined : task.after(this.#roundInMs, wake)
      this.#wake = () => wake()
      return () => {
        cancel?.()
        this.#wake = undefined
      }
    })
  }

  get #roundInMs(): number {
    if (this.#told.size === 0) this.#rounds = Math.floor((this.#p.monotonic() - this.#startMs) / finishMs)
    return this.#startMs + (this.#rounds + 1) * finishMs - this.#p.monotonic()
  }

  #round(): void {
    this.#rounds++
    const refreshes = this.#rounds % roundsToRefresh === 0
    const endMs = this.#p.now() - finishMs
    for (const [key, told] of this.#told) {
      const isOver = (told.series?.lastMs ?? told.timeMs) < endMs
      if (isOver) this.#told.delete(key)
      if (told.series !== undefined && (isOver || refreshes)) this.#queue.push(told)
    }
  }

  #event({ act, name, timeMs, series }: Told): SeriesEvent {
    const { about, related, message, type, reason, action } = act
    return {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name, namespace: about.namespace ?? 'default' } as SeriesEvent['metadata'], // of a draft
      eventTime: rfc3339Micro(timeMs),
      ...(series === undefined
        ? {}
        : { series: { count: series.count, lastObservedTime: rfc3339Micro(series.lastMs) } }),
      reportingController: this.#controller,
      reportingInstance: `${this.#controller}-${this.#p.hostname}`,
      action,
      reason,
      regarding: about,
      ...(related === undefined ? {} : { related }),
      ...(message === undefined ? {} : { note: message }),
      type,
    }
  }
}

function write(kube: Kube, event: SeriesEvent): Promise<void> {
  const { name, namespace = '' } = event.metadata
  const { series } = event
  const change = series === undefined ? undefined : { series }
  return writeEvent(kube, { type: resources.eventsV1, namespace, name }, { change, whole: () => event })
}

const finishMs = 360_000
/** Every half an hour. */
const roundsToRefresh = 5
