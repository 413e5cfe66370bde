/**
 * The StatefulSet controller: kubernetes/kubernetes:pkg/controller/statefulset/stateful_set_control.go.
 * Not imitated: what becomes of claims, revisions and rolling back, adoption, minReadySeconds, parallel pod management but for starting and ending.
 */

import type { Draft, Pod, StatefulSet, Volume, VolumeClaim } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import { Expectations } from '#lab/controllers/expectations.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { createPod, deletePod, type PodControl, type PodWords } from '#lab/controllers/pod-control.ts'
import { controllerOf, isReady, objectKey, ownedBy, templateHash } from '#lab/controllers/pods.ts'
import { about, space } from '#lab/controllers/references.ts'

const hashLabel = 'controller-revision-hash'

export function startStatefulSets(kit: ControllerKit): void {
  const expected = new Expectations()
  const index = kit.pods
  const sets = kit.cache<StatefulSet>(resources.statefulSets, ({ object }) => queue.add(objectKey(object)))
  const pods = kit.cache<Pod>(resources.pods, ({ type, object }) => {
    const owner = controllerOf(object)
    if (owner?.kind !== 'StatefulSet') return
    const key = `${object.metadata.namespace}/${owner.name}`
    if (type === 'ADDED') expected.creationSeen(key)
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined)
      expected.deletionSeen(key, object.metadata.uid)
    queue.add(key)
  })
  const recorder = kit.recorder('statefulset-controller')
  const queue = kit.controller('stateful_set', [sets, pods], async (key, kube) => {
    const set = sets.get(key)
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return
    const nowMs = kit.p.now()
    const own = index.ownedBy(set.metadata.uid)
    const control: PodControl = { owner: set, key, kube, expected, recorder, nowMs, words }
    if (expected.satisfied(key, nowMs)) await step(control, set, own)
    const status = statusOf(set, own)
    if (JSON.stringify(status) !== JSON.stringify(set.status ?? {}))
      await kube.update<StatefulSet>(resources.statefulSets, { ...set, status }, { subresource: 'status' })
  })
}

const replicas = ({ spec }: StatefulSet): number => spec.replicas ?? 1
const revisionOf = (set: StatefulSet): string => `${set.metadata.name}-${templateHash(set.spec.template)}`
const ordinalOf = ({ metadata }: Pod): number =>
  Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1))
const isOld = (set: StatefulSet, { metadata }: Pod): boolean =>
  metadata.labels?.[hashLabel] !== revisionOf(set)

/** One pod after the other: the lowest that is missing or not ready first; surplus and old ones from the highest down. */
async function step(control: PodControl, set: StatefulSet, own: readonly Pod[]): Promise<void> {
  const parallel = set.spec.podManagementPolicy === 'Parallel'
  const byOrdinal = new Map(own.map((pod) => [ordinalOf(pod), pod]))
  for (let ordinal = 0; ordinal < replicas(set); ordinal++) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined) await createWithClaims(control, set, ordinal)
    else if (hasEnded(pod)) await deleteOnce(control, pod)
    if (!parallel && (pod === undefined || !isReady(pod) || isLeaving(pod))) return
  }
  const surplus = own.filter((pod) => ordinalOf(pod) >= replicas(set)).sort(highestFirst)
  for (const pod of parallel ? surplus : surplus.slice(0, 1)) await deleteOnce(control, pod)
  if (surplus.length > 0 || set.spec.updateStrategy?.type === 'OnDelete') return
  const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0
  for (const pod of [...own].sort(highestFirst)) {
    if (ordinalOf(pod) < partition) return
    if (isOld(set, pod)) return deleteOnce(control, pod)
    if (!isReady(pod) || isLeaving(pod)) return
  }
}

const words: PodWords = {
  created: (pod, set) => `create Pod ${pod} in StatefulSet ${set} successful`,
  notCreated: (pod, set, why) => `create Pod ${pod} in StatefulSet ${set} failed error: ${why}`,
  deleted: (pod, set) => `delete Pod ${pod} in StatefulSet ${set} successful`,
  notDeleted: (pod, set, why) => `delete Pod ${pod} in StatefulSet ${set} failed error: ${why}`,
}

/** pkg/controller/statefulset/stateful_pod_control.go: what a pod claims is there before it. */
async function createWithClaims(control: PodControl, set: StatefulSet, ordinal: number): Promise<void> {
  const pod = podOf(set, ordinal)
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const name = claimName(template, set, ordinal)
    try {
      await control.kube.create<VolumeClaim>(resources.volumeClaims, {
        ...template,
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          ...template.metadata,
          name,
          ...space(set),
          labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
        },
      })
      control.recorder.record({
        about: about(set),
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `create Claim ${name} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} success`,
      })
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error
    }
  }
  await createPod(control, pod)
}

const claimName = (template: Draft<VolumeClaim>, set: StatefulSet, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`

const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined

const highestFirst = (a: Pod, b: Pod): number => ordinalOf(b) - ordinalOf(a)

const deleteOnce = async (control: PodControl, pod: Pod): Promise<void> => {
  if (!isLeaving(pod)) await deletePod(control, pod)
}

function podOf(set: StatefulSet, ordinal: number): Draft<Pod> {
  const { template, serviceName } = set.spec
  const name = `${set.metadata.name}-${ordinal}`
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...space(set),
      labels: {
        ...template.metadata?.labels,
        'apps.kubernetes.io/pod-index': String(ordinal),
        [hashLabel]: revisionOf(set),
        'statefulset.kubernetes.io/pod-name': name,
      },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [ownedBy(set)],
    },
    spec: {
      ...template.spec,
      ...claimed(set, ordinal),
      ...{ hostname: name },
      ...(serviceName ? { subdomain: serviceName } : {}),
    },
  }
}

/** The template's volumes, with claims in place of those of the same names. */
function claimed(set: StatefulSet, ordinal: number): { readonly volumes?: readonly Volume[] } {
  const templates = set.spec.volumeClaimTemplates ?? []
  if (templates.length === 0) return {}
  const own = templates.map((template) => ({
    name: template.metadata.name ?? '',
    persistentVolumeClaim: { claimName: claimName(template, set, ordinal) },
  }))
  const others = (set.spec.template.spec.volumes ?? []).filter(
    ({ name }) => !own.some((each) => each.name === name),
  )
  return { volumes: [...own, ...others] }
}

function statusOf(set: StatefulSet, own: readonly Pod[]): StatefulSet['status'] {
  const revision = revisionOf(set)
  const fresh = own.filter((pod) => !isOld(set, pod))
  const before = String(set.status?.currentRevision ?? revision)
  const done = fresh.length === own.length && own.length === replicas(set) && own.every(isReady)
  const current = done ? revision : before
  const ready = own.filter(isReady).length
  const counts = {
    availableReplicas: ready,
    collisionCount: 0,
    currentReplicas: own.filter(({ metadata }) => metadata.labels?.[hashLabel] === current).length,
    currentRevision: current,
    observedGeneration: set.metadata.generation ?? 1,
    readyReplicas: ready,
    replicas: own.length,
    updateRevision: revision,
    updatedReplicas: fresh.length,
  }
  const always = ['availableReplicas', 'collisionCount', 'replicas']
  return Object.fromEntries(
    Object.entries(counts).filter(([field, value]) => value !== 0 || always.includes(field)),
  )
}
