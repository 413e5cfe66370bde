import { expect, test } from 'vitest'
import { type NodeDoors, throughApi } from '#report/node-doors.ts'

const calicoNode = { namespace: 'kube-system', name: 'calico-node-abcde', isRoot: true }
const kubeProxy = { namespace: 'kube-system', name: 'kube-proxy-fghij' }
const inNode = 'kubectl exec -n kube-system calico-node-abcde -c calico-node --'
const inProxy = 'kubectl exec -n kube-system kube-proxy-fghij -c kube-proxy --'
const debug = 'kubectl debug node/w1 -it --profile=sysadmin --image=busybox -- chroot /host'

const typed = (command: string, doors: NodeDoors | undefined, client: 'kubectl' | 'oc' = 'kubectl'): string =>
  throughApi(command, { nodes: new Map(doors === undefined ? [] : [['w1', doors]]), client })

test.each<[string, string, NodeDoors | undefined, string]>([
  ['a node that no API reaches is left to ssh', `ssh w1 'ip route'`, undefined, `ssh w1 'ip route'`],
  [
    'a machine that is no node, too',
    `ssh <control-plane-host> 'df -h'`,
    { calicoNode },
    `ssh <control-plane-host> 'df -h'`,
  ],
  ['what is no ssh stays', 'kubectl get nodes', { calicoNode }, 'kubectl get nodes'],
  ['calico-node shares the node’s network', `ssh w1 'ip -d addr'`, { calicoNode }, `${inNode} ip -d addr`],
  [
    'and runs a shell where more than one thing is asked',
    `ssh w1 'ip route; ip -6 route'`,
    { calicoNode },
    `${inNode} sh -c 'ip route; ip -6 route'`,
  ],
  [
    'calicoctl is not in it, BIRD’s client is',
    'ssh w1 sudo calicoctl node status',
    { calicoNode },
    `${inNode} birdcl -s /var/run/calico/bird.ctl show protocols`,
  ],
  [
    'it mounts the folder of the plugin’s configuration elsewhere',
    `ssh w1 'ls -l /etc/cni/net.d'`,
    { calicoNode },
    `${inNode} ls -l /host/etc/cni/net.d`,
  ],
  [
    'kube-proxy has iptables, and parameters as files',
    `ssh w1 'sysctl net.netfilter.nf_conntrack_count fs.file-nr; sudo iptables-save -c | grep -E "4789|(DROP)"'`,
    { calicoNode: { ...calicoNode, isRoot: false }, kubeProxy },
    `${inProxy} sh -c 'grep . /proc/sys/net/netfilter/nf_conntrack_count /proc/sys/fs/file-nr; iptables-save -c | grep -E "4789|(DROP)"'`,
  ],
  [
    'packet filters take root',
    `ssh w1 'iptables-save'`,
    { calicoNode: { ...calicoNode, isRoot: false } },
    `${debug} sh -c 'iptables-save'`,
  ],
  [
    'a file that is not mounted takes a pod with the host’s disk',
    `ssh w1 'cat /etc/hosts'`,
    { calicoNode },
    `${debug} sh -c 'cat /etc/hosts'`,
  ],
  [
    'and so does a program that no image has',
    `ssh w1 'timeout 10 tcpdump -ni any'; ssh <other-node> 'ss -lnt'`,
    { calicoNode, kubeProxy },
    `${debug} sh -c 'timeout 10 tcpdump -ni any'; kubectl debug node/<other-node> -it --profile=sysadmin --image=busybox -- chroot /host sh -c 'ss -lnt'`,
  ],
  [
    'what the person’s own shell fills in is filled in by it',
    `for s in 10.0.0.1; do ssh w1 "nc -vz $s 6443"; done`,
    { calicoNode },
    `for s in 10.0.0.1; do ${debug} sh -c "nc -vz $s 6443"; done`,
  ],
])('%s', (_, command, doors, expected) => {
  expect(typed(command, doors)).toBe(expected)
})

test('OpenShift’s own client makes the pod that its policies take', () => {
  expect(typed(`ssh w1 'journalctl -u kubelet'`, {}, 'oc')).toBe(
    `oc debug node/w1 -- chroot /host sh -c 'journalctl -u kubelet'`,
  )
})
