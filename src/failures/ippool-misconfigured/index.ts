import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type MisconfiguredState } from '#failures/ippool-misconfigured/detect.ts'

export const mode: Mode<MisconfiguredState> = {
  id: 'ippool-misconfigured',
  title: 'An IPPool does not fit the cluster',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'resource-refused',
    'cross-node-traffic-failing',
    'pod-traffic-failing',
    'address-assignment-failing',
    'sandbox-creation-failing',
    'operator-degraded',
    'calico-node-start-failing',
    'pods-not-ready-on-node',
  ],
  traffic: 'It depends on the field: between pods mostly yes, to the outside or through Services not.',
  prevent: [
    'Give kubeadm (podSubnet), kube-proxy (clusterCIDR) and Calico the same range before the first node starts.',
    'Decide on natOutgoing by whether the network around knows a way back to pods.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'ranges, block size, tunnels and natOutgoing of the pools',
      command: 'calicoctl get ippools -o yaml || kubectl get ippools.crd.projectcalico.org -o yaml',
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'the range that Kubernetes takes for the pods’',
      command: `kubectl get configmap -n kube-system kubeadm-config -o yaml | grep -i subnet; kubectl get configmap -n kube-system kube-proxy -o yaml | grep clusterCIDR`,
    }),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether a host reaches the outside address that a pod does not',
      command: ({ node }) =>
        `kubectl exec <pod> -- wget -qO- -T 3 http://1.1.1.1; ssh ${node} 'curl -m 3 -sI http://1.1.1.1'`,
      cost: 4,
    }),
  ],
}
