import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/kernel-too-old/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const byHand = `root@w1:~# ip -6 route add fd20:5::100/122 via fd20:5::40 dev vxlan-v6.calico onlink
RTNETLINK answers: No route to host`

const pool = `apiVersion: crd.projectcalico.org/v1
kind: IPPool
metadata:
  name: six
spec:
  cidr: fd20:5::/64
  vxlanMode: Always
`

const routes = `root@w1:~# ip -6 route
fd20:5::1 dev cali1f2e3d4c5b6 metric 1024 pref medium
blackhole fd20:5::/122 dev lo proto 80 metric 1024 pref medium
fe80::/64 dev eth0 proto kernel metric 256 pref medium`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the route by hand', byHand, 'confirmed'],
    [
      'in Felix’s log',
      '2025-03-04 05:06:07.890 [WARNING][77] felix/route_table.go 1031: Failed to add route error=no route to host ifaceName="vxlan-v6.calico" ipVersion=0x6 targetCIDR=fd20:5::100/122',
      'confirmed',
    ],
    [
      'an old kernel, a pool with VXLAN for IPv6, and IPv6 that fails',
      `${pool}\nIPv4 between pods works, but IPv6 across nodes does not work.\n\n$ uname -r\n3.10.0-1160.el7.x86_64`,
      'confirmed',
    ],
    ['eBPF on an old kernel', 'kernel is too old (have: 4.15.0 but want at least: 5.3.0)', 'confirmed'],
    ['routes that do not leave the node', routes, 'likely'],
    ['an old kernel and a pool with VXLAN for IPv6', `${pool}\n$ uname -r\n4.15.0-20-generic`, 'likely'],
    [
      'IPv6 fails, as somebody says',
      'Between pods on different nodes IPv4 works, but IPv6 does not work.',
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a route over another device',
      'root@w1:~# ip route add 10.9.0.0/26 via 10.0.0.9 dev eth0\nRTNETLINK answers: No route to host',
    ],
    ['an old kernel without VXLAN for IPv6', '$ uname -r\n3.10.0-1160.el7.x86_64'],
    ['a new kernel with a pool of VXLAN for IPv6', `${pool}\n$ uname -r\n5.15.0-91-generic`],
    ['a Red Hat kernel that got it', `${pool}\n$ uname -r\n4.18.0-425.3.1.el8.x86_64`],
    [
      'a device that the kernel does not know',
      'Failed configure VXLAN tunnel device, retrying... error=operation not supported',
    ],
    [
      'routes that leave the node',
      `${routes}\nfd20:5::100/122 via fd20:5::40 dev vxlan-v6.calico proto 80 metric 1024 onlink pref medium`,
    ],
    ['routes by BGP', `${routes}\nfd20:5::100/122 via fd00::9 dev eth0 proto bird metric 1024 pref medium`],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('IPv6 fails on a kernel that is new enough', () => {
    const text =
      'Between pods on different nodes IPv4 works, but IPv6 does not work.\n\n$ uname -r\n6.1.0-13-amd64'
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('without the kernel the pool proves nothing', () => {
  const table: Table = {
    ipPools: [{ name: 'six', cidr: 'fd20:5::/64', disabled: false, encapsulation: 'vxlan' }],
    remarks: [{ says: 'ipv4-works-ipv6-fails', from: { source: 'test', atMs: ago(1) } }],
  }
  const old = { of: 'kernel', version: '3.10.0-1160.el7.x86_64' }
  const confidence = (more: Table) => diagnose(factsOf({ ...table, ...more }), [mode]).causes[0]?.confidence
  expect(confidence({ versions: [old] })).toBe('confirmed')
  expect(confidence({})).toBe('possible')
})
