import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type StaleDeviceState } from '#failures/stale-tunnel-device/detect.ts'

export const mode: Mode<StaleDeviceState> = {
  id: 'stale-tunnel-device',
  title: 'a tunnel device, its neighbours or its setting are left from an earlier state',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'dataplane-not-programmed',
    'pods-not-ready-on-node',
    'calico-node-not-ready',
  ],
  traffic:
    'Pods of that node do not reach other nodes, or other nodes do not reach them; the rest of the cluster goes on.',
  prevent: [
    'When a node is made anew, delete its old Node object first, and wait until its neighbours have forgotten it.',
    'Leave vxlanEnabled and ipipEnabled unset: Felix takes them from the pools.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['links', 'nodes'],
      why: 'whether the tunnel device has the address, the local address and the card that the node is registered with',
      command: ({ node }) =>
        `ssh ${node} 'ip -d addr show tunl0; ip -d addr show vxlan.calico'; kubectl get node ${node} -o yaml | grep -E "TunnelAddr|IPv4Address"`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whom a good node sends to: a hardware address that is not the one of that node’s device is from before',
      command: ({ node }) =>
        `ssh <good-node> 'bridge fdb show dev vxlan.calico; ip neigh show dev vxlan.calico'; ssh ${node} 'ip link show vxlan.calico'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['ipPools', 'settings'],
      why: 'whether a tunnel is asked for that no pool uses',
      command:
        'kubectl get ippools.crd.projectcalico.org,felixconfigurations.crd.projectcalico.org -o yaml | grep -iE "ipipmode|vxlanmode|vxlanenabled|ipipenabled"',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether Felix says that a device exists with other settings, or is missing',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=3000 | grep -iE 'vxlan|tunl0|interface missing'`,
      cost: 2,
    }),
  ],
}
