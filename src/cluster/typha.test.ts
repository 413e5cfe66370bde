import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { isTyphaCertificate, isTyphaName, isTyphaReady, typhaContacts } from '#cluster/typha.ts'

const lost = (id: string, inner: string, port = '5473', more: object = {}) => ({
  message: { id, params: {}, inner: [{ id: inner, params: { address: '10.3.0.7', port } }] },
  node: 'w1',
  count: 1,
  ...more,
})

describe('failed ways to Typha', () => {
  test.each<[string, Table['messages'], readonly string[]]>([
    [
      'a wrapper says what it quotes',
      [lost('felix/typha-connect-failed', 'dial/timeout')],
      ['timed-out 10.3.0.7 w1'],
    ],
    [
      'wrappers of one line are one contact',
      [lost('felix/typha-connect-failed', 'dial/refused'), lost('confd/typha-lost', 'dial/refused')],
      ['refused 10.3.0.7 w1'],
    ],
    [
      'the dialler alone, at Typha’s port',
      [
        {
          message: { id: 'dial/no-route', params: { address: '10.3.0.7', port: '5473' } },
          node: 'w1',
          count: 1,
        },
      ],
      ['no-route 10.3.0.7 w1'],
    ],
    ['a refused certificate', [lost('typha/endpoint-failed', 'tls/expired')], ['certificate 10.3.0.7 w1']],
    [
      'no reason',
      [{ message: { id: 'felix/typha-gave-up', params: {} }, node: 'w1', count: 1 }],
      ['unknown  w1'],
    ],
    [
      'no reason beside a reason',
      [
        { message: { id: 'typha/retrying', params: {} }, node: 'w1', count: 1 },
        lost('confd/typha-lost', 'dial/timeout'),
      ],
      ['timed-out 10.3.0.7 w1'],
    ],
    [
      'near miss: another port',
      [
        {
          message: { id: 'dial/timeout', params: { address: '10.3.0.7', port: '6443' } },
          node: 'w1',
          count: 1,
        },
      ],
      [],
    ],
    [
      'near miss: a certificate of somebody else',
      [{ message: { id: 'tls/expired', params: {} }, node: 'w1', count: 1 }],
      [],
    ],
    ['near miss: an hour ago', [lost('confd/typha-lost', 'dial/timeout', '5473', { atMs: ago(60) })], []],
    [
      'near miss: it was reached since',
      [
        lost('confd/typha-lost', 'dial/timeout', '5473', { atMs: ago(5) }),
        { message: { id: 'typha/connected', params: {} }, node: 'w1', count: 1, atMs: ago(4) },
      ],
      [],
    ],
  ])('%s', (_, messages, expected) => {
    const contacts = typhaContacts(factsOf({ ...(messages && { messages }) }))
    const shown = contacts.map(
      ({ outcome, address = '', about }) =>
        `${outcome} ${address} ${about.kind === 'node' ? about.name : ''}`,
    )
    expect(shown).toEqual(expected)
  })
})

test.each<[string, readonly (boolean | undefined)[], boolean | undefined]>([
  ['one of two', [true, false], true],
  ['none of two', [false, false], false],
  ['nobody says', [undefined], undefined],
  ['no Typha was shown', [], undefined],
])('a Typha is ready: %s', (_, states, expected) => {
  const pods = states.map((ready, at) => ({
    namespace: 'n',
    name: `calico-typha-${at}`,
    component: 'calico-typha' as const,
    containers: [],
    ...(ready !== undefined && { ready }),
  }))
  expect(isTyphaReady(factsOf({ pods }))).toBe(expected)
})

test.each([
  ['calico-typha', true],
  ['calico-system/calico-typha', true],
  ['net-typha', true],
  ['calico-typha-autoscaler', false],
  ['web', false],
])('%s is Typha’s name: %s', (name, expected) => {
  expect(isTyphaName(name)).toBe(expected)
})

test.each([
  ['tigera-operator/typha-certs', true],
  ['calico-system/node-certs', true],
  ['/etc/kubernetes/pki/apiserver.crt', false],
])('%s is a certificate of Typha’s: %s', (of, expected) => {
  expect(isTyphaCertificate({ of })).toBe(expected)
})
