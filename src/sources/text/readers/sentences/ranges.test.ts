import { expect, test } from 'vitest'
import { rangesSaid } from '#sources/text/readers/sentences/ranges.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

test.each<[string, readonly string[]]>([
  ['The pod CIDR is 10.90.0.0/16.', ['podSubnet 10.90.0.0/16']],
  [
    'Pods are in 10.90.0.0/16 and hosts in 10.7.0.0/24.',
    ['podSubnet 10.90.0.0/16', 'nodeSubnet 10.7.0.0/24'],
  ],
  ['The Calico pool 10.90.0.0/16 is the default.', ['podSubnet 10.90.0.0/16']],
  ['10.7.0.0/24 is the network of our machines.', ['nodeSubnet 10.7.0.0/24']],
  ['All nodes have addresses 10.7.x.x.', ['nodeSubnet 10.7.0.0/16']],
  ['We ran kubeadm init --pod-network-cidr=10.90.0.0/16 on it.', ['podSubnet 10.90.0.0/16']],
  ['Services get addresses of 10.96.0.0/12.', ['serviceSubnet 10.96.0.0/12']],
  ['The node has the address 10.7.0.4.', []],
  ['The hosts have no route to 10.90.0.0/16.', []],
  ['Nodes do not use 10.90.0.0/16.', []],
  ['Calico 3.29.x runs on the nodes.', []],
  ['There is something about 10.90.0.0/16 in the log.', []],
])('%s', (sentence, expected) => {
  expect(rangesSaid(wordsOf(sentence)).map(({ name, value }) => `${name} ${value}`)).toEqual(expected)
})
