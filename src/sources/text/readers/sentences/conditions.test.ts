import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { rows } from '#sources/text/readers/testing.ts'

describe('states told in words, as facts', () => {
  test.each<[string, RelationName, object]>([
    ['Two of the workers have firewalld enabled.', 'units', { unit: 'firewalld', active: 'active' }],
    ['On the storage machines ufw is not running.', 'units', { unit: 'ufw', active: 'inactive' }],
    ['The NetworkManager is active on these hosts.', 'units', { unit: 'NetworkManager', active: 'active' }],
    ['It seems calico-node was evicted last night.', 'pods', { component: 'calico-node', status: 'Evicted' }],
    [
      'Our typha pods keep restarting all day.',
      'pods',
      { component: 'calico-typha', status: 'CrashLoopBackOff' },
    ],
    ['calico-felix is OOM killed on large nodes.', 'pods', { component: 'calico-node', status: 'OOMKilled' }],
    ['The root disk of node k8s-worker-04 ran full.', 'mounts', { node: 'k8s-worker-04', usedPercent: 100 }],
    ['There is no space left on /var of that host.', 'mounts', { path: '/var', usedPercent: 100 }],
    ['Port 179 is closed between the two sites.', 'reachability', { port: 179, outcome: 'timed-out' }],
    ['TCP 5473 is not reachable from the new nodes.', 'reachability', { port: 5473, outcome: 'timed-out' }],
    ['Since docker came, the FORWARD policy is DROP.', 'filterChains', { chain: 'FORWARD', policy: 'DROP' }],
    ['Rocky hosts with iptables 1.8.10 in nf_tables mode.', 'versions', { version: 'v1.8.10 (nf_tables)' }],
    [
      'Felix works with iptables-legacy on these nodes.',
      'settings',
      { name: 'FELIX_IPTABLESBACKEND', value: 'Legacy' },
    ],
    ['We run Kubernetes v1.29 and Calico 3.27 here.', 'versions', { of: 'calico', version: 'v3.27' }],
    [
      'Every node still has projectcalico.org/operator-node-migration=pre-operator as label.',
      'settings',
      { name: 'labels.projectcalico.org/operator-node-migration', value: 'pre-operator' },
    ],
  ])('%s', (text, relation, row) => {
    expect(rows(text, relation)).toContainEqual(expect.objectContaining(row))
  })

  test.each<[string, RelationName]>([
    ['Is firewalld running on any of these hosts?', 'units'],
    ['If ufw is active, open the ports first.', 'units'],
    ['We do not have firewalld on these hosts.', 'units'],
    ['It works once firewalld is stopped there.', 'units'],
    ['calico-node was never evicted from these nodes.', 'pods'],
    ['The shop pods were evicted last night.', 'pods'],
    ['Make sure that the disk is not full.', 'mounts'],
    ['The disk of the database volume is full.', 'mounts'],
    ['Port 179 is not blocked between the nodes.', 'reachability'],
    ['After we opened 5473 it was no longer blocked.', 'reachability'],
    ['We changed the FORWARD policy from DROP to ACCEPT.', 'filterChains'],
    ['This was fixed in Calico 3.28 they say.', 'versions'],
    ['We want to upgrade to Kubernetes 1.31 soon.', 'versions'],
    ['The label projectcalico.org/operator-node-migration was removed from all nodes.', 'settings'],
  ])('nothing of it: %s', (text, relation) => {
    expect(rows(text, relation)).toEqual([])
  })

  test.each<[string, string]>([
    ['Some weave interfaces were left behind on the hosts.', 'other-cni-left'],
    ['The chains CILIUM_FORWARD and CILIUM_POST are still there.', 'other-cni-left'],
    ['tunl0 was not removed with the previous cluster.', 'tunnel-device-left'],
    ['FDB entries of vxlan.calico belong to a stale node.', 'stale-neighbours'],
    ['The calico-node DaemonSet was deleted by a colleague.', 'daemonset-is-missing'],
    ['Kyverno denies the pods of calico-node here.', 'admission-refuses'],
    ['Our hosts are arm64 but the image is for amd64.', 'image-of-other-processor'],
    ['Typha hangs and new clients get nothing.', 'typha-does-not-serve'],
    ['bird.cfg is not updated when peers are added.', 'bird-config-not-updated'],
    ['All affected nodes are in zone fra05 at the moment.', 'zone-in-common'],
    ['Uploads of more than 1400 bytes hang for ever.', 'small-works-large-fails'],
    ['The web service answers only on the node that runs the pod.', 'same-node-works-cross-node-fails'],
  ])('%s', (text, says) => {
    expect(rows(text, 'remarks')).toContainEqual(expect.objectContaining({ says }))
  })

  test.each([
    'No flannel interfaces are left on the hosts.',
    'Was tunl0 left over from the old cluster?',
    'There are no stale neighbours behind the uplink.',
    'The calico-node DaemonSet is complete on all nodes.',
  ])('no remark: %s', (text) => expect(rows(text, 'remarks')).toEqual([]))
})

describe('what a sentence quotes', () => {
  test.each([
    'Was calico-node OOM killed on these hosts?',
    'If calico-node is OOMKilled, raise its memory limit.',
    'The web pod of the shop was OOMKilled again.',
  ])('people’s own words that claim nothing of Calico: %s', (text) =>
    expect(rows(text, 'messages')).toEqual([]),
  )

  test('a remark behind a line of output is read like a sentence', () => {
    const text =
      '10.244.77.0/26 via 10.1.2.3 dev tunl0 proto bird onlink   # tunl0 is left over from the old cluster'
    expect(rows(text, 'remarks')).toMatchObject([{ says: 'tunnel-device-left' }])
  })
})
