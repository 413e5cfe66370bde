/** The account `default` of every namespace: kubernetes/kubernetes:pkg/controller/serviceaccount/serviceaccounts_controller.go. */
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'

/** Makes `default` in a new namespace, and again when somebody deletes it. */
export function startServiceAccounts(kit: ControllerKit): void {
  const namespaces = kit.cache<KubeObject>(resources.namespaces, ({ type, object }) => {
    if (type !== 'DELETED') queue.add(object.metadata.name)
  })
  const accounts = kit.cache<KubeObject>(resources.serviceAccounts, ({ type, object }) => {
    if (type === 'DELETED' && object.metadata.name === 'default') queue.add(object.metadata.namespace ?? '')
  })
  const queue = kit.controller('serviceaccount', [namespaces, accounts], async (namespace, kube) => {
    const { metadata } = namespaces.get(namespace) ?? {}
    if (metadata === undefined || metadata.deletionTimestamp !== undefined) return
    if (accounts.has(`${namespace}/default`)) return
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }
    await unless('AlreadyExists', kube.create(resources.serviceAccounts, account))
  })
}
