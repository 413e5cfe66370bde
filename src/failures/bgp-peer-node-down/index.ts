import { ask } from '#cluster/asking.ts'
import { accusedPeers, downReason } from '#cluster/bgp-complaints.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type PeerDownState } from '#failures/bgp-peer-node-down/detect.ts'

export const mode: Mode<PeerDownState> = {
  id: 'bgp-peer-node-down',
  title: 'One BGP peer is really down, and all others report it',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'node-not-ready',
    'pods-not-ready-on-node',
    'cross-node-traffic-failing',
  ],
  traffic: 'Between all other nodes, yes; pods of the node that is down are not reachable.',
  prevent: [
    'Take a node out by drain and delete, so that its peers forget it.',
    'Do not let an autoscaler replace nodes because calico-node is not ready in the first minute.',
  ],
  questions: (about, facts) => {
    const accused = accusedPeers(facts)
    const peer = accused[0]?.address ?? '<peer-address>'
    const isStateKnown = accused.some(({ node }) => downReason(node) !== undefined)
    return [
      ...(isStateKnown
        ? []
        : [
            ask(facts, about, {
              fills: ['nodes'],
              why: 'whose address it is that everybody names, and whether that node is Ready',
              command: `kubectl get nodes -o wide | grep -e NAME -e ${peer}`,
            }),
          ]),
      ask(facts, about, {
        fills: ['messages', 'events'],
        why: 'whether every calico-node names the same one address',
        command: ({ namespace }) =>
          `kubectl get events -n ${namespace} --field-selector reason=Unhealthy | grep 'BGP not established'`,
      }),
      ask(facts, about, {
        fills: ['calicoNodes'],
        why: 'whether Calico still has a node that Kubernetes has not',
        command: 'calicoctl get nodes -o wide; kubectl get nodes',
      }),
      ask(facts, about, {
        fills: ['reachability'],
        why: 'whether the machine answers to anything',
        command: ({ node }) =>
          `ssh ${node} 'ping -c 3 ${peer}; nc -vz -w 3 ${peer} 22; ip neigh show ${peer}'`,
        cost: 4,
      }),
    ]
  },
}
