import { describe, expect, test } from 'vitest'
import type { FilterChainRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/forward-policy-drop/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const cross = 'Pods on different nodes cannot reach each other.'
const head = (policy: string) =>
  `Chain FORWARD (policy ${policy})\n pkts bytes target     prot opt in     out     source               destination\n`
const cali = ' 9000  90K cali-FORWARD  all  --  *      *       0.0.0.0/0            0.0.0.0/0\n'
const dropping = head('DROP 2187 packets, 131K bytes') + cali

const returns =
  'apiVersion: crd.projectcalico.org/v1\nkind: FelixConfiguration\nmetadata:\n  name: default\nspec:\n  iptablesFilterAllowAction: Return\n'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['it has dropped packets while traffic fails', `${cross}\n${dropping}`, 'confirmed'],
    [
      'by iptables-save',
      `${cross}\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [77:4620]\n-A FORWARD -j cali-FORWARD`,
      'confirmed',
    ],
    [
      'NodePorts answer on the pod’s own node only',
      `Requests to services time out.\n${dropping}`,
      'confirmed',
    ],
    ['it has dropped packets, nobody says what fails', dropping, 'likely'],
    ['the policy without a counter', `${cross}\n-P FORWARD DROP`, 'likely'],
    [
      'nft, which does not count',
      `${cross}\ntable ip filter {\n chain FORWARD {\n  type filter hook forward priority 0; policy drop;\n  jump cali-FORWARD\n }\n}`,
      'likely',
    ],
    [
      'Felix hands back what it allowed, and the end is DROP',
      `${cross}\n*filter\n:FORWARD DROP [0:0]\n-A FORWARD -j cali-FORWARD\nCOMMIT\n\n${returns}`,
      'confirmed',
    ],
    ['ACCEPT cured', 'iptables -P FORWARD ACCEPT   # works now', 'likely'],
    [
      'ACCEPT cured, and now it accepts',
      `iptables -P FORWARD ACCEPT   # works now\n\n${head('ACCEPT 0 packets, 0 bytes')}`,
      'likely',
    ],
    ['told in a sentence', 'After we set the iptables FORWARD policy to ACCEPT everything works.', 'likely'],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['it accepts', `${cross}\n${head('ACCEPT 0 packets, 0 bytes')}${cali}`],
    [
      'Felix hands back what it allowed, and the end is ACCEPT',
      `${cross}\n${head('ACCEPT 0 packets, 0 bytes')}\n${returns}`,
    ],
    ['INPUT drops, which is another chain', `${cross}\nChain INPUT (policy DROP 2187 packets, 131K bytes)`],
    ['Docker’s default, and nothing was dropped', head('DROP 0 packets, 0 bytes') + cali],
    [
      'the table of firewalld',
      'table inet firewalld {\n chain filter_FORWARD {\n  type filter hook forward priority filter + 10; policy drop;\n }\n}',
    ],
    ['a script that may be run', 'You should run iptables -P FORWARD ACCEPT on each node if it fails.'],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))

  test.each<[string, string]>([
    [
      'ufw’s rules stand in the chain',
      ' 9000  90K ufw-before-forward  all  --  *      *       0.0.0.0/0            0.0.0.0/0',
    ],
    [
      'a REJECT comes before the policy',
      '   77  90K REJECT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            reject-with icmp-host-prohibited',
    ],
  ])('%s', (_, line) => {
    const verdict = foundIn(`${cross}\n${dropping}${line}`, mode)
    expect(verdict).not.toBe('confirmed')
  })

  test('ACCEPT changed nothing', () => {
    expect(foundIn(`${cross}\niptables -P FORWARD ACCEPT   # no change`, mode)).not.toMatch(
      /likely|confirmed/,
    )
  })
})

describe('from facts', () => {
  const chain = (more: Partial<FilterChainRow>): FilterChainRow => ({
    node: 'w1',
    backend: 'legacy',
    family: 4,
    table: 'filter',
    chain: 'FORWARD',
    policy: 'DROP',
    packets: 40,
    ...more,
  })
  const remarks = [{ says: 'same-node-works-cross-node-fails' as const, node: 'w1' }]
  test.each<[string, Table, string | undefined]>([
    ['counted', { filterChains: [chain({})], remarks }, 'confirmed'],
    [
      'counted nothing, by a back-end that counts',
      { filterChains: [chain({ packets: 0 })], remarks },
      'possible',
    ],
    [
      'counted nothing, by one that does not',
      { filterChains: [chain({ packets: 0, backend: 'nft' })], remarks },
      'likely',
    ],
    ['of IPv6', { filterChains: [chain({ family: 6 })], remarks }, 'confirmed'],
    ['nothing fails, on a cluster that somebody looks at', { filterChains: [chain({})] }, undefined],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
