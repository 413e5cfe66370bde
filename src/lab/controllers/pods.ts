import { parseTime } from '#base/clock.ts'
import { nameAlphabet, seeded } from '#base/random.ts'
import type {
  KubeObject,
  Node,
  OwnerReference,
  Pod,
  PodTemplate,
  Taint,
  Toleration,
} from '#lab/api/objects.ts'

/** `namespace/name`, the key of caches and queues. */
export const objectKey = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`

export const controllerOf = ({ metadata }: KubeObject): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)

/** Neither being deleted nor finished. */
export const isActive = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status.phase !== 'Succeeded' &&
  pod.status.phase !== 'Failed'

export const isReady = (pod: Pod): boolean =>
  pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

/** Ready for at least so long: pkg/api/v1/pod/util.go IsPodAvailable. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const ready = pod.status.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const since = parseTime(ready.lastTransitionTime ?? '')
  return since !== undefined && since + minReadySeconds * 1000 <= nowMs
}

export const nodeIsReady = (node: Node): boolean =>
  node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

/** Whether a toleration is meant for a taint: api/core/v1 Toleration.ToleratesTaint. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
}

export const untolerated = (
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly Taint['effect'][],
): readonly Taint[] =>
  (taints ?? []).filter(
    (taint) => effects.includes(taint.effect) && !(tolerations ?? []).some((each) => tolerates(each, taint)),
  )

/**
 * A short stable name for what a template says: a number of 32 bits whose digits stand for letters (pkg/controller/controller_utils.go
 * `ComputeHash`, apimachinery's `rand.SafeEncodeString`), so that it knows no more than ten of these.
 */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template)
  if (known !== undefined) return known
  const number = Math.floor(seeded(`template ${canonical(template)}`).next() * 2 ** 32)
  const hash = String(number).replace(/./g, (digit) => nameAlphabet.charAt(digit.charCodeAt(0) % 27))
  // What the API server keeps never changes; a template that somebody still builds may.
  if (Object.isFrozen(template)) hashes.set(template, hash)
  return hash
}

/**
 * What a template says, whatever the order of its keys and whether or not it writes out what is false or null anyway: a client that
 * takes it back (`rollout undo`) writes it anew out of its own types, with a creationTimestamp of null.
 */
export const canonical = (value: unknown): string => JSON.stringify(ordered(value))

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(ordered)
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, of]) => of !== null && (of !== false || !omittedWhenFalse.has(key)))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => [key, ordered(of)]),
  )
}

/** The booleans of a pod's spec that are no pointers (api/core/v1/types.go, `omitempty`). */
const omittedWhenFalse: ReadonlySet<string> = new Set([
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
])

const hashes = new WeakMap<PodTemplate, string>()

export const ownedBy = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
})

/** What of a node decides where pods go: heartbeats change none of it. */
export const placing = ({ metadata, spec }: Node): string =>
  JSON.stringify([metadata.labels, spec.taints, spec.unschedulable])
