/** `kubectl describe deployment|daemonset|replicaset|statefulset`. */
import { asList, asObject, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, uidOf } from '#lab/kubectl/client.ts'
import {
  annotationLines,
  controllerText,
  dateText,
  equalities,
  field,
  labelLines,
  line,
  objectsAt,
  orNone,
  selectorText,
  text,
} from '#lab/kubectl/describe/lines.ts'
import { podTemplateLines } from '#lab/kubectl/describe/pod-template.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { type Found, pagesOf } from '#lab/kubectl/lists.ts'
import { podSelector } from '#lab/kubectl/pods.ts'
import { revisionsOf } from '#lab/kubectl/rollout/revisions.ts'
import type { Run } from '#lab/kubectl/run.ts'

const number = (object: JsonObject, path: string): number => Number(at(object, path) ?? 0)

const ownedBy = (object: JsonObject, owner: JsonObject): boolean =>
  asList(metadataOf(object)['ownerReferences'])
    .filter(isObject)
    .some(({ controller, uid }) => controller === true && uid === uidOf(owner))

/** `2 Running / 0 Waiting / 0 Succeeded / 0 Failed`. */
async function podCounts(run: Run, owner: Found): Promise<string> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const namespace = String(metadataOf(owner.object)['namespace'])
  const pages = await pagesOf(run, { resource, namespace, selector: podSelector(owner) })
  const pods = pages.flatMap(itemsOf).filter((pod) => ownedBy(pod, owner.object))
  const count = (phase: string): number => pods.filter((pod) => at(pod, 'status.phase') === phase).length
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`
}

const template = (object: JsonObject): readonly string[] =>
  podTemplateLines(asObject(at(object, 'spec.template')))

function conditionLines(object: JsonObject): readonly string[] {
  const conditions = objectsAt(object, 'status.conditions')
  if (conditions.length === 0) return []
  return [
    'Conditions:',
    line(1, 'Type\tStatus\tReason'),
    line(1, '----\t------\t------'),
    ...conditions.map(({ type, status, reason }) =>
      line(1, `${text(type)} \t${text(status)}\t${text(reason)}`),
    ),
  ]
}

export async function daemonSetLines(run: Run, owner: Found): Promise<readonly string[]> {
  const { object } = owner
  const { name, labels, annotations } = metadataOf(object)
  const nodes = (words: string, path: string): string => `${words}: ${number(object, `status.${path}`)}`
  return [
    field(0, 'Name', name),
    field(0, 'Selector', podSelector(owner)),
    field(0, 'Node-Selector', orNone(equalities(at(object, 'spec.template.spec.nodeSelector')).join(','))),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
    nodes('Desired Number of Nodes Scheduled', 'desiredNumberScheduled'),
    nodes('Current Number of Nodes Scheduled', 'currentNumberScheduled'),
    nodes('Number of Nodes Scheduled with Up-to-date Pods', 'updatedNumberScheduled'),
    nodes('Number of Nodes Scheduled with Available Pods', 'numberAvailable'),
    nodes('Number of Nodes Misscheduled', 'numberMisscheduled'),
    field(0, 'Pods Status', await podCounts(run, owner)),
    ...template(object),
  ]
}

export async function deploymentLines(run: Run, owner: Found): Promise<readonly string[]> {
  const { object } = owner
  const { name, namespace, labels, annotations, creationTimestamp } = metadataOf(object)
  const rolling = at(object, 'spec.strategy.rollingUpdate')
  const count = (path: string): number => number(object, `status.${path}`)
  return [
    field(0, 'Name', name),
    field(0, 'Namespace', namespace),
    field(0, 'CreationTimestamp', dateText(creationTimestamp)),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
    field(0, 'Selector', podSelector(owner)),
    field(
      0,
      'Replicas',
      `${number(object, 'spec.replicas')} desired | ${count('updatedReplicas')} updated | ${count('replicas')} total | ${count('availableReplicas')} available | ${count('unavailableReplicas')} unavailable`,
    ),
    field(0, 'StrategyType', at(object, 'spec.strategy.type')),
    field(0, 'MinReadySeconds', number(object, 'spec.minReadySeconds')),
    ...(isObject(rolling)
      ? [
          field(
            0,
            'RollingUpdateStrategy',
            `${text(rolling['maxUnavailable'])} max unavailable, ${text(rolling['maxSurge'])} max surge`,
          ),
        ]
      : []),
    ...template(object),
    ...conditionLines(object),
    ...(await replicaSetsOf(run, owner)),
  ]
}

async function replicaSetsOf(run: Run, owner: Found): Promise<readonly string[]> {
  const revisions = await revisionsOf(run, owner)
  if (revisions.length === 0) return []
  const told = (some: readonly { readonly keeper: JsonObject }[]): string =>
    orNone(
      some
        .map(
          ({ keeper }) =>
            `${text(metadataOf(keeper)['name'])} (${number(keeper, 'status.replicas')}/${number(keeper, 'spec.replicas')} replicas created)`,
        )
        .join(', '),
    )
  return [
    field(0, 'OldReplicaSets', told(revisions.slice(0, -1))),
    field(0, 'NewReplicaSet', told(revisions.slice(-1))),
  ]
}

export async function replicaSetLines(run: Run, owner: Found): Promise<readonly string[]> {
  const { object } = owner
  const { name, namespace, labels, annotations } = metadataOf(object)
  const controller = controllerText(object)
  return [
    field(0, 'Name', name),
    field(0, 'Namespace', namespace),
    field(0, 'Selector', selectorText(at(object, 'spec.selector'))),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
    ...(controller === undefined ? [] : [field(0, 'Controlled By', controller)]),
    field(
      0,
      'Replicas',
      `${number(object, 'status.replicas')} current / ${number(object, 'spec.replicas')} desired`,
    ),
    field(0, 'Pods Status', await podCounts(run, owner)),
    ...template(object),
    ...conditionLines(object),
  ]
}

export async function statefulSetLines(run: Run, owner: Found): Promise<readonly string[]> {
  const { object } = owner
  const { name, namespace, labels, annotations, creationTimestamp } = metadataOf(object)
  const partition = at(object, 'spec.updateStrategy.rollingUpdate.partition')
  return [
    field(0, 'Name', name),
    field(0, 'Namespace', namespace),
    field(0, 'CreationTimestamp', dateText(creationTimestamp)),
    field(0, 'Selector', podSelector(owner)),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
    field(
      0,
      'Replicas',
      `${number(object, 'spec.replicas')} desired | ${number(object, 'status.replicas')} total`,
    ),
    field(0, 'Update Strategy', at(object, 'spec.updateStrategy.type')),
    ...(partition === undefined ? [] : [field(1, 'Partition', partition)]),
    field(0, 'Pods Status', await podCounts(run, owner)),
    ...template(object),
    'Volume Claims:\t<none>',
  ]
}
