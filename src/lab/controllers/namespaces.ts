/**
 * What a namespace that goes away still holds is deleted:
 * kubernetes/kubernetes:pkg/controller/namespace/deletion/namespaced_resources_deleter.go.
 */
import type { KubeObject } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'

interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] }
}

const contents: readonly ResourceType[] = [
  resources.deployments,
  resources.daemonSets,
  resources.replicaSets,
  resources.services,
  resources.endpoints,
  resources.endpointSlices,
  resources.pods,
  resources.configMaps,
  resources.secrets,
  resources.serviceAccounts,
  resources.events,
]

export function startNamespaces(kit: ControllerKit): void {
  const namespaces = kit.cache<Namespace>(resources.namespaces, ({ object }) => {
    if (object.metadata.deletionTimestamp !== undefined) queue.add(object.metadata.name)
  })
  const queue = kit.controller('namespace_controller', [namespaces], async (name, kube) => {
    const namespace = namespaces.get(name)
    if (namespace?.metadata.deletionTimestamp === undefined) return
    let left = 0
    for (const type of contents) {
      const { items } = await kube.list({ type, namespace: name })
      left += items.length
      for (const { metadata } of items)
        if (metadata.deletionTimestamp === undefined)
          await unless('NotFound', kube.delete({ type, namespace: name, name: metadata.name }))
    }
    if (left > 0) return queue.addAfter(name, 1000)
    const emptied = { ...namespace, spec: { finalizers: [] } }
    await unless('NotFound', kube.update(resources.namespaces, emptied, { subresource: 'finalize' }))
  })
}
