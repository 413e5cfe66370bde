import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type HostWriteState } from '#failures/install-cni-host-write-failed/detect.ts'

export const mode: Mode<HostWriteState> = {
  id: 'install-cni-host-write-failed',
  title: 'Calico’s CNI programs cannot be written to, or run on, the host',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'cni-install-failing',
    'cni-not-initialized',
    'calico-node-not-ready',
    'sandbox-creation-failing',
    'pods-not-ready-on-node',
    'bgp-session-down',
    'network-unavailable',
    'cross-node-traffic-failing',
  ],
  traffic:
    'Pods that run go on, across nodes until the peers give up its routes; new ones get no network on that node.',
  prevent: [
    'Mount /opt with exec, or put the programs elsewhere with binDir of runtime and installer alike.',
    'Let the node’s image hold /opt/cni/bin and /etc/cni/net.d, writable and with their SELinux labels.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the installer says',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c install-cni; kubectl logs -n ${namespace} ${pod} -c install-cni --previous`,
    }),
    ask(facts, about, {
      fills: ['mounts', 'hostPaths'],
      why: 'whether the folders are there, may be written, and may hold programs',
      command: ({ node }) =>
        `ssh ${node} 'findmnt -T /opt/cni/bin; findmnt -T /etc/cni/net.d; ls -ldZ /opt/cni/bin /etc/cni/net.d; ls -l /opt/cni/bin /etc/cni/net.d'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether SELinux forbids it, or whether the host can run the programs at all',
      command: ({ node }) => `ssh ${node} 'sudo ausearch -m avc -ts recent; /opt/cni/bin/calico -v'`,
      cost: 5,
    }),
  ],
}
