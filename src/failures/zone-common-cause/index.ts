import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CommonState, detector } from '#failures/zone-common-cause/detect.ts'

export const mode: Mode<CommonState> = {
  id: 'zone-common-cause',
  title: 'The affected nodes share a zone, subnet, pool, version or age that the others lack',
  owner: 'provider',
  maturity: 'lab',
  detector,
  symptoms: [
    'node-not-ready',
    'calico-node-not-ready',
    'bgp-session-down',
    'cni-not-initialized',
    'network-unavailable',
    'node-flapping',
    'calico-node-missing-on-node',
    'pods-not-ready-on-node',
    'cross-node-traffic-failing',
    'sandbox-creation-failing',
  ],
  traffic: 'Depends on what they share; mostly the well nodes go on among themselves.',
  prevent: [
    'Spread nodes and what matters over zones and pools, and roll updates out pool by pool.',
    'Write down when zones, subnets, firewalls and versions are changed.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['nodes'],
      why: 'what the affected nodes share: zone, pool, versions, age',
      command:
        'kubectl get nodes -o wide -L topology.kubernetes.io/zone,node.kubernetes.io/instance-type,ibm-cloud.kubernetes.io/worker-pool-name,ibm-cloud.kubernetes.io/subnet-id',
    }),
    ask(facts, about, {
      fills: ['workers'],
      why: 'the same as the provider sees it',
      command: 'ibmcloud ks workers --cluster <cluster>; ibmcloud ks zone ls --provider vpc-gen2',
    }),
    ask(facts, about, {
      fills: ['events', 'remarks'],
      why: 'what was changed there when it began',
      command: 'kubectl get events -A --sort-by=.lastTimestamp | grep -iE "reboot|NotReady" | tail -40',
    }),
  ],
}
