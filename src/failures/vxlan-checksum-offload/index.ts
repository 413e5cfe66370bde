import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type ChecksumState, detector } from '#failures/vxlan-checksum-offload/detect.ts'

export const mode: Mode<ChecksumState> = {
  id: 'vxlan-checksum-offload',
  title: 'checksum offload spoils VXLAN packets',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'pods-not-ready-on-node',
    'calico-api-unavailable',
  ],
  traffic: 'Ping between pods of different nodes passes; TCP and UDP between them fail or take a minute.',
  prevent: [
    'Switch the offload off by a file that survives a reboot (systemd .link, NetworkManager dispatcher), or for all nodes by featureDetectOverride.',
    'Test TCP, not only ping, between pods of two nodes after every new kernel, card driver or hypervisor.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether ping between pods of two nodes passes and a connection does not',
      command:
        'kubectl exec <pod> -- sh -c "ping -c 2 <pod-on-another-node>; wget -T 5 -O- http://<pod-on-another-node>:<port>"',
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['captures'],
      why: 'whether VXLAN packets arrive with “bad udp cksum”; where they leave it is normal',
      command: ({ node }) =>
        `ssh ${node} 'timeout 10 tcpdump -nvi any -c 10 udp port 4789; dmesg -T | grep -i checksum'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['settings', 'versions'],
      why: 'the card’s driver, the tunnel’s offload and the kernel',
      command: ({ node }) =>
        `ssh ${node} 'ethtool -k vxlan.calico | grep tx-checksum; ethtool -i <card>; uname -r'`,
      cost: 5,
    }),
    ask(facts, about, {
      fills: ['attempts'],
      why: 'whether it works at once without the offload (undone by a reboot)',
      command: ({ node }) => `ssh ${node} 'ethtool -K vxlan.calico tx-checksum-ip-generic off'`,
      cost: 6,
    }),
  ],
}
