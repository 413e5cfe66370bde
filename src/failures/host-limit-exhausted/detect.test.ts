import { describe, expect, test } from 'vitest'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/host-limit-exhausted/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { readText } from '#sources/text/index.ts'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'the table of connections, in dmesg',
      '[ 8812.114007] nf_conntrack: table full, dropping packet',
      'confirmed',
    ],
    [
      'the same of a newer kernel',
      '[ 8812.114007] nf_conntrack: nf_conntrack: table full, dropping packet',
      'confirmed',
    ],
    ['the table of neighbours', 'kernel: neighbour: arp_cache: neighbor table overflow!', 'confirmed'],
    ['kubelet and inotify', 'failed to create fsnotify watcher: too many open files', 'confirmed'],
    [
      'open files of Felix',
      '2025-03-04 05:06:07.890 [ERROR][77] felix/health.go 296: Health endpoint failed, trying to restart it... error=accept tcp 127.0.0.1:9099: accept4: too many open files',
      'confirmed',
    ],
    ['open files of Python Felix', 'OSError: [Errno 24] Too many open files', 'confirmed'],
    [
      'processes of a node',
      '[ 8812.114007] cgroup: fork rejected by pids controller in /kubepods.slice/kubepods-burstable.slice',
      'confirmed',
    ],
    ['threads', 'runtime: failed to create new OS thread (have 33 already; errno=11)', 'confirmed'],
    [
      'count and limit',
      'net.netfilter.nf_conntrack_count = 65536\nnet.netfilter.nf_conntrack_max = 65536',
      'confirmed',
    ],
    [
      'nearly full',
      'net.netfilter.nf_conntrack_count = 64100\nnet.netfilter.nf_conntrack_max = 65536',
      'likely',
    ],
    ['a limit of connections that no kernel sets', 'net.netfilter.nf_conntrack_max = 512', 'likely'],
    ['one that the node alone reaches', 'net.netfilter.nf_conntrack_max = 8', 'confirmed'],
    ['the same of neighbours', 'net.ipv4.neigh.default.gc_thresh3 = 64', 'likely'],
    ['room for one neighbour', 'net.ipv4.neigh.default.gc_thresh3 = 1', 'confirmed'],
    ['what cured it', 'Only new connections failed. We raised nf_conntrack_max, which solved it.', 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a table that is half full',
      'net.netfilter.nf_conntrack_count = 31000\nnet.netfilter.nf_conntrack_max = 65536',
    ],
    [
      'a limit without its count',
      'net.netfilter.nf_conntrack_max = 65536\nnet.ipv4.neigh.default.gc_thresh3 = 1024\nfs.inotify.max_user_instances = 128',
    ],
    ['a disk that is full', 'write /var/log/pods/a.log: no space left on device'],
    ['an IP set that is full', 'ipset v7.11: Error in line 4: Hash is full, cannot add more elements'],
    ['a higher limit that changed nothing', 'We raised nf_conntrack_max, no change.'],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('open files of an application', () => {
    const text = '$ kubectl logs -n shop web-5d9c6b7f4-2xkzq\naccept4: too many open files'
    expect(foundIn(text, mode)).toBe('not found')
    expect(foundIn(text.replace('shop', 'kube-system').replace('web-5d9c6b7f4', 'calico-node'), mode)).toBe(
      'confirmed',
    )
  })
})

test('without the line of the kernel the count decides how sure it is', () => {
  const count = 'net.netfilter.nf_conntrack_count = 64100\nnet.netfilter.nf_conntrack_max = 65536'
  expect(foundIn(`[ 8812.114007] nf_conntrack: table full, dropping packet\n\n${count}`, mode)).toBe(
    'confirmed',
  )
  expect(foundIn(count, mode)).toBe('likely')
})

test('a full table of connections is why Typha is not reached', () => {
  const text = `[ 8812.114007] nf_conntrack: nf_conntrack: table full, dropping packet
2025-03-04 05:06:07.890 [ERROR][77] felix/daemon.go 1093: Failed to connect to Typha. Retrying... error=dial tcp 10.0.0.22:5473: i/o timeout
`
  const { facts } = readText([{ name: 'test', text }], { nowMs: Date.UTC(2030, 0, 1), node: 'k8s-worker-02' })
  const [cause] = diagnose(facts, [mode]).causes
  expect(cause?.explains.map(({ id }) => id)).toContain('typha-unreachable')
})
