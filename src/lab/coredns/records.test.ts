import { describe, expect, test } from 'vitest'
import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import { answerFor, type Cluster } from '#lab/coredns/records.ts'

const meta = { uid: 'u', resourceVersion: '1', creationTimestamp: '' }
const service = (name: string, clusterIP: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...meta, name, namespace: 'shop' },
  spec: { clusterIP },
})
const slice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...meta, name: 'peers-x', namespace: 'shop' },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['10.244.1.5'], conditions: { ready: true } },
    { addresses: ['10.244.2.5'], conditions: { ready: false } },
  ],
  ports: [],
}
const cluster: Cluster = {
  zone: 'cluster.local',
  service: (namespace, name) =>
    namespace === 'shop'
      ? [service('api', '10.96.7.7'), service('peers', 'None')].find((s) => s.metadata.name === name)
      : undefined,
  slices: (_, name) => (name === 'peers' ? [slice] : []),
  hasNamespace: (name) => name === 'shop',
}

describe('cluster names', () => {
  test.each([
    ['api.shop.svc.cluster.local', 'NOERROR', ['10.96.7.7']],
    ['nosuch.shop.svc.cluster.local', 'NXDOMAIN', []],
    ['api.default.svc.cluster.local', 'NXDOMAIN', []],
    ['api.shop.svc.cluster.local.shop.svc.cluster.local', 'NXDOMAIN', []],
    ['shop.svc.cluster.local', 'NOERROR', []], // an empty non-terminal
    ['other.svc.cluster.local', 'NXDOMAIN', []],
    ['peers.shop.svc.cluster.local', 'NOERROR', ['10.244.1.5']],
    ['10-244-1-5.peers.shop.svc.cluster.local', 'NOERROR', ['10.244.1.5']],
    ['10-244-2-5.peers.shop.svc.cluster.local', 'NXDOMAIN', []],
    ['10-244-9-9.shop.pod.cluster.local', 'NOERROR', ['10.244.9.9']],
    ['web.shop.pod.cluster.local', 'NXDOMAIN', []],
    ['example.com', 'REFUSED', []],
    ['xcluster.local', 'REFUSED', []],
  ])('%s: %s', (name, rcode, addresses) => {
    expect(answerFor(name, cluster)).toEqual({ rcode, addresses })
  })
})
