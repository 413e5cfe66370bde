/**
 * The Deployment controller: kubernetes/kubernetes:pkg/controller/deployment/{sync,rolling,recreate,progress}.go.
 * Not imitated: letting go of ReplicaSets that the selector matches no longer, hash collisions, revision-history annotations.
 */
import type { KubeClient } from '#lab/api/client.ts'
import type { Deployment, ReplicaSet } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { adopt } from '#lab/controllers/adoption.ts'
import {
  count,
  currentSize,
  desiredReplicasKey,
  maxReplicasKey,
  oldSizes,
  proportional,
  type Room,
  replicas,
  revisionKey,
  roomOf,
  sum,
} from '#lab/controllers/deployment-sizes.ts'
import { deadlineMs, deploymentStatus, isComplete } from '#lab/controllers/deployment-status.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { controllerOf, objectKey, ownedBy, templateHash } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

export function startDeployments(kit: ControllerKit): void {
  const deployments = kit.cache<Deployment>(resources.deployments, ({ object }) =>
    queue.add(objectKey(object)),
  )
  const sets = kit.cache<ReplicaSet>(resources.replicaSets, ({ object }) => {
    const owner = controllerOf(object)
    if (owner?.kind === 'Deployment') queue.add(`${object.metadata.namespace}/${owner.name}`)
  })
  const recorder = kit.recorder('deployment-controller')
  const queue = kit.controller('deployment_controller', [deployments, sets], async (key, kube) => {
    const deployment = deployments.get(key)
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return
    const owned = await adopt(kube, deployment, { type: resources.replicaSets, among: sets.list() })
    const nowMs = kit.p.now()
    const sync = new Sync({ deployment, owned, kube, recorder, nowMs })
    await sync.roll()
    await sync.writeStatus()
    const late = deadlineMs(deployment)
    if (late !== undefined && late > nowMs) queue.addAfter(key, late - nowMs)
  })
}

interface SyncInput {
  readonly deployment: Deployment
  readonly owned: readonly ReplicaSet[]
  readonly kube: KubeClient
  readonly recorder: EventRecorder
  readonly nowMs: number
}

class Sync {
  readonly #in: SyncInput
  readonly #hash: string
  readonly #current: ReplicaSet | undefined
  /** Oldest first. */
  readonly #old: readonly ReplicaSet[]
  readonly #room: Room

  constructor(input: SyncInput) {
    this.#in = input
    this.#hash = templateHash(input.deployment.spec.template)
    this.#current = input.owned.find((set) => set.metadata.labels?.['pod-template-hash'] === this.#hash)
    this.#old = input.owned
      .filter((set) => set !== this.#current)
      .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp))
    this.#room = roomOf(input.deployment)
  }

  async roll(): Promise<void> {
    if (this.#in.deployment.spec.paused || this.#isScaled()) return this.#scaleAlone()
    const old = sum(this.#old, replicas)
    if (!this.#room.rolling && sum(this.#old, (set) => count(set, 'replicas')) > 0) {
      // Recreate waits until the old pods are gone.
      for (const set of this.#old) await this.#scale(set, 0)
      return
    }
    if (this.#current === undefined) return this.#create(currentSize(this.#room, { present: 0, old }))
    await this.#number(this.#current)
    const target = currentSize(this.#room, { present: replicas(this.#current), old })
    if (target !== replicas(this.#current)) return this.#scale(this.#current, target)
    for (const [set, size] of oldSizes(this.#room, { current: this.#current, old: this.#old }))
      await this.#scale(set, size)
    await this.#trim()
  }

  async writeStatus(): Promise<void> {
    const { deployment, kube } = this.#in
    const status = deploymentStatus({ ...this.#in, current: this.#current, old: this.#old })
    if (JSON.stringify(status) === JSON.stringify(deployment.status ?? {})) return
    await kube.update<Deployment>(resources.deployments, { ...deployment, status }, { subresource: 'status' })
  }

  get #living(): readonly ReplicaSet[] {
    return [...this.#old, ...(this.#current === undefined ? [] : [this.#current])].filter(
      (set) => replicas(set) > 0,
    )
  }

  /** Somebody asked for another number of pods since the living sets were last sized. */
  #isScaled(): boolean {
    return this.#living.some((set) => {
      const desired = set.metadata.annotations?.[desiredReplicasKey]
      return desired !== undefined && Number(desired) !== this.#room.wanted
    })
  }

  async #scaleAlone(): Promise<void> {
    const living = this.#living
    const only = living.length > 1 ? undefined : (living[0] ?? this.#current)
    const sizes =
      only !== undefined
        ? new Map([[only, this.#room.wanted]])
        : this.#room.rolling
          ? proportional(this.#room, living)
          : new Map<ReplicaSet, number>()
    for (const [set, size] of sizes) await this.#scale(set, size)
  }

  /** The newest template has the highest number, one that comes back (`rollout undo`) too, and what people wrote at the Deployment since. */
  async #number(current: ReplicaSet): Promise<void> {
    const { [revisionKey]: had = '0', ...notes } = current.metadata.annotations ?? {}
    const revision = String(Math.max(this.#nextRevision, Number(had)))
    const annotations = {
      ...inherited(this.#in.deployment),
      ...(had === revision ? {} : { [revisionKey]: revision }),
    }
    if (Object.entries(annotations).some(([key, value]) => notes[key] !== value)) {
      const ref = { type: resources.replicaSets, ...space(current), name: current.metadata.name }
      await this.#in.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } })
    }
    await this.#annotate(revision)
  }

  async #annotate(revision: string): Promise<void> {
    const { deployment, kube } = this.#in
    if (deployment.metadata.annotations?.[revisionKey] === revision) return
    // Its role lets it update deployments, not patch them. Without a version: whatever was written in between.
    const annotations = { ...deployment.metadata.annotations, [revisionKey]: revision }
    const metadata = { ...deployment.metadata, annotations, resourceVersion: '' }
    await kube.update<Deployment>(
      resources.deployments,
      { ...deployment, metadata },
      { subresource: 'status' },
    )
  }

  get #nextRevision(): number {
    return Math.max(0, ...this.#old.map((set) => Number(set.metadata.annotations?.[revisionKey] ?? 0))) + 1
  }

  async #create(size: number): Promise<void> {
    const { deployment, kube } = this.#in
    const { spec, metadata } = deployment
    const name = `${metadata.name}-${this.#hash}`
    const labels = { ...spec.template.metadata?.labels, 'pod-template-hash': this.#hash }
    const revision = String(this.#nextRevision)
    try {
      await kube.create<ReplicaSet>(resources.replicaSets, {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name,
          ...space(deployment),
          labels,
          annotations: { ...inherited(deployment), ...this.#sizeNotes, [revisionKey]: revision },
          ownerReferences: [ownedBy(deployment)],
        },
        spec: {
          ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
          replicas: size,
          selector: {
            ...spec.selector,
            matchLabels: { ...spec.selector.matchLabels, 'pod-template-hash': this.#hash },
          },
          template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
        },
      })
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) return // the cache has not seen it yet
      throw error
    }
    await this.#annotate(revision)
    if (size > 0) this.#say('up', name, 0, size)
  }

  get #sizeNotes(): Readonly<Record<string, string>> {
    const { wanted, surge } = this.#room
    return { [desiredReplicasKey]: String(wanted), [maxReplicasKey]: String(wanted + surge) }
  }

  async #scale(set: ReplicaSet, size: number): Promise<void> {
    const before = replicas(set)
    const notes = this.#sizeNotes
    const noted = Object.entries(notes).every(([key, value]) => set.metadata.annotations?.[key] === value)
    if (before === size && (noted || size === 0)) return
    await this.#in.kube.update<ReplicaSet>(resources.replicaSets, {
      ...set,
      metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...notes } },
      spec: { ...set.spec, replicas: size },
    })
    if (before !== size) this.#say(size > before ? 'up' : 'down', set.metadata.name, before, size)
  }

  /** Old sets without pods go, but for the newest ten (revisionHistoryLimit), once the new one is complete. */
  async #trim(): Promise<void> {
    const { deployment, kube } = this.#in
    if (!isComplete({ ...this.#in, current: this.#current, old: this.#old })) return
    const surplus = this.#old.length - (deployment.spec.revisionHistoryLimit ?? 10)
    for (const set of this.#old.slice(0, Math.max(0, surplus))) {
      if (replicas(set) > 0 || count(set, 'replicas') > 0) continue
      const ref = { type: resources.replicaSets, ...space(set), name: set.metadata.name }
      await unless('NotFound', kube.delete(ref))
    }
  }

  #say(way: 'up' | 'down', name: string, from: number, to: number): void {
    this.#in.recorder.record({
      about: about(this.#in.deployment),
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message:
        from === 0 && way === 'up'
          ? `Scaled up replica set ${name} to ${to}`
          : `Scaled ${way} replica set ${name} from ${from} to ${to}`,
    })
  }
}

/** What people wrote at the Deployment is copied (kubernetes.io/change-cause for `rollout history`), kubectl's own note is not. */
const inherited = ({ metadata }: Deployment): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([key]) =>
        key !== 'kubectl.kubernetes.io/last-applied-configuration' &&
        !key.startsWith('deployment.kubernetes.io/'),
    ),
  )
