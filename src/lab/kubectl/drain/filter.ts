/** Which pods have to leave a node: kubernetes/kubectl:pkg/drain/filters.go. */
import { parseTime } from '#base/clock.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf, namespaceOf, uidOf } from '#lab/kubectl/client.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { getOne, pagesOf } from '#lab/kubectl/lists.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

export interface LeavingPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

type Status =
  | { readonly kind: 'okay' | 'skip' }
  | { readonly kind: 'warning'; readonly leaves: boolean; readonly message: string }
  | { readonly kind: 'error'; readonly message: string }

export interface DrainPlan {
  readonly pods: readonly LeavingPod[]
  readonly errors: readonly Error[]
  /** What is warned of, with the pods that it is about. */
  readonly warnings: ReadonlyMap<string, readonly string[]>
}

const okay: Status = { kind: 'okay' }
const skip: Status = { kind: 'skip' }

/** The pods of a node that a drain evicts, and those because of which it does not begin. */
export async function podsToLeave(run: Run, node: string): Promise<DrainPlan> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const pages = await pagesOf(run, {
    resource,
    selector: run.flags.text('pod-selector'),
    fieldSelector: `spec.nodeName=${node}`,
  })
  const pods: LeavingPod[] = []
  const warnings = new Map<string, string[]>()
  const failed = new Map<string, string[]>()
  for (const pod of pages.flatMap(itemsOf)) {
    const status = await statusOf(run, pod)
    const name = `${namespaceOf(pod) ?? ''}/${nameOf(pod)}`
    if (status.kind === 'warning') add(warnings, status.message, name)
    if (status.kind === 'error') add(failed, status.message, name)
    if (status.kind === 'okay' || (status.kind === 'warning' && status.leaves))
      pods.push({ namespace: namespaceOf(pod) ?? '', name: nameOf(pod), uid: uidOf(pod) })
  }
  const errors = [...failed].map(
    ([message, names]) => new KubectlError(`cannot delete ${message}: ${names.join(', ')}`),
  )
  return { pods, errors, warnings }
}

const add = (map: Map<string, string[]>, key: string, value: string): void =>
  void map.set(key, [...(map.get(key) ?? []), value])

export const warningsOf = ({ warnings }: DrainPlan): string =>
  [...warnings].map(([message, names]) => `${message}: ${names.join(', ')}`).join('; ')

/** Several errors as Go's aggregate prints them. */
export function aggregate(errors: readonly Error[]): string {
  const texts = [...new Set(errors.map(({ message }) => message))]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}

/** The first filter that keeps a pod decides; of those that let it go the last one's words count. */
async function statusOf(run: Run, pod: JsonObject): Promise<Status> {
  let status: Status = okay
  for (const filter of [skipDeleted, daemonSet, mirror, localStorage, unmanaged]) {
    status = await filter(run, pod)
    const leaves = status.kind === 'okay' || (status.kind === 'warning' && status.leaves)
    if (!leaves) return status
  }
  return status
}

const isFinished = (pod: JsonObject): boolean =>
  ['Succeeded', 'Failed'].includes(asText(at(pod, 'status.phase')) ?? '')

const controllerOf = (pod: JsonObject): JsonObject | undefined =>
  asList(metadataOf(pod)['ownerReferences'])
    .filter(isObject)
    .find(({ controller }) => controller === true)

export function shouldSkip({ flags, ports }: Run, pod: JsonObject): boolean {
  const seconds = flags.int('skip-wait-for-delete-timeout') ?? 0
  const deletedMs = parseTime(asText(metadataOf(pod)['deletionTimestamp']) ?? '')
  return seconds > 0 && deletedMs !== undefined && Math.floor((ports.nowMs() - deletedMs) / 1000) > seconds
}

const skipDeleted = async (run: Run, pod: JsonObject): Promise<Status> => (shouldSkip(run, pod) ? skip : okay)

async function daemonSet(run: Run, pod: JsonObject): Promise<Status> {
  const owner = controllerOf(pod)
  if (owner?.['kind'] !== 'DaemonSet' || owner['apiVersion'] !== 'apps/v1' || isFinished(pod)) return okay
  const resource = resourceNamed(await run.discovery(), 'daemonsets.apps')
  try {
    await getOne(run, { resource, name: asText(owner['name']) ?? '', namespace: namespaceOf(pod) })
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const orphan = error.reason === 'NotFound' && run.flags.on('force')
    return orphan
      ? { kind: 'warning', leaves: true, message: error.message }
      : { kind: 'error', message: error.message }
  }
  return run.flags.on('ignore-daemonsets')
    ? { kind: 'warning', leaves: false, message: 'ignoring DaemonSet-managed Pods' }
    : { kind: 'error', message: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' }
}

const mirror = async (_: Run, pod: JsonObject): Promise<Status> =>
  'kubernetes.io/config.mirror' in asObject(metadataOf(pod)['annotations']) ? skip : okay

async function localStorage({ flags }: Run, pod: JsonObject): Promise<Status> {
  const has = asList(at(pod, 'spec.volumes')).some((volume) => asObject(volume)['emptyDir'] !== undefined)
  if (!has || isFinished(pod)) return okay
  return flags.on('delete-emptydir-data')
    ? { kind: 'warning', leaves: true, message: 'deleting Pods with local storage' }
    : { kind: 'error', message: 'Pods with local storage (use --delete-emptydir-data to override)' }
}

async function unmanaged({ flags }: Run, pod: JsonObject): Promise<Status> {
  if (isFinished(pod) || controllerOf(pod) !== undefined) return okay
  return flags.on('force')
    ? { kind: 'warning', leaves: true, message: 'deleting Pods that declare no controller' }
    : { kind: 'error', message: 'Pods that declare no controller (use --force to override)' }
}
