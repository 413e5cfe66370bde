import { describe, expect, test } from 'vitest'
import type { ProcStatus } from '#sources/formats/proc-status.ts'
import { credentialsOf } from '#sources/live/deep/credentials.ts'

describe('with which credentials bird would run (execve(2))', () => {
  const parent = (o: Partial<ProcStatus>): ProcStatus => ({
    name: 'runsvdir',
    uid: 10001,
    gid: 0,
    groups: [],
    effective: [],
    bounding: ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW'],
    noNewPrivileges: false,
    ...o,
  })
  const file = (mode: number) => ({ path: '/usr/bin/bird', mode, uid: 0, gid: 0, kind: 'file' as const })
  const all = ['DAC_OVERRIDE', 'NET_ADMIN']

  test.each([
    [
      'hardened: no setuid, DAC_OVERRIDE out of reach',
      parent({}),
      file(0o755),
      { uid: 10001, gid: 0, capabilities: parent({}).bounding },
    ],
    [
      'setuid root with everything dropped: root without DAC_OVERRIDE',
      parent({}),
      file(0o4755),
      { uid: 0, gid: 0, capabilities: parent({}).bounding },
    ],
    [
      'setuid root with the runtime’s default capabilities',
      parent({ bounding: all }),
      file(0o4755),
      { uid: 0, gid: 0, capabilities: all },
    ],
    [
      'setuid means nothing without privilege escalation',
      parent({ bounding: all, noNewPrivileges: true }),
      file(0o4755),
      { uid: 10001, gid: 0, capabilities: [] },
    ],
    [
      'no setuid, and file capabilities might give DAC_OVERRIDE: left open',
      parent({ bounding: all }),
      file(0o755),
      { uid: 10001, gid: 0 },
    ],
    [
      'privileged',
      parent({ uid: 0, bounding: all, effective: all }),
      file(0o755),
      { uid: 0, gid: 0, capabilities: all },
    ],
    [
      'the executable was not seen: it may be setuid root, left open',
      parent({}),
      undefined,
      { uid: 10001, gid: 0 },
    ],
    [
      'the executable was not seen, and setuid would mean nothing',
      parent({ noNewPrivileges: true }),
      undefined,
      { uid: 10001, gid: 0, capabilities: [] },
    ],
  ])('%s', (_, process, executable, expected) => {
    expect(credentialsOf(process, executable)).toEqual({ groups: [], ...expected })
  })
})
