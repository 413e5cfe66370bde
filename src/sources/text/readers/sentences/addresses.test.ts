import { expect, test } from 'vitest'
import { addressesSaid } from '#sources/text/readers/sentences/addresses.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

test.each<[string, readonly string[]]>([
  ['Calico picked docker0 as the address of this node.', ['address-of-odd-interface']],
  ['The IP of the second node is that of virbr0.', ['address-of-odd-interface']],
  ['calico-node took the address of the VirtualBox NAT interface.', ['address-of-odd-interface']],
  ['Autodetection picked the wrong NIC.', ['address-of-odd-interface']],
  ['The peer is listed as 172.19.0.1 on all other nodes.', ['address-of-odd-interface']],
  ['Calico still has the old IP of that machine.', ['old-address-registered']],
  ['The BGP peers still show the previous address.', ['old-address-registered']],
  ['Another node already uses the address of this one.', ['address-is-taken']],
  ['node-7 cannot start because node-9 had before the same IP.', ['address-is-taken']],
  ['Calico registered the public address of eth1.', ['address-of-odd-interface']],
  ['Calico may choose the docker interface as the address.', []],
  ['From the node we curl 172.19.0.1 with the token.', []],
  ['Another node is already ready.', []],
  ['docker0 has the IP 172.17.0.1 on each node.', []],
  ['Calico did not pick docker0 as the address.', []],
  ['We removed flannel from the node and its address.', []],
  ['The node got a new IP.', []],
  ['The IP of the pod is taken from cali0123456789a.', []],
])('%s', (sentence, expected) => {
  expect(addressesSaid(wordsOf(sentence))).toEqual(expected)
})
