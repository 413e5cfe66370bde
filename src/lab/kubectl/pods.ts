/** Pods of other objects, and containers of pods: kubernetes/kubectl:pkg/polymorphichelpers, pkg/cmd/util/podcmd. */
import { parseTime } from '#base/clock.ts'
import { asList, asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { type Found, getOne, pagesOf, typed } from '#lab/kubectl/lists.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { targetsOf } from '#lab/kubectl/targets.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

/** The one object that `POD` or `TYPE/NAME` names. */
export async function podOrOwner(run: Run, word: string): Promise<Found> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const targets = await targetsOf(run, [word.includes('/') ? word : `pods/${word}`])
  const named = targets.kind === 'named' ? targets.named[0] : undefined
  if (named === undefined) throw new KubectlError('expected a resource')
  const object = await getOne(run, { ...named, namespace: run.namespace })
  return { resource: named.resource.resource === 'pods' ? resource : named.resource, object }
}

/** `a=b,c in (d,e)` of what selects the object's pods. Throws for an object that has none. */
export function podSelector({ resource, object }: Found): string {
  const spec = asObject(object['spec'])
  const selector = spec['selector']
  const isService = resource.resource === 'services'
  if (isService || resource.resource === 'replicationcontrollers') return equalities(asObject(selector))
  if (selector === undefined)
    throw new KubectlError(
      `selector for *${goType(resource.group, resource.version)}.${resource.kind} not implemented`,
    )
  const expressions = asList(asObject(selector)['matchExpressions']).map((each) => {
    const { key, operator, values } = asObject(each)
    const list = asList(values).join(',')
    if (operator === 'In') return `${String(key)} in (${list})`
    if (operator === 'NotIn') return `${String(key)} notin (${list})`
    return operator === 'Exists' ? String(key) : `!${String(key)}`
  })
  return [equalities(asObject(asObject(selector)['matchLabels'])), ...expressions].filter(Boolean).join(',')
}

const equalities = (labels: JsonObject): string =>
  Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key])}`)
    .join(',')

const goType = (group: string, version: string): string =>
  `${group === '' ? '' : (group.split('.')[0] ?? '')}${version}`

/** The object's pods, the best first in `order`. */
export async function podsOf(
  run: Run,
  owner: Found,
  order: (a: JsonObject, b: JsonObject) => number,
): Promise<readonly JsonObject[]> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const namespace = namespaceOf(owner.object) ?? run.namespace
  const pages = await pagesOf(run, { resource, namespace, selector: podSelector(owner) })
  return pages
    .flatMap(itemsOf)
    .map((pod) => typed(resource, pod))
    .sort(order)
}

/** Running, ready, ready for longest, restarted most: kubernetes/kubectl:pkg/util/podutils (ByLogging). */
export function byLogging(a: JsonObject, b: JsonObject): number {
  return (
    assigned(b) - assigned(a) ||
    phaseRank(a) - phaseRank(b) ||
    Number(isReady(b)) - Number(isReady(a)) ||
    readySince(a) - readySince(b) ||
    restarts(b) - restarts(a) ||
    createdMs(a) - createdMs(b)
  )
}

/** The other way round: what is wrong with is not wanted for exec (ActivePods, reversed). */
export const byActivity = (a: JsonObject, b: JsonObject): number =>
  assigned(b) - assigned(a) ||
  phaseRank(a) - phaseRank(b) ||
  Number(isReady(b)) - Number(isReady(a)) ||
  readySince(a) - readySince(b) ||
  restarts(a) - restarts(b) ||
  createdMs(a) - createdMs(b)

const assigned = (pod: JsonObject): number => Number((asText(at(pod, 'spec.nodeName')) ?? '') !== '')
const phaseRank = (pod: JsonObject): number =>
  ({ Running: 0, Unknown: 1, Pending: 2 })[asText(at(pod, 'status.phase')) ?? ''] ?? 3
const readyCondition = (pod: JsonObject): JsonObject =>
  asList(at(pod, 'status.conditions'))
    .map(asObject)
    .find(({ type }) => type === 'Ready') ?? {}
const isReady = (pod: JsonObject): boolean => readyCondition(pod)['status'] === 'True'
const readySince = (pod: JsonObject): number =>
  isReady(pod) ? (parseTime(asText(readyCondition(pod)['lastTransitionTime']) ?? '') ?? Infinity) : 0
const restarts = (pod: JsonObject): number =>
  Math.max(
    0,
    ...asList(at(pod, 'status.containerStatuses')).map((each) => Number(asObject(each)['restartCount'] ?? 0)),
  )
const createdMs = (pod: JsonObject): number =>
  parseTime(asText(metadataOf(pod)['creationTimestamp']) ?? '') ?? 0

/** The only, or the first, pod; says which one when there are several. */
export async function firstPod(
  run: Run,
  owner: Found,
  order: (a: JsonObject, b: JsonObject) => number,
): Promise<{ readonly pod: JsonObject; readonly count: number }> {
  if (owner.resource.resource === 'pods') return { pod: owner.object, count: 1 }
  const deadlineMs = run.ports.nowMs() + firstPodMs
  for (;;) {
    const pods = await podsOf(run, owner, order)
    const [pod] = pods
    if (pod !== undefined) return { pod, count: pods.length }
    if (run.ports.nowMs() >= deadlineMs) throw new KubectlError('timed out waiting for the condition')
    await run.ports.sleep(1000)
  }
}

const firstPodMs = 20_000

export const containerNames = (
  pod: JsonObject,
  kind: 'containers' | 'initContainers' | 'ephemeralContainers',
): readonly string[] => asList(at(pod, `spec.${kind}`)).map((each) => asText(asObject(each)['name']) ?? '')

const everyContainer = (pod: JsonObject): readonly string[] => [
  ...containerNames(pod, 'containers'),
  ...containerNames(pod, 'ephemeralContainers'),
  ...containerNames(pod, 'initContainers'),
]

const listed = (pod: JsonObject): string =>
  [
    ...containerNames(pod, 'containers'),
    ...containerNames(pod, 'ephemeralContainers').map((name) => `${name} (ephem)`),
    ...containerNames(pod, 'initContainers').map((name) => `${name} (init)`),
  ].join(', ')

const defaultContainerKey = 'kubectl.kubernetes.io/default-container'

/** The named container, or the one that is meant without a name, which is told. `missing` words a name that there is not. */
export function containerIn(
  run: Run,
  pod: JsonObject,
  o: {
    readonly name: string | undefined
    readonly missing: (name: string) => string
    readonly quiet?: boolean
  },
): string {
  const names = everyContainer(pod)
  if (o.name !== undefined && o.name !== '') {
    if (names.includes(o.name)) return o.name
    throw new KubectlError(o.missing(o.name))
  }
  const annotated = asText(asObject(metadataOf(pod)['annotations'])[defaultContainerKey])
  if (annotated !== undefined && names.includes(annotated)) return annotated
  const [first = ''] = containerNames(pod, 'containers')
  if (names.length > 1 && o.quiet !== true)
    run.complain(`Defaulted container ${JSON.stringify(first)} out of: ${listed(pod)}`)
  return first
}

/** A 404 that says in which namespace was looked (from 1.28 on). */
export function withNamespace(error: unknown, namespace: string): unknown {
  if (!(error instanceof StatusError) || error.reason !== 'NotFound') return error
  return new KubectlError(
    `error from server (NotFound): ${error.message} in namespace ${JSON.stringify(namespace)}`,
  )
}

export const podPath = (pod: JsonObject, part: string): string =>
  `/api/v1/namespaces/${namespaceOf(pod) ?? 'default'}/pods/${nameOf(pod)}/${part}`
