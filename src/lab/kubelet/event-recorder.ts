import { rfc3339 } from '#base/clock.ts'
import type { Draft, KubeEvent } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { deliver, queueLength, writeEvent } from '#lab/kubelet/event-delivery.ts'
import { EventStamp } from '#lab/kubelet/event-stamp.ts'

/** What an event is about. */
export type Involved = KubeEvent['involvedObject']

export interface Occurrence {
  readonly about: Involved
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** One event as the recorder knows it: what was said, how often. */
interface Observed {
  readonly about: Involved
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly name: string
  readonly firstTimestamp: string
  /** It stands for several that differ in their message. */
  readonly combined: boolean
  message: string
  count: number
  lastTimestamp: string
}

/** What was told of one object. */
interface Told {
  observed: readonly Observed[]
  similar: readonly Similar[]
  readonly tokens: Partial<Record<Occurrence['type'], { left: number; atMs: number }>>
}

/** The different messages for one reason. */
interface Similar {
  readonly type: string
  readonly reason: string
  messages: readonly string[]
  lastMs: number
}

/**
 * Writes events as client-go's recorder does (kubernetes/client-go:tools/record/events_cache.go, event.go): the same event again
 * counts up; more than ten different messages for one reason within ten minutes become one `(combined from similar events): …`;
 * a source may write 25 times about an object and then once every five minutes (it goes on counting meanwhile); what cannot be
 * delivered is tried twelve times.
 *
 * It remembers 4096 events, and forgets those of the objects of which it has told least recently. Not imitated: that each event is forgotten by
 * itself; random jitter before the first retry.
 */
export class EventRecorder {
  readonly #p: Process
  readonly #source: { readonly component: string; readonly host?: string }
  readonly #stamp: EventStamp
  readonly #queue: Observed[] = []
  readonly #told = new Map<string, Told>()
  /** How many events it remembers. */
  #remembered = 0
  #wake: (() => void) | undefined

  /** Events are sent by a thread of `p` of its own, which gets its client from `kubeFor`. */
  constructor(
    p: Process,
    o: { readonly component: string; readonly host?: string; kubeFor(self: Process): Kube },
  ) {
    this.#p = p
    this.#stamp = new EventStamp(p, o.component)
    this.#source = { component: o.component, ...(o.host === undefined ? {} : { host: o.host }) }
    p.thread('events', (self) => this.#deliver(self, o.kubeFor(self)))
  }

  /** Never waits. */
  record(event: Occurrence): void {
    const told = this.#of(event)
    const observed = this.#observe(event, told)
    if (!this.#mayPass(event, told) || this.#queue.length >= queueLength) return
    // A count that waits to be sent is sent as it is then.
    if (this.#queue.includes(observed)) return
    this.#queue.push(observed)
    this.#wake?.()
  }

  #of(event: Occurrence): Told {
    const about = aboutKey(event)
    const told = this.#told.get(about) ?? { observed: none, similar: none, tokens: {} }
    // The last of the map is the one told of last.
    this.#told.delete(about)
    this.#told.set(about, told)
    return told
  }

  #observe(event: Occurrence, told: Told): Observed {
    const { message, combined } = this.#aggregated(event, told)
    const now = rfc3339(this.#p.now())
    const known = told.observed.find((each) => isSame(each, event, combined))
    if (known !== undefined) {
      known.count++
      known.message = message
      known.lastTimestamp = now
      return known
    }
    const name = `${event.about.name}.${this.#stamp.next()}`
    const { type, reason } = event
    const fresh = {
      about: event.about,
      type,
      reason,
      name,
      combined,
      message,
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
    }
    told.observed = told.observed.concat(fresh)
    this.#remembered++
    this.#forget()
    return fresh
  }

  /** The objects of which it has told least recently, but never the one of which it tells now. */
  #forget(): void {
    for (const [about, { observed }] of this.#told) {
      if (this.#remembered <= rememberedMax || this.#told.size === 1) return
      this.#told.delete(about)
      this.#remembered -= observed.length
    }
  }

  async #deliver(self: Process, kube: Kube): Promise<void> {
    for (;;) {
      const event = this.#queue.shift()
      if (event !== undefined) await deliver(self, () => this.#write(kube, event))
      else
        await self.task.wait<void>((wake) => {
          this.#wake = () => wake()
          return () => {
            this.#wake = undefined
          }
        })
    }
  }

  #write(kube: Kube, event: Observed): Promise<void> {
    const namespace = event.about.namespace ?? 'default'
    const { name, count, message, lastTimestamp } = event
    const change = count > 1 ? { count, lastTimestamp, message } : undefined
    const whole = (): Draft<KubeEvent> => this.#draft(event, namespace)
    return writeEvent(kube, { type: resources.events, namespace, name }, { change, whole })
  }

  #draft(event: Observed, namespace: string): Draft<KubeEvent> {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: event.name, namespace },
      involvedObject: event.about,
      reason: event.reason,
      message: event.message,
      type: event.type,
      count: event.count,
      firstTimestamp: event.firstTimestamp,
      lastTimestamp: event.lastTimestamp,
      eventTime: null,
      source: this.#source,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
    }
  }

  /** Folds events that differ in their message alone, once there are more than ten of them. */
  #aggregated(event: Occurrence, told: Told): { readonly message: string; readonly combined: boolean } {
    const { type, reason } = event
    const now = this.#p.now()
    const seen = told.similar.find((each) => each.type === type && each.reason === reason)
    const before = seen === undefined || now - seen.lastMs > similarForMs ? [] : seen.messages
    // Enough to know that there are many; the list must not grow for ever.
    const isNew = before.length < similarMax && !before.includes(event.message)
    const messages = isNew ? before.concat(event.message) : before
    if (seen === undefined) told.similar = told.similar.concat({ type, reason, messages, lastMs: now })
    else Object.assign(seen, { messages, lastMs: now })
    if (messages.length < similarMax) return { message: event.message, combined: false }
    return { message: `(combined from similar events): ${event.message}`, combined: true }
  }

  #mayPass({ type }: Occurrence, { tokens }: Told): boolean {
    const now = this.#p.now()
    const bucket = tokens[type] ?? { left: burst, atMs: now }
    tokens[type] = bucket
    bucket.left = Math.min(burst, bucket.left + (now - bucket.atMs) / refillMs)
    bucket.atMs = now
    if (bucket.left < 1) return false
    bucket.left -= 1
    return true
  }
}

const none: readonly never[] = []

/** The same but for when it was told; of combined ones the place in the object and the message may be others. */
const isSame = (known: Observed, event: Occurrence, combined: boolean): boolean =>
  known.combined === combined &&
  known.type === event.type &&
  known.reason === event.reason &&
  (combined || (known.about.fieldPath === event.about.fieldPath && known.message === event.message))

/** kubernetes/client-go:tools/record/events_cache.go (maxLruCacheEntries) */
const rememberedMax = 4096
const similarMax = 10
const similarForMs = 600_000
const burst = 25
const refillMs = 300_000

const aboutKey = ({ about }: Occurrence): string =>
  `${about.kind}/${about.namespace ?? ''}/${about.name}/${about.uid ?? ''}`
