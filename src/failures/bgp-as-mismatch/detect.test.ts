import { describe, expect, test } from 'vitest'
import { mode } from '#failures/bgp-as-mismatch/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const table = (info: string): string =>
  `+--------------+---------------+-------+----------+--------------------------------+\n| PEER ADDRESS |   PEER TYPE   | STATE |  SINCE   |              INFO              |\n+--------------+---------------+-------+----------+--------------------------------+\n| 10.77.0.1    | node specific | start | 10:51:28 | ${info} |`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the peer refuses our number', table('Idle Received: Bad peer AS: 64512'), 'confirmed'],
    ['the peer refuses it without saying which', table('Idle Received: Bad peer AS'), 'confirmed'],
    ['we refuse the peer’s', table('Idle BGP Error: Bad peer AS: 65010'), 'confirmed'],
    [
      'in BIRD’s own table',
      'Node_10_77_0_1 BGP      master   start  10:51:28    Idle          Received: Bad peer AS',
      'confirmed',
    ],
    ['in BIRD’s log', 'bird: Node_10_77_0_1: Received: Bad peer AS: 64512', 'confirmed'],
    ['in BIRD’s log, our side', 'bird: Global_10_77_0_1: Error: Bad peer AS: 65010', 'confirmed'],
    [
      'on a router of FRR',
      '2025/03/04 05:06:07 BGP: [HZN6M-XRM1G] %NOTIFICATION: sent to neighbor 10.77.0.11 2/2 (OPEN Message Error/Bad Peer AS) 2 bytes fc 00',
      'confirmed',
    ],
    [
      'the same router’s reason',
      '10.77.0.11 [Error] bad OPEN, remote AS is 64512, expected 65010',
      'confirmed',
    ],
    [
      'on a router of Cisco',
      'Mar  4 05:06:07: %BGP-3-NOTIFICATION: sent to neighbor 10.77.0.11 passive 2/2 (peer in wrong AS) 2 bytes FC00',
      'confirmed',
    ],
    ['two numbers of one peer', 'bird: Node_10_77_0_1: Peer advertised inconsistent AS numbers', 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without its reason a session that is down is not this', () => {
    expect(foundIn(table('Idle Received: Bad peer AS'), mode)).toBe('confirmed')
    expect(foundIn(table('Idle'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a password that does not fit: silence', table('Connect')],
    ['a blocked port', table('Active Socket: Host is unreachable')],
    ['a node that peers with itself', table('Idle Received: Bad BGP identifier')],
    [
      'numbers that were merely shown',
      'apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: tor\nspec:\n  peerIP: 10.77.0.1\n  asNumber: 65001',
    ],
    ['a session that is up', table('Established')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
