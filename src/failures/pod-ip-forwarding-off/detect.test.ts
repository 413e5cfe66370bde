import { describe, expect, test } from 'vitest'
import { mode } from '#failures/pod-ip-forwarding-off/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const inPod = '$ kubectl exec -n vpn gateway-0 -- cat /proc/sys/net/ipv4/ip_forward\n0'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'the trace of the service load balancer',
      "+ cat /proc/sys/net/ipv4/ip_forward\n+ '[' 0 '!=' 1 ']'\n+ exit 1",
      'confirmed',
    ],
    ['the host', 'root@w1:~# sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 0', 'confirmed'],
    ['the host, by its other name', 'net.ipv4.conf.all.forwarding = 0', 'confirmed'],
    [
      'kubeadm’s check',
      '[ERROR FileContent--proc-sys-net-ipv4-ip_forward]: /proc/sys/net/ipv4/ip_forward contents are not set to 1',
      'confirmed',
    ],
    [
      'a pod, and a host that forwards',
      `${inPod}\n\nroot@w1:~# sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1`,
      'confirmed',
    ],
    [
      'a pod, and a setting that forbids it',
      `${inPod}\n\n"container_settings": {\n  "allow_ip_forwarding": false\n}`,
      'confirmed',
    ],
    ['a pod', inPod, 'likely'],
    [
      'a file that will switch it off',
      'root@w1:~# grep -r ip_forward /etc/sysctl.d\n/etc/sysctl.d/60-hardening.conf:net.ipv4.ip_forward = 0',
      'likely',
    ],
    [
      'what cured it',
      'The VPN pod did not route for its clients. Setting allow_ip_forwarding fixed it.',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['a host that forwards', 'net.ipv4.ip_forward = 1'],
    ['somebody switched it on', 'We are enabling IP forwarding on the hosts, it was not set.'],
    ['interfaces to come', 'net.ipv4.conf.default.forwarding = 0'],
    ['IPv6 on a host without it', 'net.ipv6.conf.all.forwarding = 0'],
    ['a setting alone: it is the default', 'containerIPForwarding: Disabled'],
    [
      'another sysctl that may not be written',
      "can't create /proc/sys/net/ipv4/conf/all/rp_filter: Read-only file system",
    ],
    ['another test of a script', "+ '[' 1 '!=' 1 ']'"],
    ['it was switched on in vain', 'We enabled IP forwarding in the pod, no change.'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('without the host’s value the pod’s is likely only', () => {
  const host = 'root@w1:~# sysctl net.ipv4.ip_forward\nnet.ipv4.ip_forward = 1'
  expect(foundIn(`${inPod}\n\n${host}`, mode)).toBe('confirmed')
  expect(foundIn(inPod, mode)).toBe('likely')
  expect(foundIn(host, mode)).toBe('not found')
})
