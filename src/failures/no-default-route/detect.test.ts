import { describe, expect, test } from 'vitest'
import type { RouteRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/no-default-route/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const sandbox = (error: string): string =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "ab12": plugin type="calico" failed (add): error getting ClusterInformation: Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": ${error}`
const unreachable = 'dial tcp 10.97.0.1:443: connect: network is unreachable'
const startup = `2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": ${unreachable}`
const table = (...more: readonly string[]): string =>
  [
    'root@w1:~# ip route',
    ...more,
    '10.7.4.0/24 dev ens3 proto kernel scope link src 10.7.4.21',
    '10.97.128.0/26 via 10.7.4.22 dev ens3 proto bird',
    'blackhole 10.97.130.64/26 proto bird',
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['told in words', 'The new workers have no default gateway, calico-node does not come up.', 'likely'],
    ['the CNI plugin', sandbox(unreachable), 'confirmed'],
    ['start-up', startup, 'confirmed'],
    ['a table without a default, whole', table(), 'confirmed'],
    [
      'the installer',
      `2025-03-04 05:06:07.890 [ERROR][1] cni-installer/token_watch.go 108: Unable to create token for CNI kubeconfig error=Post "https://10.97.0.1:443/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin/token": ${unreachable}`,
      'confirmed',
    ],
    [
      'curl from the host',
      'root@w1:~# curl -k https://10.97.0.1:443/version\ncurl: (7) Failed to connect to 10.97.0.1 port 443: Network is unreachable',
      'confirmed',
    ],
    [
      'the API server’s own address',
      sandbox('dial tcp 10.9.9.9:6443: connect: network is unreachable').replace(
        '10.97.0.1:443',
        '10.9.9.9:6443',
      ),
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['nothing answers in time', sandbox('dial tcp 10.97.0.1:443: i/o timeout')],
    ['a router or firewall rejects', sandbox('dial tcp 10.97.0.1:443: connect: no route to host')],
    ['nobody listens', sandbox('dial tcp 10.97.0.1:443: connect: connection refused')],
    ['a table with a default', table('default via 10.7.4.1 dev ens3 proto dhcp')],
    [
      'a host that reaches the outside over no way, which nobody needs',
      'root@w1:~# ping 192.0.2.7\nPING 192.0.2.7 (192.0.2.7) 56(84) bytes of data.',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('it is over where start-up reached the datastore later', () => {
    const later = '2025-03-04 05:06:37.890 [INFO][9] startup/startup.go 460: Datastore is ready'
    expect(foundIn(`${startup}\n${later}`, mode)).toBe('not found')
  })
})

const route = (destination: string, more: Partial<RouteRow> = {}): RouteRow => ({
  node: 'w1',
  in: 'host',
  family: 4,
  destination,
  type: 'unicast',
  ...more,
})
const few = [route('10.7.4.0/24'), route('10.97.128.0/26')]

describe('by facts', () => {
  test.each<[string, Table, readonly string[], boolean]>([
    ['a whole table without a default', { routes: few }, ['routes node/w1'], true],
    ['a part of a table', { routes: few }, [], false],
    [
      'a table of a pod',
      { routes: few.map((row) => ({ ...row, in: 'pod' as const })) },
      ['routes node/w1'],
      false,
    ],
    [
      'a VPN’s two halves',
      { routes: [...few, route('0.0.0.0/1'), route('128.0.0.0/1')] },
      ['routes node/w1'],
      false,
    ],
    [
      'a route for the Services only',
      {
        routes: [...few, route('10.97.0.0/16')],
        services: [{ namespace: 'default', name: 'kubernetes', clusterIp: '10.97.0.1' }],
      },
      ['routes node/w1'],
      false,
    ],
  ])('%s', (_, table, complete, expected) => {
    const { causes, preventive } = diagnose(factsOf(table, { complete }), [mode])
    expect(causes.length + preventive.length > 0).toBe(expected)
  })
})
