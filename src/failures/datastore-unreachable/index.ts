import { ask } from '#cluster/asking.ts'
import { infrastructureOf } from '#cluster/managed.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type DatastoreState, detector } from '#failures/datastore-unreachable/detect.ts'

export const mode: Mode<DatastoreState> = {
  id: 'datastore-unreachable',
  title: 'The API server (Calico’s datastore) is out of reach for all or most nodes',
  owner: 'provider',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'sandbox-creation-failing',
    'node-not-ready',
    'calico-api-unavailable',
    'cni-install-failing',
    'typha-unreachable',
    'node-flapping',
    'operator-degraded',
    'pods-not-ready-on-node',
  ],
  traffic: 'Pods that run go on: routes, rules and addresses stay as they were; nothing new is programmed.',
  prevent: [
    'Run at least three control-plane hosts behind a load balancer whose health checks look at /readyz.',
    'Watch etcd: latency of its disk, its space, its certificates.',
  ],
  questions: (about, facts) => [
    ...(infrastructureOf(facts) === 'g2'
      ? [
          ask(facts, clusterSubject, {
            fills: ['endpointGateways'],
            why: 'whether the workers’ own way to the master, an endpoint gateway of their VPC, is there and stable',
            cost: 2,
          }),
        ]
      : []),
    ask(facts, about, {
      fills: ['pods', 'messages'],
      why: 'whether the API server answers at all, and whether all nodes complain at one time',
      command: `kubectl get --raw '/readyz?verbose'; kubectl get pods -A -o wide | grep -E 'calico-node|kube-apiserver|etcd-'`,
    }),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether 6443 of each control-plane host answers from a node',
      command: ({ node }) => `ssh ${node} 'for s in <control-plane-addresses>; do nc -vz -w 3 $s 6443; done'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the API server and etcd say on the control-plane host',
      command: `ssh <control-plane-host> 'crictl ps -a | grep -E "apiserver|etcd"; crictl logs --tail=50 $(crictl ps -a --name kube-apiserver -q | head -1); df -h'`,
      cost: 5,
    }),
  ],
}
