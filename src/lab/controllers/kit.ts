import { type KubeClient, kubeClient } from '#lab/api/client.ts'
import { type Informer, type InformerChange, informer, type Peeked } from '#lab/api/informer.ts'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, type ResourceType, resources } from '#lab/api/ports.ts'
import { accountCredential } from '#lab/controllers/account-credential.ts'
import { PodIndex } from '#lab/controllers/pod-index.ts'
import { WorkQueue } from '#lab/controllers/queue.ts'
import { syncFailure } from '#lab/controllers/sync-failure.ts'
import type { Process } from '#lab/host/ports.ts'
import { EventRecorder } from '#lab/kubelet/event-recorder.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { SeriesRecorder } from '#lab/kubelet/series-recorder.ts'

const manyObjects = 100
const restMs = 1 / 4

type Listener = (change: InformerChange<KubeObject>) => void

/** What all controllers of a process have in common. */
interface Common {
  readonly log: Klog
  /** Reads for all, under the process's own name: client-go's shared informers. */
  readonly kube: KubeClient
  readonly informers: Map<string, { readonly informer: Informer<KubeObject>; readonly listeners: Listener[] }>
  /** The caches that nobody listens to. */
  readonly unhurried: Map<string, Informer<KubeObject>>
  pods: PodIndex | undefined
}

/** What the controllers of one process share: one cache per type, one connection, a recorder per component. */
export class ControllerKit {
  readonly p: Process
  readonly #common: Common
  readonly #kube: KubeClient

  private constructor(p: Process, common: Common, kube: KubeClient) {
    this.p = p
    this.#common = common
    this.#kube = kube
  }

  /** `user` is whom the API server sees: `system:kube-scheduler`. */
  static of(p: Process, o: { readonly server: string; readonly user: string }): ControllerKit {
    const kube = kubeClient(p, o)
    return new ControllerKit(
      p,
      { log: new Klog(p), kube, informers: new Map(), unhurried: new Map(), pods: undefined },
      kube,
    )
  }

  /** The same caches for a controller that acts as its own service account in kube-system. */
  actingAs(account: string): ControllerKit {
    const { kube } = this.#common
    return new ControllerKit(this.p, this.#common, kube.as(accountCredential(kube, account)))
  }

  get log(): Klog {
    return this.#common.log
  }

  /** The process's one index of its pods; made, with their cache, when it is first asked for. */
  get pods(): PodIndex {
    if (this.#common.pods === undefined) {
      const index = new PodIndex()
      this.cache<Pod>(resources.pods, (change) => index.apply(change))
      this.#common.pods = index
    }
    return this.#common.pods
  }

  kubeFor(self: Process): KubeClient {
    return this.#kube.by(self)
  }

  recorder(component: string): EventRecorder {
    return new EventRecorder(this.p, { component, kubeFor: (self) => this.kubeFor(self) })
  }

  /** Of the newer kind of events, with what was being done. */
  seriesRecorder(controller: string): SeriesRecorder {
    return new SeriesRecorder(this.p, { controller, kubeFor: (self) => this.kubeFor(self) })
  }

  /** The process's one cache of a type; `listener` hears of every change after it was added, in order. */
  cache<T extends KubeObject>(
    type: ResourceType,
    listener?: (change: InformerChange<T>) => void,
  ): Informer<T> {
    const key = `${type.group}/${type.resource}`
    let entry = this.#common.informers.get(key)
    if (entry === undefined) {
      const listeners: Listener[] = []
      const started = informer<KubeObject>(
        this.p,
        this.#common.kube,
        { type },
        {
          onChange: (change) => {
            for (const tell of listeners) tell(change)
          },
        },
      )
      entry = { informer: started, listeners }
      this.#common.informers.set(key, entry)
    }
    // Both casts: the cache of a type holds objects of that type only.
    if (listener !== undefined) entry.listeners.push(listener as Listener)
    return entry.informer as Informer<T>
  }

  /** The process's one cache of a type that changes all the time and is only looked at. */
  lookedAt<T extends KubeObject>(type: ResourceType): Peeked<T> {
    const key = `${type.group}/${type.resource}`
    const { kube, unhurried } = this.#common
    const started = unhurried.get(key) ?? informer<KubeObject>(this.p, kube, { type }, { unhurried: true })
    unhurried.set(key, started)
    return started as Peeked<T> // of that type
  }

  /**
   * Starts one controller: a thread that waits for its caches and then looks at one key after another. A refusal or
   * silence of the API server brings the key back later. `sync` may answer how many objects it went through: after many it
   * rests, so that a set of a thousand pods is not gone through for each of its pods' changes. The real one is held back more,
   * by its client's 20 requests a second (kube-controller-manager --kube-api-qps).
   */
  controller(
    name: string,
    needs: readonly Informer<KubeObject>[],
    sync: (key: string, kube: KubeClient, self: Process) => Promise<unknown>,
  ): WorkQueue {
    const queue = new WorkQueue(this.p.task)
    this.p.thread(name, async (self) => {
      const kube = this.kubeFor(self)
      for (const each of needs) await each.untilSynced(self.task)
      for (;;) {
        const key = await queue.next(self.task)
        try {
          const seen = await sync(key, kube, self)
          queue.forget(key)
          if (typeof seen === 'number' && seen >= manyObjects) await self.sleep(seen * restMs)
        } catch (error) {
          if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
          if (!(error instanceof KubeError && error.reason === 'Conflict'))
            this.log.error(`${name}.go`, 'Unhandled Error', {
              err: syncFailure(name, key, error.message),
            })
          queue.retry(key)
        }
      }
    })
    return queue
  }
}
