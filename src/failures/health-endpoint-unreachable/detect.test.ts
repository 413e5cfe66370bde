import { describe, expect, test } from 'vitest'
import { recognise } from '#cluster/messages/catalogue.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/health-endpoint-unreachable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const failed =
  '2025-03-04 05:06:07.890 [ERROR][77] felix/health.go 296: Health endpoint failed, trying to restart it... error=listen tcp'
const live =
  'Liveness probe failed: calico/node is not ready: Felix is not live: Get "http://localhost:9099/liveness": dial tcp'
const refused = `${live} 127.0.0.1:9099: connect: connection refused`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['a name that no server knows', `${failed}: lookup localhost on 10.0.0.53:53: no such host`, 'confirmed'],
    [
      'a name, and no server to ask',
      `${live}: lookup localhost on [::1]:53: read udp [::1]:40001->[::1]:53: read: connection refused`,
      'confirmed',
    ],
    [
      'an address that is not there',
      `${failed} 127.0.0.1:9099: bind: cannot assign requested address`,
      'confirmed',
    ],
    ['a port that is taken', `${failed} 127.0.0.1:9099: bind: address already in use`, 'confirmed'],
    [
      'a probe that cannot leave',
      `${live} 127.0.0.1:9099: connect: cannot assign requested address`,
      'confirmed',
    ],
    ['a probe without a way', `${live} [::1]:9099: connect: network is unreachable`, 'confirmed'],
    [
      'a localhost that is another machine',
      `${live} 203.0.113.7:9099: connect: connection refused`,
      'confirmed',
    ],
    [
      'lo is down',
      '1: lo: <LOOPBACK> mtu 16436 qdisc noop state DOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00',
      'confirmed',
    ],
    [
      'a hosts file with another localhost',
      'root@w1:~# cat /etc/hosts\n192.0.2.7 localhost\n192.0.2.7 w1',
      'confirmed',
    ],
    ['told not to answer', `FELIX_HEALTHENABLED=false\n\n${refused}`, 'confirmed'],
    ['told to answer at another port', `healthPort: 9199\n\n${refused}`, 'confirmed'],
    ['a hosts file without localhost', 'root@w1:~# cat /etc/hosts\n192.0.2.7 w1\n192.0.2.8 w2', 'likely'],
    ['a refusal, and nothing else', refused, 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'Felix answers that it is not ready',
      'Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
    ],
    ['a name of another machine', 'dial tcp: lookup api.shop.example on 10.0.0.53:53: no such host'],
    [
      'Felix is too slow to answer',
      `${live.replace(': dial tcp', '')}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    ],
    [
      'lo as it is everywhere',
      '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 16436 qdisc noqueue state UNKNOWN qlen 500\n    inet 127.0.0.1/8 scope host lo',
    ],
    [
      'another link that is down',
      '3: eth1: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default qlen 1000',
    ],
    ['another port is refused', 'dial tcp 127.0.0.1:6443: connect: connection refused'],
    ['it answers at the usual place', 'FELIX_HEALTHENABLED=true\nFELIX_HEALTHHOST=127.0.0.1'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('without the lookup the refused probe is possible only', () => {
  expect(foundIn(`${refused}\n\n${failed}: lookup localhost on 10.0.0.53:53: no such host`, mode)).toBe(
    'confirmed',
  )
  expect(foundIn(refused, mode)).toBe('possible')
})

test('a port that is moved for all nodes is the cluster’s trouble, though one node alone has complained lately', () => {
  const said: MessageRow = { message: recognise(refused) as MessageRow['message'], node: 'w1', count: 3 }
  const placesWith = (node?: string): readonly string[] =>
    diagnose(
      {
        ...factsOf({
          messages: [said],
          settings: [{ of: 'FelixConfiguration', name: 'healthPort', value: '9199', ...(node && { node }) }],
        }),
        isComplaint: true,
      },
      [mode],
    ).causes.map(({ finding }) => renderSubject(finding.about))
  expect(placesWith()).toEqual(['cluster'])
  expect(placesWith('w1')).toEqual(['node/w1'])
})
