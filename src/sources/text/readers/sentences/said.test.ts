import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

const said = (text: string): readonly unknown[] =>
  rows(text, 'remarks').map((row) => (row as { readonly says: string }).says)

describe('what passes and what does not', () => {
  test.each<[string, string]>([
    ['Pods in the same subnet can’t reach each other', 'same-subnet-fails'],
    ['Cross-subnet traffic works, same-subnet traffic does not', 'same-subnet-fails'],
    ['pods on hosts in different VLANs fail to talk to each other', 'cross-subnet-fails'],
    ['only pods on one machine can talk', 'same-node-works-cross-node-fails'],
    ['Requests between pods on different hosts hang', 'same-node-works-cross-node-fails'],
    ['ping is fine, curl hangs', 'icmp-works-tcp-fails'],
    ['every packet is lost except ICMP', 'icmp-works-tcp-fails'],
    ['Nothing but ping works between pods: only ICMP passes', 'icmp-works-tcp-fails'],
    ['large uploads get stuck', 'small-works-large-fails'],
    ['Short requests pass but big ones time out', 'small-works-large-fails'],
    ['only IPv6 is broken', 'ipv4-works-ipv6-fails'],
    ['IPv4 is OK, v6 doesn’t work', 'ipv4-works-ipv6-fails'],
    ['Pods have no connection to the internet', 'egress-fails'],
    ['pods can’t resolve names', 'dns-fails'],
    ['Everything works except DNS', 'dns-fails'],
    ['New pods are unable to reach the API server', 'pods-cannot-reach-api'],
    ['The hosts cannot ping their own pods', 'host-to-pod-fails'],
    ['freshly created pods never connect, old ones are fine', 'only-new-pods-fail'],
    ['Only newly added nodes are broken', 'only-new-nodes-fail'],
    ['throughput between pods is only 30 Mbit/s', 'slow-network'],
    ['The machines can reach each other', 'node-network-fine'],
    ['SSH still works', 'ssh-works'],
  ])('%s', (text, says) => {
    expect(said(text)).toContain(says)
  })

  test.each([
    'IPv6 works, IPv4 as well',
    'pods on other nodes can be reached',
    'traffic between subnets is not lost',
    'the other nodes are down', // nothing is said of traffic
    'The API server cannot reach the webhook pods', // the other way round
    'large clusters fail our tests', // not a size of packets
    'git could not resolve the conflict', // nobody's name
    'the public website is slow',
  ])('near miss: %s', (text) => {
    expect(said(text)).toEqual([])
  })
})

describe('what happened before', () => {
  test.each<[string, string]>([
    ['it worked until the reboot', 'node-was-rebooted'],
    ['two hosts were power-cycled', 'node-was-rebooted'],
    ['Since the kernel update it is broken', 'os-was-updated'],
    ['yesterday we updated Calico', 'calico-was-upgraded'],
    ['after the upgrade of Calico to v3.27 it began', 'calico-was-upgraded'],
    ['Kubernetes was upgraded to 1.31', 'kubernetes-was-upgraded'],
    ['Weave Net had been installed before', 'other-cni-was-used'],
    ['somebody enabled ufw on all hosts', 'firewall-was-changed'],
    ['a default deny policy was applied', 'policy-was-applied'],
    ['the machine was renamed', 'node-was-renamed'],
    ['worker-3 was re-added to the cluster', 'node-was-readded'],
    ['the IP of the node changed', 'address-was-changed'],
    ['it comes back by itself after a while', 'heals-by-itself'],
    ['routes vanish and reappear', 'routes-come-and-go'],
    ['calico-node keeps restarting, its logs are clean', 'pods-restart-with-clean-logs'],
    ['the CPU is saturated on that host', 'high-load'],
    ['all failing nodes are in the same rack', 'zone-in-common'],
    ['only bond0 has an IP address', 'one-address-only'],
  ])('%s', (text, says) => {
    expect(said(text)).toContain(says)
  })

  test.each([
    'Calico will be upgraded next week',
    'Calico was not upgraded',
    'We upgraded the database yesterday',
    'the policies that are applied to the cluster',
    'flannel was never used here',
    'Please reboot the node after the update',
    'You should enable the firewall',
    'Did anybody rename the host?',
    'another node answers on the address',
  ])('near miss: %s', (text) => {
    expect(said(text)).toEqual([])
  })
})

test('a sentence that was wrapped is one sentence', () => {
  expect(
    said('When we looked at it on Monday all of the pods in\nthe same subnet could not reach each other.'),
  ).toEqual(['same-subnet-fails'])
})

test.each([
  ['the mount of /lib/modules is missing in the container', '/lib/modules'],
  ['/sys/fs/bpf is not mounted', '/sys/fs/bpf'],
])('a mount that is not there is a setting of the container: %s', (text, value) => {
  expect(rows(text, 'settings')).toMatchObject([{ of: 'container', name: 'missingMounts', value }])
})
