import { expect, test } from 'vitest'
import { allCapabilities, defaultContainerCapabilities, root, user } from '#lab/host/credentials.ts'
import type { Capability, Credentials, Process, Program, Tree } from '#lab/host/ports.ts'
import { isErrno } from '#lab/host/ports.ts'
import { testMachine } from '#lab/host/testing.ts'

/**
 * BIRD's control socket in a folder of every mode, started in five ways: measured with BIRD 1.6.8 on Linux 6.18.
 * An executable that binds the socket stands for it; all that decides is the host.
 */
const netCapabilities = new Set<Capability>(['NET_ADMIN', 'NET_RAW', 'NET_BIND_SERVICE'])

const starts: Readonly<Record<string, { as: Credentials; executable: string }>> = {
  'uid 10001 gid 0, three capabilities effective': {
    as: user({ uid: 10001, gid: 0, bounding: netCapabilities, ambient: netCapabilities }),
    executable: '/usr/bin/bird',
  },
  'uid 10001 gid 0, the three as file capabilities': {
    as: user({ uid: 10001, gid: 0, bounding: netCapabilities }),
    executable: '/usr/bin/bird-capable',
  },
  'uid 10001 gid 10001, same capabilities': {
    as: user({ uid: 10001, gid: 10001, bounding: netCapabilities, ambient: netCapabilities }),
    executable: '/usr/bin/bird',
  },
  'setuid root, default capabilities and NET_ADMIN': {
    as: user({
      uid: 10001,
      gid: 0,
      bounding: new Set([...defaultContainerCapabilities, 'NET_ADMIN' as const]),
    }),
    executable: '/usr/bin/bird-setuid',
  },
  'setuid root, drop ALL and those three': {
    as: user({ uid: 10001, gid: 0, bounding: netCapabilities }),
    executable: '/usr/bin/bird-setuid',
  },
  'root, privileged': { as: root, executable: '/usr/bin/bird' },
}

const folders = [
  '0755 10001 0',
  '0700 10001 0',
  '0600 10001 0',
  '0600 10001 10001',
  '0700 0 0',
  '0755 0 0',
  '0750 0 0',
  '0770 0 0',
  '0775 0 0',
]

const measured: Readonly<Record<string, string>> = {
  'uid 10001 gid 0, three capabilities effective': '++-----++',
  'uid 10001 gid 0, the three as file capabilities': '++-----++',
  'uid 10001 gid 10001, same capabilities': '++-------',
  'setuid root, default capabilities and NET_ADMIN': '+++++++++',
  'setuid root, drop ALL and those three': '----+++++',
  'root, privileged': '+++++++++',
}

const bird: Program = async (p: Process) => {
  try {
    await p.listenPath('/var/run/calico/bird.ctl', () => {})
    return 0
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`bird: Cannot create control socket /var/run/calico/bird.ctl: ${error.message}\n`)
    return 1
  }
}

const tree: Tree = [
  { path: '/run', kind: 'directory' },
  { path: '/var/run', kind: 'symlink', target: '/run' },
  { path: '/usr/bin/bird', kind: 'file', program: 'bird' },
  { path: '/usr/bin/bird-setuid', kind: 'file', program: 'bird', mode: 0o4755 },
  { path: '/usr/bin/bird-capable', kind: 'file', program: 'bird', capabilities: [...netCapabilities] },
]

const rows = Object.entries(starts).flatMap(([how, start]) =>
  folders.map((folder, column) => ({
    how,
    folder,
    start,
    ok: (measured[how] ?? '').at(column) === '+',
  })),
)

const denied = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied\n'

test.each(rows)('$how in $folder: $ok', async ({ folder, start, ok }) => {
  const { machine, run } = await testMachine({ tree, programs: { bird } })
  const [mode, uid, gid] = folder.split(' ')
  await machine.files.mkdir('/run/calico', { mode: Number.parseInt(mode ?? '', 8) })
  await machine.files.chown('/run/calico', Number(uid), Number(gid))
  expect(await run([start.executable], { as: start.as })).toEqual(
    ok ? { code: 0, stdout: '', stderr: '' } : { code: 1, stdout: '', stderr: denied },
  )
})

test('all capabilities are known to the default ones', () => {
  expect([...defaultContainerCapabilities].every((each) => allCapabilities.has(each))).toBe(true)
})
