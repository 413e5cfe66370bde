import { expect, test } from 'vitest'
import { networkOfChain, networkOfFile, networkOfLink, networkOfPod } from '#cluster/other-networks.ts'

test.each([
  ['flannel.1', 'flannel'],
  ['cilium_host', 'Cilium'],
  ['vethwe-bridge', 'Weave Net'],
  ['kube-bridge', 'kube-router'],
  ['vxlan.calico', undefined],
  ['cali0123456789a', undefined],
  ['docker0', undefined],
  ['eth0', undefined],
  ['br-0123456789ab', undefined],
])('the device %s is of %s', (name, network) => expect(networkOfLink(name)).toBe(network))

test('chains, pods and files', () => {
  expect(networkOfChain('WEAVE-NPC-DEFAULT')).toBe('Weave Net')
  expect(networkOfChain('KUBE-FORWARD')).toBeUndefined()
  expect(networkOfPod('kube-flannel-ds-x7k2p')).toBe('flannel')
  expect(networkOfPod('calico-node-x7k2p')).toBeUndefined()
  expect(networkOfFile('/etc/cni/net.d/10-flannel.conflist')).toBe('flannel')
  expect(networkOfFile('/etc/cni/net.d/10-calico.conflist')).toBeUndefined()
})
