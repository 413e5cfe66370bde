import { rfc3339 } from '#base/clock.ts'
import type { Draft, KubeEvent } from '#lab/api/objects.ts'
import { isKubeError, type Kube, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'

/** What an event is about. */
export type Involved = KubeEvent['involvedObject']

export interface Occurrence {
  readonly about: Involved
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/**
 * Writes events as client-go's recorder does (kubernetes/client-go:tools/record/events_cache.go, event.go): the same event again
 * counts up; more than ten different messages for one reason within ten minutes become one `(combined from similar events): …`;
 * a source may say 25 things about an object and then one more every five minutes; what cannot be delivered is tried twelve times.
 *
 * Not imitated: the LRU bound of the cache (4096 entries), random jitter before the first try.
 */
export class EventRecorder {
  readonly #p: Process
  readonly #source: { readonly component: string; readonly host?: string }
  readonly #queue: Occurrence[] = []
  readonly #known = new Map<
    string,
    { name: string; namespace: string; count: number; firstTimestamp: string }
  >()
  readonly #similar = new Map<string, { messages: Set<string>; lastMs: number }>()
  readonly #tokens = new Map<string, { left: number; atMs: number }>()
  #wake: (() => void) | undefined
  #sequence = 0

  /** Events are sent by a thread of `p` of its own, which gets its client from `kubeFor`. */
  constructor(
    p: Process,
    o: { readonly component: string; readonly host?: string; kubeFor(self: Process): Kube },
  ) {
    this.#p = p
    this.#source = { component: o.component, ...(o.host === undefined ? {} : { host: o.host }) }
    p.thread('events', (self) => this.#deliver(self, o.kubeFor(self)))
  }

  /** Never waits. */
  record(event: Occurrence): void {
    if (this.#queue.length >= queueLength || !this.#mayPass(event)) return
    this.#queue.push(event)
    this.#wake?.()
  }

  async #deliver(self: Process, kube: Kube): Promise<void> {
    for (;;) {
      const event = this.#queue.shift()
      if (event !== undefined) await this.#send(self, kube, event)
      else
        await self.task.wait<void>((wake) => {
          this.#wake = () => wake()
          return () => {
            this.#wake = undefined
          }
        })
    }
  }

  async #send(self: Process, kube: Kube, event: Occurrence): Promise<void> {
    for (let tries = 0; tries < triesMax; tries++) {
      try {
        return await this.#write(kube, event)
      } catch (error) {
        // An answer is final (a namespace that goes away, a refusal); silence is not.
        if (error instanceof KubeError) return
        if (!(error instanceof KubeUnreachable)) throw error
        await self.sleep(retryMs)
      }
    }
  }

  async #write(kube: Kube, event: Occurrence): Promise<void> {
    const { message, key } = this.#aggregated(event)
    const now = rfc3339(this.#p.now())
    const known = this.#known.get(key)
    if (known !== undefined) {
      known.count++
      const body = { count: known.count, lastTimestamp: now, message }
      try {
        const ref = { type: resources.events, namespace: known.namespace, name: known.name }
        await kube.patch(ref, { type: 'strategic', body })
        return
      } catch (error) {
        // Events live for an hour; one that expired is written anew.
        if (!isKubeError(error, 'NotFound')) throw error
      }
    }
    const namespace = event.about.namespace ?? 'default'
    const name = `${event.about.name}.${this.#stamp()}`
    await kube.create<KubeEvent>(resources.events, this.#draft(event, { name, namespace, message, now }))
    this.#known.set(key, { name, namespace, count: 1, firstTimestamp: now })
  }

  #draft(
    event: Occurrence,
    o: { readonly name: string; readonly namespace: string; readonly message: string; readonly now: string },
  ): Draft<KubeEvent> {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: o.name, namespace: o.namespace },
      involvedObject: event.about,
      reason: event.reason,
      message: o.message,
      type: event.type,
      count: 1,
      firstTimestamp: o.now,
      lastTimestamp: o.now,
      eventTime: null,
      source: this.#source,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
    }
  }

  /** Folds events that differ in their message alone, once there are more than ten of them. */
  #aggregated(event: Occurrence): { readonly message: string; readonly key: string } {
    const group = `${aboutKey(event)} ${event.type} ${event.reason}`
    const now = this.#p.now()
    const seen = this.#similar.get(group)
    const fresh = seen === undefined || now - seen.lastMs > similarForMs
    const similar = fresh ? { messages: new Set<string>(), lastMs: now } : seen
    similar.messages.add(event.message)
    similar.lastMs = now
    this.#similar.set(group, similar)
    if (similar.messages.size < similarMax)
      return { message: event.message, key: `${group} ${event.about.fieldPath ?? ''} ${event.message}` }
    return { message: `(combined from similar events): ${event.message}`, key: group }
  }

  #mayPass(event: Occurrence): boolean {
    const key = `${aboutKey(event)} ${event.type}`
    const now = this.#p.now()
    const bucket = this.#tokens.get(key) ?? { left: burst, atMs: now }
    this.#tokens.set(key, bucket)
    bucket.left = Math.min(burst, bucket.left + (now - bucket.atMs) / refillMs)
    bucket.atMs = now
    if (bucket.left < 1) return false
    bucket.left -= 1
    return true
  }

  /** The time in nanoseconds, as the recorder names events; the lab's clock is coarser, so a counter fills the rest. */
  #stamp(): string {
    this.#sequence = (this.#sequence + 1) % 1_000_000
    return (BigInt(Math.floor(this.#p.now())) * 1_000_000n + BigInt(this.#sequence)).toString(16)
  }
}

const queueLength = 1000
const triesMax = 12
const retryMs = 10_000
const similarMax = 10
const similarForMs = 600_000
const burst = 25
const refillMs = 300_000

const aboutKey = ({ about }: Occurrence): string =>
  `${about.kind}/${about.namespace ?? ''}/${about.name}/${about.uid ?? ''}`
