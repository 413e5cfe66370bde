import { expect, test } from 'vitest'
import { NodeGraph } from '#lab/api/authorization/node-graph.ts'
import { keyOfObject, Store, type Stored } from '#lab/api/store.ts'

const pod = (name: string, o: { readonly node?: string; readonly phase?: string } = {}): Stored => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    uid: name,
    resourceVersion: '',
    creationTimestamp: '2026-01-07T06:00:00Z',
  },
  spec: {
    ...(o.node === undefined ? {} : { nodeName: o.node }),
    serviceAccountName: 'till',
    volumes: [{ projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } }],
    containers: [{ envFrom: [{ secretRef: { name: 'door' } }] }],
  },
  status: { phase: o.phase ?? 'Pending' },
})

test('a node may read what its living pods refer to, for as long as one of them does', () => {
  const store = new Store({ now: () => 0 })
  const put = (object: Stored): Stored => store.put('/pods', keyOfObject(object), object)
  put(pod('early', { node: 'n1' }))
  const graph = new NodeGraph(store)
  const seen = (node: string): readonly boolean[] => [
    graph.refers(node, 'secrets', 'shop', 'door'),
    graph.refers(node, 'configmaps', 'shop', 'kube-root-ca.crt'),
    graph.refers(node, 'serviceaccounts', 'shop', 'till'),
  ]
  expect(seen('n1')).toEqual([true, true, true])
  put(pod('late'))
  expect(seen('n2')).toEqual([false, false, false])
  put(pod('late', { node: 'n2' }))
  put(pod('late', { node: 'n2', phase: 'Running' }))
  put(pod('other', { node: 'n2' }))
  expect(seen('n2')).toEqual([true, true, true])
  put(pod('late', { node: 'n2', phase: 'Succeeded' }))
  expect(seen('n2')).toEqual([true, true, true])
  store.remove('/pods', 'shop/other')
  store.remove('/pods', 'shop/late')
  expect(seen('n2')).toEqual([false, false, false])
  expect(graph.refers('n1', 'secrets', 'default', 'door')).toBe(false)
})
