/**
 * What a namespace that goes away still holds is deleted, and told in its conditions until nothing is left:
 * kubernetes/kubernetes:pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
 *
 * Not imitated: discovery over the API (the types are those that every server has, and what definitions bring), deletion of
 * collections in one request.
 */
import type { KubeClient } from '#lab/api/client.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { KubeError, type ResourceType, resources } from '#lab/api/ports.ts'
import { builtinTypes } from '#lab/api/types/builtin.ts'
import { customTypes } from '#lab/api/types/registry.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import {
  type Content,
  deletionConditions,
  type NamespaceCondition,
} from '#lab/controllers/namespace-conditions.ts'

interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] }
  readonly status?: { readonly phase?: string; readonly conditions?: readonly NamespaceCondition[] }
}

interface ApiService extends KubeObject {
  readonly spec: { readonly group?: string; readonly version: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}

const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
}

/** Content that only waits for its finalizers is looked at again as if it took this long. */
const finalizerSeconds = 15

/** Other API servers get this long to hear of the deletion before the content goes: namespace_controller.go. */
const settleMs = 5000

export function startNamespaces(kit: ControllerKit): void {
  const namespaces = kit.cache<Namespace>(resources.namespaces, ({ type, object }) => {
    if (type !== 'DELETED' && object.metadata.deletionTimestamp !== undefined)
      queue.addAfter(object.metadata.name, settleMs)
  })
  const queue = kit.controller('namespace_controller', [namespaces], async (name, kube, self) => {
    const namespace = namespaces.get(name)
    if (namespace?.metadata.deletionTimestamp === undefined) return
    const left = await emptied(kube, name)
    const current = await tell(
      kube,
      namespace,
      deletionConditions(left, { before: namespace.status?.conditions, nowMs: self.now() }),
    )
    // What could not be deleted is still there: never final, tried again with more and more patience.
    if (left.failures[0] !== undefined) throw left.failures[0]
    if (left.remaining.length > 0) return queue.addAfter(name, (left.seconds / 2 + 1) * 1000)
    // What those groups still hold here nobody can tell.
    if (left.undiscovered.length > 0) return queue.addAfter(name, finalizerSeconds * 1000)
    const done = { ...current, spec: { finalizers: [] } }
    await unless('NotFound', kube.update(resources.namespaces, done, { subresource: 'finalize' }))
  })
}

/** Deletes what can be deleted; answers what is still there. */
async function emptied(kube: KubeClient, namespace: string): Promise<Content> {
  const remaining: { type: ResourceType; objects: readonly KubeObject[] }[] = []
  const failures: KubeError[] = []
  let seconds = 0
  for (const type of await contentTypes(kube)) {
    try {
      const objects = await deleted(kube, type, namespace)
      if (objects.length === 0) continue
      remaining.push({ type, objects })
      seconds = Math.max(seconds, ...objects.map(secondsLeft))
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      failures.push(error)
    }
  }
  return { remaining, failures, undiscovered: await silentGroups(kube), seconds }
}

/** The groups and versions whose server does not answer. */
async function silentGroups(kube: KubeClient): Promise<readonly string[]> {
  const { items } = await kube.list<ApiService>({ type: resources.apiServices })
  const isSilent = ({ status }: ApiService): boolean =>
    status?.conditions?.some(({ type, status: is }) => type === 'Available' && is !== 'True') === true
  return items.filter(isSilent).map(({ spec }) => `${spec.group ?? ''}/${spec.version}`)
}

/** Deletes every object of a type; answers those that are there still. */
async function deleted(
  kube: KubeClient,
  type: ResourceType,
  namespace: string,
): Promise<readonly KubeObject[]> {
  const { items } = await kube.list({ type, namespace })
  if (items.length === 0) return []
  for (const { metadata } of items)
    if (metadata.deletionTimestamp === undefined)
      await unless('NotFound', kube.delete({ type, namespace, name: metadata.name }))
  return (await kube.list({ type, namespace })).items
}

/** A pod's grace; what else is still there waits for somebody. */
const secondsLeft = ({ metadata }: KubeObject): number =>
  (metadata.finalizers ?? []).length > 0 ? finalizerSeconds : (metadata.deletionGracePeriodSeconds ?? 0)

async function contentTypes(kube: KubeClient): Promise<readonly ResourceType[]> {
  const { items } = await kube.list({ type: definitions })
  const byStore = new Map(
    [...builtinTypes, ...items.flatMap((each) => customTypes({ ...each }))]
      .filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete'))
      .map((def) => [def.bucket, def] as const),
  )
  return [...byStore.values()].map(({ group, version, resource }) => ({ group, version, resource }))
}

/** Writes the conditions when they say something new; answers the namespace as it then is. */
async function tell(
  kube: KubeClient,
  namespace: Namespace,
  conditions: readonly NamespaceCondition[],
): Promise<Namespace> {
  if (JSON.stringify(conditions) === JSON.stringify(namespace.status?.conditions ?? [])) return namespace
  const status = { ...namespace.status, conditions }
  return kube.update<Namespace>(resources.namespaces, { ...namespace, status }, { subresource: 'status' })
}
