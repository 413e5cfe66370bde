import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { DaemonSet, Deployment, Pod } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import { calicoSystem } from '#lab/calico/operator/rendering.ts'
import {
  conditionsOf,
  type Degraded,
  type StatusCondition,
  type TigeraStatus,
  withTimes,
} from '#lab/calico/operator/status.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import type { Process } from '#lab/host/ports.ts'

/** The real one looks every five seconds; changes that come closer together are told together. */
const pauseMs = 5_000

interface Watches {
  readonly daemonSets: Informer<DaemonSet>
  readonly deployments: Informer<Deployment>
  readonly pods: Informer<Pod>
}

/** Keeps the TigeraStatus of one component. */
export class StatusReporter {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #component: string
  readonly #wakeup = new Wakeup()
  readonly #watches: Watches | undefined
  readonly #onWritten: () => void
  #conditions: readonly StatusCondition[] = []
  #degraded: Degraded | undefined
  #generation: number | undefined

  constructor(
    p: Process,
    o: {
      readonly kube: KubeClient
      readonly component: string
      readonly watches: boolean
      /** The conditions that are stored are others now. */
      readonly onWritten?: () => void
    },
  ) {
    this.#onWritten = o.onWritten ?? (() => {})
    this.#p = p
    this.#kube = o.kube
    this.#component = o.component
    this.#watches = o.watches ? this.#watch() : undefined
    p.thread(`status ${o.component}`, (self) => this.#report(self, o.kube.by(self)))
  }

  /** As they were written last. */
  get conditions(): readonly StatusCondition[] {
    return this.#conditions
  }

  get isAvailable(): boolean {
    return this.#conditions.some(({ type, status }) => type === 'Available' && status === 'True')
  }

  degrade(degraded: Degraded): void {
    this.#degraded = degraded
    this.#generation ??= 1
    this.#wakeup.tell()
  }

  /** Reconciled: what is wrong now, if anything, is the objects' doing. */
  clear(generation: number): void {
    if (this.#degraded === undefined && this.#generation === generation) return
    this.#degraded = undefined
    this.#generation = generation
    this.#wakeup.tell()
  }

  #watch(): Watches {
    const options = { onChange: () => this.#wakeup.tell() }
    const within = { namespace: calicoSystem }
    const [p, kube] = [this.#p, this.#kube]
    return {
      daemonSets: informer<DaemonSet>(p, kube, { type: resources.daemonSets, ...within }, options),
      deployments: informer<Deployment>(p, kube, { type: resources.deployments, ...within }, options),
      pods: informer<Pod>(p, kube, { type: resources.pods, ...within }, options),
    }
  }

  async #report(self: Process, kube: KubeClient): Promise<void> {
    for (;;) {
      await this.#wakeup.wait(self)
      if (this.#generation === undefined) continue
      try {
        await this.#write(kube, this.#generation)
      } catch (error) {
        // The next change, or the next look, tells it again.
        if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
        this.#wakeup.tell()
      }
      await self.sleep(pauseMs)
    }
  }

  async #write(kube: KubeClient, generation: number): Promise<void> {
    const type = operatorResources.tigeraStatuses
    const known = await kube
      .list<TigeraStatus>({ type })
      .then(({ items }) => items.find(({ metadata }) => metadata.name === this.#component))
    const watched = this.#watches
      ? {
          daemonSets: this.#watches.daemonSets.list(),
          deployments: this.#watches.deployments.list(),
          pods: this.#watches.pods.list(),
        }
      : { daemonSets: [], deployments: [], pods: [] }
    const next = withTimes(
      conditionsOf(watched, { degraded: this.#degraded, generation, nowMs: this.#p.now() }),
      known?.status?.conditions,
    )
    if (known && JSON.stringify(known.status?.conditions) === JSON.stringify(next)) {
      this.#keep(next)
      return
    }
    const object =
      known ??
      (await kube.create<TigeraStatus>(type, {
        apiVersion: 'operator.tigera.io/v1',
        kind: 'TigeraStatus',
        metadata: { name: this.#component },
        ...{ spec: {} },
      }))
    await kube.update(type, { ...object, status: { conditions: next } }, { subresource: 'status' })
    this.#keep(next)
  }

  #keep(conditions: readonly StatusCondition[]): void {
    const isAnother = JSON.stringify(this.#conditions) !== JSON.stringify(conditions)
    this.#conditions = conditions
    if (isAnother) this.#onWritten()
  }
}
