import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CgroupState, detector } from '#failures/runtime-cgroup-driver-mismatch/detect.ts'

export const mode: Mode<CgroupState> = {
  id: 'runtime-cgroup-driver-mismatch',
  title: 'kubelet and the container runtime use different cgroup drivers',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-not-ready',
    'pods-not-ready-on-node',
    'bird-not-running',
    'bgp-session-down',
    'node-not-ready',
    'network-unavailable',
    'sandbox-creation-failing',
  ],
  traffic: 'While calico-node runs, yes; its routes go and come with its restarts.',
  prevent: [
    'Set SystemdCgroup = true for every runtime of containerd before kubelet starts for the first time.',
    'Check it after updates of the runtime or the NVIDIA toolkit, which write their own sections.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['pods'],
      why: 'whether containers end with exit code 0 and no probe failed, of kube-proxy as well',
      command: ({ node, namespace }) =>
        `kubectl get pods -n ${namespace} -o wide --field-selector spec.nodeName=${node}; kubectl describe pods -n ${namespace} --field-selector spec.nodeName=${node} | grep -A5 'Last State'`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'which driver each of the two uses',
      command: ({ node }) =>
        `ssh ${node} 'grep -n -B3 SystemdCgroup /etc/containerd/config.toml; grep cgroupDriver /var/lib/kubelet/config.yaml; sudo crictl info | grep -i systemdCgroup'`,
      cost: 4,
    }),
  ],
}
