import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type UnreachableState } from '#failures/service-ip-unreachable/detect.ts'

export const mode: Mode<UnreachableState> = {
  id: 'service-ip-unreachable',
  title: 'The API server’s Service address does not answer from the node or its pods',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'pod-traffic-failing',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'cni-install-failing',
    'sandbox-creation-failing',
    'node-not-ready',
    'cni-not-initialized',
    'pods-not-ready-on-node',
    'cross-node-traffic-failing',
    'typha-unreachable',
    'bgp-session-down',
  ],
  traffic:
    'Between pods by address yes, as far as it was programmed; the API server and mostly DNS cannot be reached from there.',
  prevent: [
    'Test the endpoint and the Service address from every new node before pods are put on it.',
    'Let the API server advertise an address that every node and pod can reach.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['reachability'],
      why: 'which of the two fails: the API server’s own address, or the Service’s',
      command: ({ node }) =>
        `ssh ${node} 'nc -vz -w 3 <api-server-address> 6443; nc -vz -w 3 <kubernetes-service-ip> 443; ip route get <kubernetes-service-ip>'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether kube-proxy runs on just these nodes',
      command: 'kubectl get pods -A -o wide | grep -E "kube-proxy|calico-node"',
    }),
    ask(facts, about, {
      fills: ['endpoints', 'services'],
      why: 'the Service’s address, and which servers stand behind it',
      command: 'kubectl get service,endpoints kubernetes -n default',
    }),
    ask(facts, about, {
      fills: ['ipPools', 'nodes'],
      why: 'whether the nodes’ network lies inside the pod or Service range',
      command: 'kubectl get ippools.crd.projectcalico.org -o yaml; kubectl get nodes -o wide',
    }),
  ],
}
