import { describe, expect, test } from 'vitest'
import { mode } from '#failures/oom-killed/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const described = (reason: string, code: number) => `Name:         calico-node-m5x7d
Namespace:    kube-system
Node:         w7/10.9.0.7
Status:       Running
Containers:
  calico-node:
    State:          Running
      Started:      Tue, 04 Mar 2025 05:06:07 +0000
    Last State:     Terminated
      Reason:       ${reason}
      Exit Code:    ${code}
    Ready:          False
    Restart Count:  12
    Limits:
      memory:  160Mi
`
const dmesg = (program: string) =>
  `[ 512.100000] Memory cgroup out of memory: Killed process 4242 (${program}) total-vm:2097152kB, anon-rss:160000kB, file-rss:0kB, shmem-rss:0kB, UID:0`
const limits = (memory: string) =>
  `        resources:\n          limits:\n            memory: ${memory}\n          requests:\n            cpu: 250m\n`
const top = (memory: string) =>
  `NAME                CPU(cores)   MEMORY(bytes)\ncalico-node-m5x7d   980m         ${memory}\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['a description', described('OOMKilled', 137), 'confirmed'],
    [
      'a list of pods',
      'NAME                READY   STATUS      RESTARTS   AGE\ncalico-node-m5x7d   0/1     OOMKilled   12         1h\n',
      'confirmed',
    ],
    ['the kernel', dmesg('calico-node'), 'confirmed'],
    [
      'kubelet’s event of the node',
      'System OOM encountered, victim process: calico-felix, pid: 4242',
      'confirmed',
    ],
    [
      'the operator',
      'Pod calico-system/calico-node-m5x7d has crash looping container: calico-node (OOMKilled, exit code 137)',
      'confirmed',
    ],
    ['memory just below the limit', `${limits('256Mi')}\n${top('251Mi')}`, 'likely'],
    [
      'a higher limit cured it',
      'We raised the memory limit of calico-node to 512Mi, and that fixed it.',
      'likely',
    ],
    ['told in words', 'Felix grows and gets OOM-killed by the kernel every hour.', 'likely'],
    ['the limit before and after', 'limits.memory: 128Mi -> 400Mi', 'likely'],
    ['it was killed, and nobody says why', described('Error', 137), 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('another reason of the same end is another trouble', () => {
    expect(foundIn(described('Error', 1), mode)).toBe('not found')
  })
})

test('a container that was killed for memory is Calico’s only where somebody says so', () => {
  const text =
    '    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137\n    Restart Count:  12'
  expect(foundIn(text, mode)).toBe('not found')
  expect(foundIn(`${text}\n\nThis is calico-node.`, mode)).toBe('confirmed')
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['an application was killed', dmesg('java')],
    [
      'a state of some container, which nobody calls Calico’s',
      '    Last State:     Terminated\n      Reason:       Error\n      Exit Code:    137\n    Restart Count:  12',
    ],
    ['a small limit alone', limits('160Mi')],
    ['enough room below the limit', `${limits('512Mi')}\n${top('251Mi')}`],
    [
      'an application’s pod',
      'NAME    READY   STATUS      RESTARTS   AGE\nweb-0   0/1     OOMKilled   12         1h\n',
    ],
    [
      'evicted for memory',
      '  Warning  Evicted  41m  kubelet  The node was low on resource: memory. Container web was using 3Gi, request is 0, has larger consumption of memory.',
    ],
    [
      'a higher limit changed nothing',
      'We raised the memory limit of calico-node to 512Mi, which did not help.',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
