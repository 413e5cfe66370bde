import { describe, expect, test } from 'vitest'
import type { Message } from '#cluster/messages.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/node-ip-duplicate/index.ts'
import { calicoNode, node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = (line: string): string => `2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 757: ${line}`
const inUse = (other: string, address: string): string =>
  log(`Calico node '${other}' is already using the IPv4 address ${address}.`)
const starting = (name: string): string => log(`Starting node ${name} with version v3.29.1`)

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['another machine has the address', `${starting('beta')}\n${inUse('alpha', '10.77.0.12')}`, 'confirmed'],
    ['an address that every host with Docker has', inUse('alpha', '172.17.0.1'), 'confirmed'],
    [
      'the error of 3.32',
      '2025-03-04 05:06:07.890 [ERROR][9] startup/startup.go 301: Failed to configure IP addresses error=conflicting node detected: IPv4 address conflict',
      'confirmed',
    ],
    [
      'Felix sees it where the check is off',
      '2025-03-04 05:06:07.890 [WARNING][77] felix/l3_route_resolver.go 604: Some nodes share IP address, route calculation may choose wrong node. ip=10.77.0.12 nodes=[]string{"alpha", "beta"}',
      'confirmed',
    ],
    [
      'two entries with one address',
      'NAME    ASN       IPV4            IPV6\nalpha   (64512)   10.77.0.12/24\nbeta    (64512)   10.77.0.12/24',
      'confirmed',
    ],
    ['nobody knows how this node is called', inUse('alpha', '10.77.0.12'), 'likely'],
    [
      'BIRD gets routes whose next hop it is itself',
      'bird: Next hop address 10.77.0.12 is a local address of iface ens3',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the line that names the other node it is nothing', () => {
    const end = `${starting('beta')}\n${log('Terminating')}`
    expect(foundIn(`${end}\n${inUse('alpha', '10.77.0.12')}`, mode)).toBe('confirmed')
    expect(foundIn(end, mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['nodes that restart one after another', 'node-3 restarted because node-4 previously used much memory.'],
    ['the same machine by its full name', `${starting('beta')}\n${inUse('beta.example.net', '10.77.0.12')}`],
    [
      'the same machine while it had no name',
      `${starting('beta')}\n${inUse('localhost.localdomain', '10.77.0.12')}\n${log('Failed to configure IP addresses error=conflicting node detected: IPv4 address conflict')}`,
    ],
    ['the address changed, and start-up went on', log('Node IPv4 changed, will check for conflicts')],
    [
      'two entries of one machine',
      'NAME               ASN       IPV4            IPV6\nbeta               (64512)   10.77.0.12/24\nbeta.example.net   (64512)   10.77.0.12/24',
    ],
    ['a later start succeeded', `${inUse('alpha', '10.77.0.12')}\nCalico node started successfully`],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('on a cluster both nodes are named, and a healthy one is left alone', () => {
  const at = (address: string): Table => ({
    nodes: [node('w1', { calicoIpv4: '10.0.0.21/24' }), node('w2', { calicoIpv4: address })],
    pods: [calicoNode('w1'), calicoNode('w2', { ready: false })],
  })
  const verdictOf = (address: string) => diagnose(factsOf(at(address)), [mode])
  expect(verdictOf('10.0.0.21/24').causes.map(({ confidence }) => confidence)).toContain('confirmed')
  expect(verdictOf('10.0.0.22/24').causes).toEqual([])
})

test.each<Message>([
  { id: 'startup/node-read-failed', params: { error: 'connection is unauthorized' } },
  { id: 'startup/datastore-retry', params: { error: 'tls: failed to verify certificate' } },
])(
  'while start-up fails or waits before it looks for others ($id), a node is not called clear',
  (refused) => {
    const seen = (messages: Table['messages'] & object) =>
      diagnose(
        factsOf({ nodes: [node('w1')], messages }, { complete: ['nodes', 'messages', 'calicoNodes'] }),
        [mode],
      )
    expect(seen([]).unknown).toEqual([])
    expect(seen([{ message: refused, node: 'w1', count: 1 }]).unknown).toHaveLength(1)
  },
)
