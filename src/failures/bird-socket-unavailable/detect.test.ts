import { describe, expect, test } from 'vitest'
import { factsOf } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bird-socket-unavailable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const probe = (error: string): string =>
  `Readiness probe failed: calico/node is not ready: BIRD is not ready: error querying BIRD: unable to connect to BIRDv4 socket: ${error}`
const missing = 'dial unix /var/run/bird/bird.ctl: connect: no such file or directory'
const at = '2025-03-04 05:06:07.890'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a stale entry is in the way',
      'bird: Cannot create control socket /var/run/calico/bird.ctl: Address in use',
      'confirmed',
    ],
    [
      'the folder is not there',
      'bird: Cannot create control socket /var/run/calico/bird.ctl: No such file or directory',
      'confirmed',
    ],
    [
      'the file system is read-only',
      'bird: Cannot create control socket /var/run/calico/bird6.ctl: Read-only file system',
      'confirmed',
    ],
    [
      'a folder has the socket’s name',
      '$ ls -ld /var/run/calico/bird.ctl\ndrwxr-xr-x 2 root root 40 Mar  4 05:06 /var/run/calico/bird.ctl',
      'confirmed',
    ],
    ['the probe finds no socket, and nothing else is known', probe(missing), 'likely'],
    [
      'the probe of an older release finds nobody behind it',
      'calico/node is not ready: BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused',
      'likely',
    ],
    [
      'calicoctl without root',
      "Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied\nCouldn't connect to bird. Try running as root.",
      'confirmed',
    ],
    [
      'birdcl without root',
      '$ birdcl -s /var/run/calico/bird.ctl show protocols\nUnable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('after start-up has failed, no socket is what one expects', () => {
    const text = `${at} [WARNING][9] startup/startup.go 1300: Terminating\nCalico node failed to start\n${probe(missing)}`
    expect(foundIn(text, mode)).toBe('possible')
  })

  test('beside a Felix that is not ready it is no more than a hint', () => {
    expect(
      foundIn(
        `${probe(missing)}\ncalico/node is not ready: felix is not ready: readiness probe reporting 503`,
        mode,
      ),
    ).toBe('possible')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'BIRD itself is denied its folder',
      'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied',
    ],
    ['a probe that is denied', probe('dial unix /var/run/calico/bird.ctl: connect: permission denied')],
    [
      'another program’s socket',
      'dial unix /run/containerd/containerd.sock: connect: no such file or directory',
    ],
    ['sessions are not established', 'BIRD is not ready: BGP not established with 10.7.4.22'],
    ['the port is in use, not the socket', 'bird: BGP: Socket error: listen: Address in use'],
    [
      'the socket is one',
      '$ ls -l /var/run/calico/bird.ctl\nsrwxr-xr-x 1 root root 0 Mar  4 05:06 /var/run/calico/bird.ctl',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('it is over where BIRD started later', () => {
    const text = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Address in use\nbird: Started'
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('a tool without root explains nothing about the node', () => {
  const messages = [
    { message: { id: 'calicoctl/bird-denied', params: {} }, node: 'w1', count: 1 },
    { message: { id: 'health/bgp-not-established', params: { peers: '10.7.4.22' } }, node: 'w1', count: 1 },
  ]
  expect(diagnose(factsOf({ messages }), [mode]).unexplained.map(({ id }) => id)).toContain(
    'bgp-session-down',
  )
})
