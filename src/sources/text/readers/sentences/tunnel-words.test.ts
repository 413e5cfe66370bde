import { expect, test } from 'vitest'
import { tunnelsSaid } from '#sources/text/readers/sentences/tunnel-words.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

const said = (sentence: string) => tunnelsSaid(wordsOf(sentence)).map(({ name, value }) => `${name}=${value}`)

test.each<[string, readonly string[]]>([
  ['Calico in VXLAN mode on five hosts', ['encapsulation=VXLAN']],
  ['We use IPIP', ['encapsulation=IPIP']],
  ['an IP-in-IP overlay between two sites', ['encapsulation=IPIP']],
  ['the pool uses VXLAN cross-subnet', ['encapsulation=VXLANCrossSubnet']],
  ['We switched from IPIP to VXLAN', []],
  ['without VXLAN it works', []],
  ['VXLAN packets are dropped', []],
  ['The hosts have an MTU of 1450', ['mtu.card=1450']],
  ['node MTU 9000, pods MTU 8950', ['mtu.card=9000', 'mtu.pod=8950']],
  ['the MTU of tunl0 is 1480 and the MTU of eth0 is 1450', ['mtu.tunnel=1480', 'mtu.card=1450']],
  ['vethMTU: 1480', ['mtu.pod=1480']],
  ['we changed the MTU from 1500 to 1400', []],
  ['the MTU is fine', []],
])('%s', (sentence, expected) => expect(said(sentence)).toEqual(expected))
