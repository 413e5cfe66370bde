/**
 * The Deployment controller: kubernetes/kubernetes:pkg/controller/deployment/{sync,rolling,recreate,progress}.go.
 * Not imitated: pause, rollback, proportional scaling of several sets, progress deadlines, revision history limit.
 */
import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Condition, Deployment, ReplicaSet } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { controllerOf, objectKey, ownedBy, templateHash } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

const revisionKey = 'deployment.kubernetes.io/revision'

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
    const owned = sets.list().filter((set) => controllerOf(set)?.uid === deployment.metadata.uid)
    const sync = new Sync(deployment, owned, kube, recorder, kit.p.now())
    await sync.roll()
    await sync.writeStatus()
  })
}

class Sync {
  readonly #deployment: Deployment
  readonly #current: ReplicaSet | undefined
  readonly #old: readonly ReplicaSet[]
  readonly #kube: KubeClient
  readonly #recorder: EventRecorder
  readonly #hash: string
  readonly #nowMs: number

  constructor(
    deployment: Deployment,
    owned: readonly ReplicaSet[],
    kube: KubeClient,
    recorder: EventRecorder,
    nowMs: number,
  ) {
    this.#deployment = deployment
    this.#hash = templateHash(deployment.spec.template)
    this.#current = owned.find((set) => set.metadata.labels?.['pod-template-hash'] === this.#hash)
    this.#old = owned.filter((set) => set !== this.#current)
    this.#kube = kube
    this.#recorder = recorder
    this.#nowMs = nowMs
  }

  async roll(): Promise<void> {
    const wanted = this.#deployment.spec.replicas ?? 1
    const old = sum(this.#old, replicas)
    const rolling = this.#deployment.spec.strategy?.type !== 'Recreate'
    const surge = rolling
      ? share(this.#deployment.spec.strategy?.rollingUpdate?.maxSurge ?? '25%', wanted, Math.ceil)
      : 0
    const spare = rolling
      ? share(this.#deployment.spec.strategy?.rollingUpdate?.maxUnavailable ?? '25%', wanted, Math.floor)
      : wanted
    if (this.#current === undefined) {
      // Recreate waits until the old pods are gone.
      if (!rolling && sum(this.#old, (set) => count(set, 'replicas')) > 0) return this.#shrinkOld(old)
      return this.#create(Math.min(wanted, Math.max(0, wanted + surge - old)))
    }
    const present = replicas(this.#current)
    const target = present > wanted ? wanted : Math.min(wanted, Math.max(present, wanted + surge - old))
    if (target !== present) return this.#scale(this.#current, target)
    const available =
      count(this.#current, 'availableReplicas') + sum(this.#old, (set) => count(set, 'availableReplicas'))
    await this.#shrinkOld(Math.max(0, Math.min(old, available - (wanted - spare))))
  }

  async writeStatus(): Promise<void> {
    const all = this.#current === undefined ? this.#old : [...this.#old, this.#current]
    const wanted = this.#deployment.spec.replicas ?? 1
    const available = sum(all, (set) => count(set, 'availableReplicas'))
    const counts = {
      observedGeneration: this.#deployment.metadata.generation ?? 1,
      replicas: sum(all, (set) => count(set, 'replicas')),
      updatedReplicas: this.#current === undefined ? 0 : count(this.#current, 'replicas'),
      readyReplicas: sum(all, (set) => count(set, 'readyReplicas')),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, wanted - available),
    }
    const shown = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0))
    const status = { ...shown, conditions: this.#conditions(available, wanted) }
    if (JSON.stringify(status) === JSON.stringify(this.#deployment.status ?? {})) return
    await this.#kube.update<Deployment>(
      resources.deployments,
      { ...this.#deployment, status },
      { subresource: 'status' },
    )
  }

  #conditions(available: number, wanted: number): readonly Condition[] {
    const spare = share(
      this.#deployment.spec.strategy?.rollingUpdate?.maxUnavailable ?? '25%',
      wanted,
      Math.floor,
    )
    const enough = available >= wanted - spare
    const done =
      this.#current !== undefined &&
      count(this.#current, 'availableReplicas') >= wanted &&
      this.#old.every((set) => replicas(set) === 0)
    const name = this.#current?.metadata.name ?? this.#deployment.metadata.name
    const wasDone = this.#previous('Progressing')?.reason === 'NewReplicaSetAvailable'
    return [
      enough
        ? this.#condition(
            'Available',
            'True',
            'MinimumReplicasAvailable',
            'Deployment has minimum availability.',
          )
        : this.#condition(
            'Available',
            'False',
            'MinimumReplicasUnavailable',
            'Deployment does not have minimum availability.',
          ),
      done || wasDone
        ? this.#condition(
            'Progressing',
            'True',
            'NewReplicaSetAvailable',
            `ReplicaSet "${name}" has successfully progressed.`,
          )
        : this.#condition('Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`),
    ]
  }

  #condition(type: string, status: Condition['status'], reason: string, message: string): Condition {
    const before = this.#previous(type)
    const now = rfc3339(this.#nowMs)
    if (before?.status === status && before.reason === reason && before.message === message) return before
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now
    return { type, status, reason, message, lastTransitionTime, ...{ lastUpdateTime: now } }
  }

  #previous(type: string): Condition | undefined {
    // The status of a Deployment that this controller wrote holds conditions.
    return (this.#deployment.status?.conditions as readonly Condition[] | undefined)?.find(
      (each) => each.type === type,
    )
  }

  async #create(size: number): Promise<void> {
    const { spec, metadata } = this.#deployment
    const name = `${metadata.name}-${this.#hash}`
    const labels = { ...spec.template.metadata?.labels, 'pod-template-hash': this.#hash }
    try {
      await this.#kube.create<ReplicaSet>(resources.replicaSets, {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name,
          ...space(this.#deployment),
          labels,
          annotations: {
            'deployment.kubernetes.io/desired-replicas': String(spec.replicas ?? 1),
            [revisionKey]: String(this.#old.length + 1),
          },
          ownerReferences: [ownedBy(this.#deployment)],
        },
        spec: {
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
    await this.#kube.patch(
      { type: resources.deployments, ...space(this.#deployment), name: metadata.name },
      { type: 'merge', body: { metadata: { annotations: { [revisionKey]: String(this.#old.length + 1) } } } },
    )
    this.#say('up', name, 0, size)
  }

  async #shrinkOld(by: number): Promise<void> {
    let left = by
    for (const set of this.#old) {
      const less = Math.min(left, replicas(set))
      if (less > 0) await this.#scale(set, replicas(set) - less)
      left -= less
    }
  }

  async #scale(set: ReplicaSet, size: number): Promise<void> {
    const before = replicas(set)
    await this.#kube.update<ReplicaSet>(resources.replicaSets, {
      ...set,
      spec: { ...set.spec, replicas: size },
    })
    this.#say(size > before ? 'up' : 'down', set.metadata.name, before, size)
  }

  #say(way: 'up' | 'down', name: string, from: number, to: number): void {
    this.#recorder.record({
      about: about(this.#deployment),
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message:
        from === 0 && way === 'up'
          ? `Scaled up replica set ${name} to ${to}`
          : `Scaled ${way} replica set ${name} from ${from} to ${to}`,
    })
  }
}

const replicas = (set: ReplicaSet): number => set.spec.replicas ?? 1
const count = (set: ReplicaSet, field: string): number => Number(set.status?.[field] ?? 0)
const sum = <T>(of: readonly T[], value: (each: T) => number): number =>
  of.reduce((total, each) => total + value(each), 0)

const share = (value: number | string, all: number, round: (value: number) => number): number =>
  typeof value === 'number' ? value : round((Number.parseFloat(value) / 100) * all)
