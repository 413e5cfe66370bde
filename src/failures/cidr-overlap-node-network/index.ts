import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type OverlapState } from '#failures/cidr-overlap-node-network/detect.ts'

export const mode: Mode<OverlapState> = {
  id: 'cidr-overlap-node-network',
  title: 'The nodes’ network lies inside the pod or Service range',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'calico-node-not-ready',
    'pod-traffic-failing',
    'cross-node-traffic-failing',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'calico-node-start-failing',
    'sandbox-creation-failing',
    'cni-install-failing',
    'node-not-ready',
    'typha-unreachable',
  ],
  traffic:
    'Pods and nodes whose addresses collide do not reach each other; which ones these are changes with every new block.',
  prevent: [
    'Choose pod, Service and node ranges that share nothing, before kubeadm init; change 192.168.0.0/16 in the manifest where nodes live there.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['ipPools'],
      why: 'the ranges that pods get their addresses from',
    }),
    ask(facts, about, {
      fills: ['nodes'],
      why: 'the nodes’ own addresses',
      command: 'kubectl get nodes -o wide',
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'the ranges of pods and Services as the cluster was set up',
      command: `kubectl cluster-info dump | grep -m1 -oE 'service-cluster-ip-range=[^", ]+'; kubectl get configmap -n kube-system kubeadm-config -o yaml | grep -i subnet`,
      cost: 2,
    }),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether the API server answers by its own address and not by the Service’s',
      command: ({ node }) =>
        `ssh ${node} 'curl -sk -m 3 https://<api-server-address>:6443/version; curl -sk -m 3 https://<kubernetes-service-ip>/version'`,
      cost: 4,
    }),
  ],
}
