import { describe, expect, test } from 'vitest'
import { mode } from '#failures/cpu-starved/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const unhealthy = (message: string, pod = 'calico-node-c8t5r') =>
  `LAST SEEN   TYPE      REASON      OBJECT                  MESSAGE\n4m          Warning   Unhealthy   pod/${pod}   ${message}\n`
const timeout = unhealthy(
  'Readiness probe failed: command "/bin/calico-node -bird-ready -felix-ready" timed out',
)
const uptime = ' 11:12:13 up 3 days,  4:05,  2 users,  load average: 41.42, 38.01, 17.55\n'
const limit =
  '        resources:\n          limits:\n            cpu: 50m\n          requests:\n            cpu: 50m\n'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['probes time out on a busy machine', `${timeout}\n$ uptime\n${uptime}`, 'confirmed'],
    [
      'probes without a word on a node that is used up',
      `${unhealthy('Liveness probe failed: ')}\nNAME   CPU(cores)   CPU%   MEMORY(bytes)   MEMORY%\nw7     3990m        99%    5120Mi          66%\n`,
      'confirmed',
    ],
    [
      'a processor that does not get on',
      `${timeout}\n[ 512.100000] watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [kworker/1:1:77]\n`,
      'confirmed',
    ],
    ['probes time out, nothing else known', timeout, 'likely'],
    ['probes time out under a small limit', `${timeout}\n${limit}`, 'likely'],
    ['somebody wrote that there was no output', 'Readiness probe failed: (empty)', 'likely'],
    [
      'a call of containerd that took too long',
      `NAME                READY   STATUS    RESTARTS   AGE\ncalico-node-c8t5r   0/1     Running   4          1h\n\n${unhealthy('Readiness probe errored: rpc error: code = DeadlineExceeded desc = context deadline exceeded')}`,
      'possible',
    ],
    [
      'a probe of which only the beginning was shown, and a busy node',
      'Liveness probe failed: ...\n\nIt happens while the node is under heavy CPU load.',
      'likely',
    ],
    ['more time for probes cured it', 'livenessProbe.timeoutSeconds: 1 -> 10, which fixed it.', 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('the machine’s load alone is nothing', () => {
    expect(foundIn(`$ uptime\n${uptime}`, mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a probe that says why',
      unhealthy(
        'Readiness probe failed: calico/node is not ready: felix is not ready: readiness probe reporting 503',
      ),
    ],
    ['an application’s probe', unhealthy('Readiness probe failed: command "/bin/check" timed out', 'web-0')],
    [
      'the port is closed',
      unhealthy(
        'Liveness probe failed: Get "http://localhost:9099/liveness": dial tcp 127.0.0.1:9099: connect: connection refused',
      ),
    ],
    ['a small limit alone', limit],
    ['a probe of which only the beginning was shown', 'Liveness probe failed: ...'],
    [
      'a load that the machine carries',
      ' 11:12:13 up 3 days,  4:05,  2 users,  load average: 1.42, 1.01, 0.55\n',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
