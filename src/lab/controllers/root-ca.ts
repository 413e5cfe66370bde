/** ConfigMap `kube-root-ca.crt` of every namespace: kubernetes/kubernetes:pkg/controller/certificates/rootcacertpublisher. */
import type { ConfigMap, KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'

const name = 'kube-root-ca.crt'
const certificate = '-----BEGIN CERTIFICATE-----\nbGFi\n-----END CERTIFICATE-----\n'

/** Makes it in a new namespace, and sets it right whenever somebody changes or deletes it. */
export function startRootCaPublisher(kit: ControllerKit): void {
  const namespaces = kit.cache<KubeObject>(resources.namespaces, ({ type, object }) => {
    if (type !== 'DELETED') queue.add(object.metadata.name)
  })
  const maps = kit.cache<ConfigMap>(resources.configMaps, ({ type, object }) => {
    if (object.metadata.name === name && type !== 'ADDED') queue.add(object.metadata.namespace ?? '')
  })
  const queue = kit.controller('root_ca_cert_publisher', [namespaces, maps], async (namespace, kube) => {
    const { metadata } = namespaces.get(namespace) ?? {}
    if (metadata === undefined || metadata.deletionTimestamp !== undefined) return
    const data = { 'ca.crt': certificate }
    const present = maps.get(`${namespace}/${name}`)
    if (present === undefined) {
      const annotations = { 'kubernetes.io/description': description }
      const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, annotations }, data }
      await unless('AlreadyExists', kube.create(resources.configMaps, made))
    } else if (present.data?.['ca.crt'] !== certificate || Object.keys(present.data).length !== 1)
      await kube.update<ConfigMap>(resources.configMaps, { ...present, data })
  })
}

const description =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.'
