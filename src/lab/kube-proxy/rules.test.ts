import { describe, expect, test } from 'vitest'
import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import { chainsFor } from '#lab/kube-proxy/desired.ts'
import { natChains, type ServicePort, serviceChain } from '#lab/kube-proxy/rules.ts'
import { servicePorts } from '#lab/kube-proxy/service-ports.ts'
import { syncRules } from '#lab/kube-proxy/sync.ts'
import { bed } from '#lab/network/test-bed.ts'

const port = (o: Partial<ServicePort> = {}): ServicePort => ({
  namespace: 'shop',
  name: 'api',
  portName: 'http',
  clusterIp: '10.96.7.7',
  protocol: 'tcp',
  port: 8080,
  endpoints: [{ address: '10.244.1.5', port: 8080 }],
  localEndpoints: [],
  externalIps: [],
  loadBalancerIps: [],
  sourceRanges: [],
  externalPolicy: 'cluster',
  internalPolicy: 'cluster',
  ...o,
})

describe('the rules', () => {
  test.each([
    ['default', 'kubernetes', 'https', 'tcp', 'KUBE-SVC-NPX46M4PTMTKRN6Y'],
    ['kube-system', 'kube-dns', 'dns-tcp', 'tcp', 'KUBE-SVC-ERIFXISQEP7F7OF4'],
    ['kube-system', 'kube-dns', 'dns', 'udp', 'KUBE-SVC-TCOU7JCQXEZGVUNU'],
  ] as const)(
    'name the chain of %s/%s:%s as every cluster does',
    (namespace, name, portName, protocol, chain) => {
      expect(serviceChain(port({ namespace, name, portName, protocol }))).toBe(chain)
    },
  )

  test('spread three endpoints evenly: one in three, one in two, the rest', () => {
    const endpoints = [1, 2, 3].map((i) => ({ address: `10.244.${i}.5`, port: 8080 }))
    const chain = natChains([port({ endpoints })], undefined)[serviceChain(port())] ?? []
    expect(chain.map(({ match }) => match.oneIn)).toEqual([3, 2, undefined])
  })
})

const service = (spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'api', namespace: 'shop', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec,
})

const slice = (endpoints: EndpointSlice['endpoints'], portName = 'http'): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'api-x',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '',
    labels: { 'kubernetes.io/service-name': 'api' },
  },
  addressType: 'IPv4',
  endpoints,
  ports: [{ name: portName, port: 8080, protocol: 'TCP' }],
})

describe('service ports', () => {
  const spec = { clusterIP: '10.96.7.7', ports: [{ name: 'http', port: 80, targetPort: 8080 }] }
  const a = { addresses: ['10.244.1.5'], conditions: { ready: true } }
  const b = { addresses: ['10.244.2.5'], conditions: { ready: false, serving: true, terminating: true } }
  const c = { addresses: ['10.244.3.5'], conditions: { ready: false } }

  test.each<[string, Service['spec'], EndpointSlice[], string[] | undefined]>([
    ['ready endpoints only', spec, [slice([a, b, c])], ['10.244.1.5:8080']],
    ['those that still serve when none is ready', spec, [slice([b, c])], ['10.244.2.5:8080']],
    ['none when none serves', spec, [slice([c])], []],
    ['no endpoint of a port with another name', spec, [slice([a], 'metrics')], []],
    [
      'two slices together, sorted, once each',
      spec,
      [slice([{ ...a, addresses: ['10.244.9.5'] }]), slice([a, a])],
      ['10.244.1.5:8080', '10.244.9.5:8080'],
    ],
    ['nothing for a headless service', { ...spec, clusterIP: 'None' }, [slice([a])], undefined],
    ['nothing for an ExternalName', { ...spec, type: 'ExternalName' }, [slice([a])], undefined],
  ])('are served by %s', (_, withSpec, slices, expected) => {
    const found = servicePorts([service(withSpec)], slices)[0]
    expect(found?.endpoints.map(({ address, port }) => `${address}:${port}`)).toEqual(expected)
  })
})

describe('programming', () => {
  test('replaces endpoints, removes chains of what is gone, and touches nothing when nothing differs', async () => {
    const { a, network } = bed()
    const cidr = '10.244.0.0/16'
    const foreign = { match: {}, target: { kind: 'jump', chain: 'cali-PREROUTING' } } as const
    await a.nat.restore({ PREROUTING: [foreign] })
    await syncRules(a, chainsFor([port()], cidr))
    const chains = Object.keys(a.nat.chains())
    const { version } = network.counts()
    await syncRules(a, chainsFor([port()], cidr))
    expect(network.counts().version).toBe(version)

    await syncRules(a, chainsFor([port({ endpoints: [{ address: '10.244.2.5', port: 8080 }] })], cidr))
    const replaced = Object.keys(a.nat.chains())
    expect(replaced).toHaveLength(chains.length)
    expect(JSON.stringify(a.nat.chains())).not.toContain('10.244.1.5')

    await syncRules(a, chainsFor([], cidr))
    expect(Object.keys(a.nat.chains()).filter((name) => /SVC|SEP/.test(name))).toEqual([])
    expect(a.nat.chains().PREROUTING).toContainEqual(foreign)
  })

  test('of a table as it was left is what a table that was left by nobody would be given', async () => {
    const { a, b } = bed()
    const first = chainsFor([port()], undefined)
    const settled = await syncRules(a, first)
    const next = chainsFor([port({ endpoints: [{ address: '10.244.2.5', port: 8080 }] })], undefined)
    await syncRules(a, next, settled)
    await syncRules(b, next)
    expect(a.nat.chains()).toEqual(b.nat.chains())
    expect(a.filter.chains()).toEqual(b.filter.chains())
  })

  test('looks at a whole table that somebody changed since it was left', async () => {
    const { a } = bed()
    const wanted = chainsFor([port()], undefined)
    const settled = await syncRules(a, wanted)
    const before = a.nat.chains()
    await a.nat.restore({ POSTROUTING: [], 'KUBE-SERVICES': [] })
    await syncRules(a, wanted, settled)
    expect(a.nat.chains()).toEqual(before)
  })

  test('comes back after somebody flushed the base chains', async () => {
    const { a } = bed()
    await syncRules(a, chainsFor([port()], undefined))
    const before = a.nat.chains()
    await a.nat.restore({ PREROUTING: [], 'KUBE-SERVICES': [] })
    await syncRules(a, chainsFor([port()], undefined))
    expect(a.nat.chains()).toEqual(before)
  })
})
