import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/bgp-port-in-use/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const table = (info: string): string =>
  [
    'IPv4 BGP status',
    '| PEER ADDRESS | PEER TYPE         | STATE | SINCE    | INFO |',
    `| 10.7.4.22    | node-to-node mesh | down  | 05:06:07 | ${info} |`,
    `| 10.7.4.23    | node-to-node mesh | down  | 05:06:07 | ${info} |`,
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['in the table of sessions', table('Error: No listening socket'), 'confirmed'],
    [
      'in BIRD’s log, with musl’s words',
      'bird: BGP: Socket error: listen: Address in use\nbird: BGP: Cannot open listening socket',
      'confirmed',
    ],
    [
      'in BIRD’s log, with glibc’s words',
      'bird: BGP: Socket error: bind: Address already in use',
      'confirmed',
    ],
    [
      'netstat names the program',
      'root@w1:~# netstat -lntp\nActive Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name\ntcp        0      0 0.0.0.0:179             0.0.0.0:*               LISTEN      915/bgpd',
      'confirmed',
    ],
    [
      'ss names the program',
      'root@w1:~# ss -lntp\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0      3            0.0.0.0:179       0.0.0.0:*    users:(("gobgpd",pid=915,fd=8))',
      'confirmed',
    ],
    [
      'each session fails to bind',
      'bird: Mesh_10_7_4_22: Socket error: bind: Address in use\nbird: Mesh_10_7_4_23: Socket error: bind: Address in use',
      'likely',
    ],
    ['two BIRDs', 'bird: I found another BIRD running.', 'likely'],
    ['birdcl', 'Mesh_10_7_4_22 BGP      master   down   05:06:07    Error: No listening socket', 'confirmed'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string, readonly Verdict[]]>([
    [
      'BIRD itself listens',
      'root@w1:~# ss -lntp\nState  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0      8            0.0.0.0:179       0.0.0.0:*    users:(("bird",pid=733,fd=7))',
      ['not found'],
    ],
    [
      'another port is taken',
      'root@w1:~# netstat -lntp\ntcp        0      0 0.0.0.0:1179             0.0.0.0:*               LISTEN      915/bgpd',
      ['not found'],
    ],
    [
      'the address is not on the host',
      'bird: BGP: Socket error: bind: Cannot assign requested address',
      ['not found'],
    ],
    [
      'the control socket is in use, not the port',
      'bird: Cannot create control socket /var/run/calico/bird.ctl: Address in use',
      ['not found'],
    ],
    ['sessions that get no answer', table('Active'), ['not found']],
    [
      'peers refuse: perhaps this, perhaps BIRD is not up there',
      table('Active Socket: Connection refused'),
      ['possible'],
    ],
    [
      'Felix’s health port is taken',
      'listen tcp 127.0.0.1:9099: bind: address already in use',
      ['not found'],
    ],
  ])('%s', (_, text, expected) => {
    expect(expected).toContain(foundIn(text, mode))
  })
})

const listener = { node: 'w1', protocol: 'tcp' as const, address: '0.0.0.0', port: 179 }

describe('by facts', () => {
  test.each<[string, Table, string | undefined]>([
    [
      'a routing daemon',
      {
        listeners: [{ ...listener, program: 'bgpd' }],
        bgpSessions: [{ node: 'w1', peer: '10.7.4.22', kind: 'mesh', up: false, state: 'down' }],
      },
      'confirmed',
    ],
    [
      'it listens beside a BIRD that has its sessions',
      {
        listeners: [{ ...listener, program: 'bgpd' }],
        bgpSessions: [{ node: 'w1', peer: '10.7.4.22', kind: 'mesh', up: true, state: 'Established' }],
      },
      undefined,
    ],
    ['nobody said which program', { listeners: [listener] }, undefined],
  ])('%s', (_, facts, expected) => {
    expect(diagnose(factsOf(facts), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
