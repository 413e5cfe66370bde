import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseBirdProtocols } from '#sources/formats/birdcl.ts'
import { parseCapabilities, parseProcStatuses } from '#sources/formats/proc-status.ts'
import { canonicalPath, parseStat, parseStatAbsent } from '#sources/formats/stat.ts'
import { parseTmpfiles } from '#sources/formats/tmpfiles.ts'

describe('stat', () => {
  test.each([
    [
      'a folder',
      '600 10001 0 directory /run/calico',
      { path: '/run/calico', mode: 0o600, uid: 10001, gid: 0, kind: 'directory' },
    ],
    ['a setuid file', '4755 0 0 regular file /usr/bin/bird', { mode: 0o4755, kind: 'file' }],
    ['an empty file', '644 0 0 regular empty file /x', { kind: 'file', path: '/x' }],
    ['a socket', '755 10001 0 socket /run/calico/bird.ctl', { kind: 'socket' }],
    [
      'a device: its kind is not told apart',
      '666 0 0 character special file /dev/null',
      { kind: undefined, path: '/dev/null' },
    ],
    ['mode 0', '0 0 0 directory /run/calico', { mode: 0 }],
  ])('%s', (_, line, expected) => {
    expect(parseStat(`${line}\n`)).toMatchObject([expected])
  })

  test.each([
    ['GNU, newer', "stat: cannot statx '/run/calico': No such file or directory", ['/run/calico']],
    ['GNU, older', "stat: cannot stat '/run/calico': No such file or directory", ['/run/calico']],
    ['BusyBox', "stat: can't stat '/run/calico': No such file or directory", ['/run/calico']],
    [
      'a path behind a folder without search right is not absent',
      "stat: cannot statx '/run/calico/bird.ctl': Permission denied",
      [],
    ],
  ])('absent paths: %s', (_, stderr, expected) => {
    expect(parseStatAbsent(stderr)).toEqual(expected)
  })

  test('whatever text comes, nothing breaks', () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => Array.isArray(parseStat(text)) && Array.isArray(parseStatAbsent(text)),
      ),
    )
  })

  test.each([
    ['/var/run/calico', '/run/calico'],
    ['/run/calico/', '/run/calico'],
    ['/var/runtime', '/var/runtime'],
    ['/', '/'],
  ])('%s is %s', (path, canonical) => expect(canonicalPath(path)).toBe(canonical))
})

describe('/proc/<pid>/status', () => {
  const text =
    'Name:\tbird\nUid:\t10001\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapEff:\t0000000000003400\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\n'

  test('effective ids count, not the real ones', () => {
    expect(parseProcStatuses(text)).toMatchObject([{ name: 'bird', uid: 0, gid: 0 }])
  })
  test('several processes in one text', () => {
    expect(parseProcStatuses(`${text}${text.replace('bird', 'confd')}`).map(({ name }) => name)).toEqual([
      'bird',
      'confd',
    ])
  })
  test('a process that ended while it was read costs itself only', () => {
    expect(parseProcStatuses(`Name:\tgone\n${text}`)).toHaveLength(1)
  })
  test.each([
    ['0000000000003400', ['NET_BIND_SERVICE', 'NET_ADMIN', 'NET_RAW']],
    ['0000000000000000', []],
    ['0000000000000002', ['DAC_OVERRIDE']],
    ['00000000a80425fb', expect.arrayContaining(['CHOWN', 'DAC_OVERRIDE', 'MKNOD', 'SETFCAP'])],
    ['not a mask', []],
    [undefined, []],
  ])('capabilities of %s', (mask, expected) => expect(parseCapabilities(mask)).toEqual(expected))
})

describe('birdcl show protocols', () => {
  const head = 'BIRD v0.3.3+birdv1.6.8 ready.\nname     proto    table    state  since       info\n'
  const one = (line: string) => {
    const read = parseBirdProtocols(`${head}${line}\n`)
    return read.kind === 'sessions' ? read.sessions : read.kind
  }

  test.each([
    [
      'established',
      'Mesh_10_0_0_22 BGP      master   up     05:00:10    Established   ',
      [{ peer: '10.0.0.22', kind: 'mesh', up: true, state: 'Established' }],
    ],
    [
      'refused',
      'Mesh_10_0_0_23 BGP      master   start  05:58:00    Active        Socket: Connection refused',
      [{ peer: '10.0.0.23', up: false, state: 'Active', info: 'Socket: Connection refused' }],
    ],
    [
      'down: there is no state, only the last error',
      'Mesh_10_0_0_23 BGP      master   down   05:58:00    Error: No listening socket',
      [{ up: false, state: 'down', info: 'Error: No listening socket' }],
    ],
    [
      'a waiting passive side',
      'Mesh_10_0_0_23 BGP      master   start  05:58:00    Passive       ',
      [{ state: 'Passive', up: false }],
    ],
    [
      'a peer of one node, on another port',
      'Node_10_0_0_1_port_1790 BGP      master   up     2026-01-07  Established',
      [{ peer: '10.0.0.1', kind: 'node', up: true }],
    ],
    [
      'a global peer with IPv6',
      'Global_fd00__1 BGP      master   up     05:00:10    Established',
      [{ peer: 'fd00::1', kind: 'global' }],
    ],
    [
      'up, but not Established',
      'Mesh_10_0_0_23 BGP      master   up     05:58:00    OpenConfirm',
      [{ up: false }],
    ],
    ['other protocols do not count', 'kernel1  Kernel   master   up     05:00:00    ', []],
    [
      'workload peers do not count',
      'Local_Workload_10_65_0_3 BGP      master   up     05:00:10    Established',
      [],
    ],
  ])('%s', (_, line, expected) => expect(one(line)).toMatchObject(expected))

  test('no socket: BIRD does not run', () => {
    expect(
      parseBirdProtocols(
        'Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied\n',
      ),
    ).toEqual({
      kind: 'no-bird',
      says: 'Unable to connect to server control socket (/var/run/calico/bird.ctl): Permission denied',
    })
  })
  test('anything else is not read as "no sessions"', () => {
    expect(parseBirdProtocols('sh: birdcl: not found\n').kind).toBe('unreadable')
  })
})

describe('tmpfiles.d', () => {
  const paths = ['/run/calico', '/var/lib/calico']
  const wins = (text: string) =>
    parseTmpfiles(text, paths)
      .filter((entry) => entry.wins)
      .map(({ file, mode }) => `${file} ${mode?.toString(8)}`)

  test.each([
    [
      'one line',
      '/etc/tmpfiles.d/calico.conf:d /run/calico 0755 10001 0 -',
      ['/etc/tmpfiles.d/calico.conf 755'],
    ],
    [
      'the lexically first file wins',
      '/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0 -\n/etc/tmpfiles.d/00-platform-calico.conf:d /run/calico 0755 10001 0 -',
      ['/etc/tmpfiles.d/00-platform-calico.conf 755'],
    ],
    [
      'a file that sorts later does not',
      '/etc/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0 -\n/etc/tmpfiles.d/zz-platform.conf:d /run/calico 0755 10001 0 -',
      ['/etc/tmpfiles.d/calico.conf 600'],
    ],
    [
      'order is by name, not by folder',
      '/etc/tmpfiles.d/calico.conf:d /run/calico 0755 10001 0 -\n/usr/lib/tmpfiles.d/a.conf:d /run/calico 0700 0 0 -',
      ['/usr/lib/tmpfiles.d/a.conf 700'],
    ],
    [
      'a file in /etc hides its namesake of the package',
      '/etc/tmpfiles.d/calico.conf:d /run/calico 0755 10001 0 -\n/usr/lib/tmpfiles.d/calico.conf:d /run/calico 0600 10001 0 -',
      ['/etc/tmpfiles.d/calico.conf 755'],
    ],
    [
      'the legacy path is the same path',
      '/etc/tmpfiles.d/b.conf:d /var/run/calico 0700 0 0 -\n/etc/tmpfiles.d/a.conf:d /run/calico 0755 10001 0 -',
      ['/etc/tmpfiles.d/a.conf 755'],
    ],
    ['comments are nothing', '/etc/tmpfiles.d/calico.conf:# d /run/calico 0755 10001 0 -', []],
    ['other paths are nothing', '/etc/tmpfiles.d/calico.conf:d /run/calico-other 0755 10001 0 -', []],
    ['other files are nothing', '/etc/tmpfiles.d/calico.conf.rpmsave:d /run/calico 0755 10001 0 -', []],
    [
      'a line that adjusts is applied besides the one that creates',
      '/etc/tmpfiles.d/a.conf:d /run/calico 0755 10001 0 -\n/etc/tmpfiles.d/b.conf:Z /run/calico 0700 - - -',
      ['/etc/tmpfiles.d/a.conf 755', '/etc/tmpfiles.d/b.conf 700'],
    ],
  ])('%s', (_, text, expected) => expect(wins(text)).toEqual(expected))

  test('a line without mode and owner has none', () => {
    expect(parseTmpfiles('/etc/tmpfiles.d/a.conf:d /run/calico - - - -', paths)).toEqual([
      { file: '/etc/tmpfiles.d/a.conf', kind: 'd', path: '/run/calico', wins: true },
    ])
  })
  test('names of users stay as written', () => {
    expect(parseTmpfiles('/etc/tmpfiles.d/a.conf:d /run/calico 0755 calico root', paths)).toMatchObject([
      { user: 'calico', group: 'root', mode: 0o755 },
    ])
  })
})
