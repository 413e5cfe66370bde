import { describe, expect, test } from 'vitest'
import { apiContacts } from '#cluster/api-contacts.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isServiceAddress } from '#cluster/service-address.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'

const rowsOf = (text: string, more: Partial<MessageRow> = {}) =>
  recogniseAll(text).map((message) => ({ message, count: 1, ...more, from: { source: 'test', quote: text } }))

const url = 'https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default'
const told = (messages: NonNullable<Table['messages']>) =>
  apiContacts(factsOf({ messages })).map(({ by, outcome, address }) =>
    [by, outcome, address].filter(Boolean).join(' '),
  )

describe('apiContacts', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'the CNI plugin, wrapped thrice, once',
      `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="calico" failed (add): error getting ClusterInformation: Get "${url}": dial tcp 10.97.0.1:443: i/o timeout`,
      ['cni-plugin timed-out 10.97.0.1'],
    ],
    [
      'the CNI plugin’s 401, whose wrapper is everybody’s',
      'error getting ClusterInformation: connection is unauthorized: Unauthorized',
      ['cni-plugin unauthorized'],
    ],
    [
      'start-up',
      `Hit error connecting to datastore - retry error=Get "${url}": x509: certificate signed by unknown authority`,
      ['calico-node untrusted 10.97.0.1'],
    ],
    [
      'the installer, which makes the plugin’s token',
      `Unable to create token for CNI kubeconfig error=Post "https://[fd00::1]:443/api/v1/x": dial tcp [fd00::1]:443: connect: no route to host`,
      ['calico-node no-route fd00::1'],
    ],
    ['nobody knows who', `Get "${url}": Service Unavailable`, ['other proxy-answer 10.97.0.1']],
    [
      'Typha is no API server',
      'Failed to connect to typha endpoint 10.0.0.5:5473. error=dial tcp 10.0.0.5:5473: i/o timeout',
      [],
    ],
    [
      'a registry is none',
      'Failed to pull image "r.example/a": failed to do request: Head "https://r.example/v2/": dial tcp 10.9.9.9:443: i/o timeout',
      [],
    ],
    [
      'a health check is none',
      'Readiness probe failed: Get "http://10.244.3.7:8080/healthz": dial tcp 10.244.3.7:8080: connect: connection refused',
      [],
    ],
    [
      'a health check that gets no answer is none either',
      'Readiness probe failed: Get "http://10.244.3.7:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      [],
    ],
    [
      'nor one at a port that need not be said',
      'Liveness probe failed: Get "http://10.244.3.7/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
      [],
    ],
    [
      'the API server’s own is one',
      'Liveness probe failed: Get "https://10.0.0.10:6443/livez": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
      ['other no-answer 10.0.0.10'],
    ],
    ['a line without a failure', 'Datastore is ready', []],
  ])('%s', (_, text, expected) => {
    expect(told(rowsOf(text))).toEqual(expected)
  })

  test('what ended does not count, what is old does not either', () => {
    const text = `Hit error connecting to datastore - retry error=Get "${url}": dial tcp 10.97.0.1:443: i/o timeout`
    const retry = (minutes: number) => rowsOf(text, { atMs: ago(minutes) })
    expect(told(retry(2))).toHaveLength(1)
    expect(told([...retry(2), ...rowsOf('Datastore is ready', { atMs: ago(1) })])).toEqual([])
    expect(told(retry(30))).toEqual([])
  })
})

describe('isServiceAddress', () => {
  const nodes = [
    { name: 'm1', internalIp: '10.3.0.1', unschedulable: false, taints: [], labels: {}, conditions: [] },
  ]
  const services = [{ namespace: 'default', name: 'kubernetes', clusterIp: '10.97.0.1' }]
  test.each<[string, Table, string, string, boolean]>([
    ['the first of a range at 443', {}, '10.97.0.1', '443', true],
    ['of IPv6', {}, 'fd00:10:97::1', '443', true],
    ['a node’s address', { nodes }, '10.3.0.1', '443', false],
    ['the API server’s own port', {}, '10.97.0.1', '6443', false],
    ['another address, where the Service is known', { services }, '10.98.0.1', '443', false],
    ['a name', {}, 'kubernetes.default.svc', '443', false],
  ])('%s', (_, table, address, port, expected) => {
    expect(isServiceAddress(factsOf(table), { address, port })).toBe(expected)
  })
})
