/**
 * The DaemonSet controller: kubernetes/kubernetes:pkg/controller/daemon/{daemon_controller,update}.go.
 * Not imitated: maxSurge, minReadySeconds, hash collisions, creation in batches, adoption of orphans.
 */
import type { KubeClient } from '#lab/api/client.ts'
import type { DaemonSet, Draft, Node, Pod, Taint, Toleration } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { selectorTest } from '#lab/api/selectors.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { createPod, deletePod, type PodControl } from '#lab/controllers/pod-control.ts'
import {
  controllerOf,
  isActive,
  isReady,
  objectKey,
  ownedBy,
  placing,
  templateHash,
  untolerated,
} from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'

export function startDaemonSets(kit: ControllerKit): void {
  const expected = new Expectations()
  const revisions = new Map<string, string>()
  const ownerKey = (pod: Pod): string | undefined => {
    const owner = controllerOf(pod)
    return owner?.kind === 'DaemonSet' ? `${pod.metadata.namespace}/${owner.name}` : undefined
  }
  const sets = kit.cache<DaemonSet>(resources.daemonSets, ({ object }) => queue.add(objectKey(object)))
  const nodes = kit.cache<Node>(resources.nodes, ({ type, object, previous }) => {
    // Heartbeats change nothing for a DaemonSet.
    if (type === 'MODIFIED' && previous !== undefined && placing(object) === placing(previous)) return
    for (const set of sets.list()) queue.add(objectKey(set))
  })
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const key = ownerKey(object)
    if (key === undefined) return
    if (type === 'ADDED') expected.creationSeen(key)
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined)
      expected.deletionSeen(key, object.metadata.uid)
    queue.add(key)
  })
  const recorder = kit.recorder('daemonset-controller')
  const queue = kit.controller('daemon_controller', [sets, nodes, pods], async (key, kube) => {
    const set = sets.get(key)
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return
    const owned = pods.list().filter((pod) => controllerOf(pod)?.uid === set.metadata.uid)
    const sync = new Sync({
      set,
      key,
      nodes: nodes.list(),
      owned,
      kube,
      expected,
      recorder,
      revisions,
      nowMs: kit.p.now(),
    })
    if (expected.satisfied(key, kit.p.now())) await sync.manage()
    await sync.writeStatus()
  })
}

interface SyncInput {
  readonly set: DaemonSet
  readonly key: string
  readonly nodes: readonly Node[]
  readonly owned: readonly Pod[]
  readonly kube: KubeClient
  readonly expected: Expectations
  readonly recorder: EventRecorder
  readonly nowMs: number
  /** The newest revision written for each set, by uid: spares a refused create at each sync. */
  readonly revisions: Map<string, string>
}

class Sync {
  readonly #in: SyncInput
  readonly #hash: string
  readonly #byNode = new Map<string, Pod[]>()

  constructor(input: SyncInput) {
    this.#in = input
    this.#hash = templateHash(input.set.spec.template)
    for (const pod of input.owned) {
      const node = nodeOf(pod)
      if (node !== undefined) this.#byNode.set(node, [...(this.#byNode.get(node) ?? []), pod])
    }
    for (const pods of this.#byNode.values()) pods.sort(oldestFirst)
  }

  async manage(): Promise<void> {
    const { set, nodes } = this.#in
    await writeRevision(this.#in, this.#hash)
    const missing: Node[] = []
    const doomed: Pod[] = []
    for (const node of nodes) {
      const pods = this.#podsOn(node)
      const { should, keep } = placement(set, node)
      const living = pods.filter(isActive)
      doomed.push(...pods.filter(({ status }) => status.phase === 'Failed'))
      if (should && pods.length === 0) missing.push(node)
      if (!keep) doomed.push(...living)
      else if (living.length > 1) doomed.push(...living.slice(1))
    }
    if (doomed.length === 0 && missing.length === 0) doomed.push(...this.#outdated())
    for (const node of missing) await createPod(this.#control, daemonPod(this.#in.set, node, this.#hash))
    for (const pod of doomed) await deletePod(this.#control, pod)
  }

  /** Old pods to replace now: the unavailable ones at once, available ones within maxUnavailable. */
  #outdated(): readonly Pod[] {
    const { set, nodes } = this.#in
    if (set.spec.updateStrategy?.type === 'OnDelete') return []
    const wanted = nodes.filter((node) => placement(set, node).should)
    const limit = share(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted.length)
    const current = wanted.map((node) => this.#podsOn(node).find(isActive))
    const old = current.filter((pod): pod is Pod => pod !== undefined && !this.#isCurrent(pod))
    const broken = old.filter((pod) => !isReady(pod))
    const unavailable = current.filter((pod) => pod === undefined || !isReady(pod)).length
    const healthy = old.filter(isReady).slice(0, Math.max(0, limit - unavailable))
    return [...broken, ...healthy]
  }

  async writeStatus(): Promise<void> {
    const { set, nodes, kube } = this.#in
    const wanted = nodes.filter((node) => placement(set, node).should)
    const first = wanted.flatMap((node) => this.#podsOn(node)[0] ?? [])
    const ready = first.filter(isReady).length
    const misscheduled = nodes.filter(
      (node) => !placement(set, node).should && this.#podsOn(node).length > 0,
    ).length
    const status: Record<string, number> = {
      currentNumberScheduled: first.length,
      desiredNumberScheduled: wanted.length,
      numberAvailable: ready,
      numberMisscheduled: misscheduled,
      numberReady: ready,
      numberUnavailable: wanted.length - ready,
      observedGeneration: set.metadata.generation ?? 1,
      updatedNumberScheduled: first.filter((pod) => this.#isCurrent(pod)).length,
    }
    // The real type leaves out these two when they are zero.
    for (const field of ['numberAvailable', 'numberUnavailable', 'updatedNumberScheduled'])
      if (status[field] === 0) delete status[field]
    if (JSON.stringify(status) === JSON.stringify(sorted(set.status ?? {}))) return
    await kube.update(resources.daemonSets, { ...set, status }, { subresource: 'status' })
  }

  get #control(): PodControl {
    return { ...this.#in, owner: this.#in.set }
  }

  #podsOn(node: Node): readonly Pod[] {
    return this.#byNode.get(node.metadata.name) ?? []
  }

  #isCurrent(pod: Pod): boolean {
    return pod.metadata.labels?.['controller-revision-hash'] === this.#hash
  }
}

/** Tolerations that every daemon pod gets: pkg/controller/daemon/util/daemonset_util.go AddOrUpdateDaemonPodTolerations. */
function daemonTolerations(hostNetwork: boolean | undefined): readonly Toleration[] {
  const exists = (key: string, effect: Taint['effect']): Toleration => ({
    key: `node.kubernetes.io/${key}`,
    operator: 'Exists',
    effect,
  })
  return [
    exists('not-ready', 'NoExecute'),
    exists('unreachable', 'NoExecute'),
    exists('disk-pressure', 'NoSchedule'),
    exists('memory-pressure', 'NoSchedule'),
    exists('pid-pressure', 'NoSchedule'),
    exists('unschedulable', 'NoSchedule'),
    ...(hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
  ]
}

/** Whether a node should run a pod of the set, and may keep one that it has. */
function placement(
  { spec: { template } }: DaemonSet,
  node: Node,
): { readonly should: boolean; readonly keep: boolean } {
  const matches = selectorTest({ matchLabels: template.spec.nodeSelector ?? {} })(node.metadata.labels)
  const tolerations = [...(template.spec.tolerations ?? []), ...daemonTolerations(template.spec.hostNetwork)]
  const barred = (effects: readonly Taint['effect'][]): boolean =>
    untolerated(node.spec.taints, tolerations, effects).length > 0
  return { should: matches && !barred(['NoSchedule', 'NoExecute']), keep: matches && !barred(['NoExecute']) }
}

function daemonPod(set: DaemonSet, node: Node, hash: string): Draft<Pod> {
  const { template } = set.spec
  const byName = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name] }] }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${set.metadata.name}-`,
      ...space(set),
      labels: {
        ...template.metadata?.labels,
        'controller-revision-hash': hash,
        'pod-template-generation': String(set.metadata.generation ?? 1),
      },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownedBy(set)],
    },
    spec: {
      ...template.spec,
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [byName] } },
      },
      tolerations: [...(template.spec.tolerations ?? []), ...daemonTolerations(template.spec.hostNetwork)],
    },
  }
}

/** The node that a daemon pod is on or meant for. */
function nodeOf(pod: Pod): string | undefined {
  if (pod.spec.nodeName !== undefined) return pod.spec.nodeName
  return /"key":"metadata\.name","operator":"In","values":\["([^"]+)"\]/.exec(
    JSON.stringify(pod.spec.affinity ?? {}),
  )?.[1]
}

async function writeRevision({ kube, set, revisions }: SyncInput, hash: string): Promise<void> {
  const name = `${set.metadata.name}-${hash}`
  if (revisions.get(set.metadata.uid) === name) return
  try {
    await kube.create(resources.controllerRevisions, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        ...space(set),
        labels: { ...set.spec.template.metadata?.labels, 'controller-revision-hash': hash },
        ownerReferences: [ownedBy(set)],
      },
      revision: set.metadata.generation ?? 1,
      data: { spec: { template: { $patch: 'replace', ...set.spec.template } } },
    } as Parameters<KubeClient['create']>[1]) // ControllerRevisions have fields of their own beside metadata
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error
  }
  revisions.set(set.metadata.uid, name)
}

const oldestFirst = (a: Pod, b: Pod): number =>
  a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
  a.metadata.name.localeCompare(b.metadata.name)

/** A count, or a percentage of `all`, rounded up. */
const share = (value: number | string, all: number): number =>
  typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) / 100) * all)

const sorted = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)))
