import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { root, user } from '#lab/host/credentials.ts'
import { baseOs, hostPrograms, shellTools } from '#lab/host/os.ts'
import type { ContainerSpec, Process, Program, Tree } from '#lab/host/ports.ts'
import { isErrno } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { fakeStack, testMachine } from '#lab/host/testing.ts'

/** What the programs below report, with the virtual second. */
let events: string[] = []

const forever = (p: Process): Promise<void> => p.task.wait<void>(() => undefined)

/** Says goodbye to its peers when it is asked to end. */
const speaker: Program = async (p) => {
  await p.task.wait<void>((wake) => {
    p.onSignal('SIGTERM', () => wake())
    return undefined
  })
  events.push(`${p.name} withdraws`)
  return 0
}

const programs: Readonly<Record<string, Program>> = {
  ...hostPrograms,
  speaker,
  stubborn: async (p) => {
    await forever(p)
    return 0
  },
  ticker: async (p) => {
    for (;;) {
      await p.sleep(10_000)
      events.push(`${p.name} ticks`)
    }
  },
  listener: async (p) => {
    await p.listenPath(p.argv[1] ?? '', (connection) => {
      p.thread('serve', async (self) => connection.send(`hello ${await connection.receive(self)}`))
    })
    await forever(p)
    return 0
  },
  dialler: async (p) => {
    const connection = await p.connectPath(p.argv[1] ?? '')
    connection.send('you')
    p.stdout.write((await connection.receive(p)) ?? 'closed')
    return 0
  },
  crasher: async (p) => Number(p.argv[1] ?? 1),
}

const executables: Tree = ['speaker', 'stubborn', 'ticker', 'listener', 'dialler', 'crasher'].map((name) => ({
  path: `/usr/bin/${name}`,
  kind: 'file',
  program: name,
}))

const tree: Tree = [...baseOs({ hostname: 'k8s-worker-01' }), ...executables]
const image: Tree = [...shellTools(), ...executables]

async function booted(o: Partial<Parameters<typeof testMachine>[0]> = {}) {
  events = []
  const ended: string[] = []
  const test = await testMachine({ tree, programs, ended, ...o })
  const container = (spec: Partial<ContainerSpec> = {}) =>
    test.machine.createContainer({
      name: 'app',
      root: image,
      mounts: [],
      net: fakeStack('pod'),
      hostname: 'app',
      env: { PATH: '/usr/bin:/bin' },
      ...spec,
    })
  return { ...test, container, ended }
}

describe('a machine', () => {
  test('is down while it boots, and has another boot id each time', async () => {
    const { machine, advance } = await booted()
    const first = machine.bootId
    machine.reboot()
    await advance(5_000)
    expect([machine.up, machine.state]).toEqual([false, 'booting'])
    await advance(30_000)
    expect([machine.up, machine.state]).toEqual([true, 'up'])
    expect(machine.bootId).not.toBe(first)
    expect(await machine.files.read('/proc/sys/kernel/random/boot_id')).toBe(`${machine.bootId}\n`)
  })

  test('keeps its disk and loses its memory', async () => {
    const { machine, sh, advance } = await booted()
    await sh('echo 1 > /var/lib/x; echo 1 > /run/x; echo 1 > /tmp/x; sysctl -q -w vm.swappiness=1')
    await machine.halt('power-cut')
    expect(machine.up).toBe(false)
    expect(await machine.files.read('/var/lib/x')).toBe('1\n')
    machine.boot()
    await advance(60_000)
    expect(await sh('cat /var/lib/x; ls /run/x /tmp/x; sysctl -n vm.swappiness')).toMatchObject({
      stdout: '1\n60\n',
      stderr:
        "ls: cannot access '/run/x': No such file or directory\nls: cannot access '/tmp/x': No such file or directory\n",
    })
  })

  test('nothing of one boot runs in the next', async () => {
    const { machine, advance } = await booted()
    await machine.start(['ticker'], { as: root })
    await advance(15_000)
    await machine.halt('crash')
    machine.boot()
    await advance(120_000)
    expect(events).toEqual(['k8s-worker-01/ticker ticks'])
  })

  test.each([
    {
      how: 'shutdown',
      heard: ['k8s-worker-01/app/bird withdraws', 'k8s-worker-01/bird withdraws'],
      net: 'in order',
    },
    { how: 'crash', heard: [], net: 'silently' },
    { how: 'power-cut', heard: [], net: 'silently' },
  ] as const)('$how: who hears of it', async ({ how, heard, net }) => {
    const { machine, container, advance, ended } = await booted()
    const pod = container()
    await pod.start(['/bin/sh', '-c', 'sleep 3600; true'], { as: root })
    await pod.start(['speaker'], { as: root, name: 'bird' })
    await machine.start(['speaker'], { as: root, name: 'bird' })
    machine.createNetns('pod-1')
    await advance(1_000)
    const halted = machine.halt(how)
    await advance(100_000)
    await halted
    expect(events.sort()).toEqual(heard)
    expect(ended).toEqual([`pod-1 ${net}`, `k8s-worker-01 ${net}`])
    expect(pod.alive).toBe(false)
  })

  test('waits 90 s for who does not end, then kills', async () => {
    const { machine, container, advance } = await booted()
    await container().start(['stubborn'], { as: root })
    await advance(1_000)
    void machine.halt('shutdown')
    await advance(89_000)
    expect(machine.up).toBe(true)
    await advance(2_000)
    expect(machine.up).toBe(false)
  })

  test('panics without its PID 1, and does not start without one', async () => {
    const { machine, sh, advance } = await booted()
    await sh('rm /lib/systemd/systemd')
    await machine.halt('crash')
    machine.boot()
    await advance(60_000)
    expect(machine.processes()).toEqual([])
    expect(machine.running.kernelLog.lines.at(-1)?.text).toMatch(
      /^Kernel panic - not syncing: No working init found/,
    )
  })

  test('poweroff -f is a power cut; shutdown -r comes back', async () => {
    const { machine, sh, advance, ended } = await booted()
    await sh('(sleep 1; poweroff -f) &')
    await advance(5_000)
    expect([machine.up, ended]).toEqual([false, ['k8s-worker-01 silently']])
    machine.boot()
    await advance(60_000)
    await sh('shutdown -r now')
    await advance(60_000)
    expect([machine.up, ended.at(-1)]).toEqual([true, 'k8s-worker-01 in order'])
  })

  test.each([1, 7, 50])('%i more awaits after each wait move nothing', async (hops) => {
    const history = async (extra: number): Promise<string> => {
      const log: string[] = []
      const { sh, machine, advance } = await booted({
        hops: extra,
        onEvent: (timeMs: number, name: string) => log.push(`${timeMs} ${name}`),
      })
      const script =
        'for i in 1 2 3; do (sleep $i; echo $i) & done; ls -R /etc | grep -c conf | tee /tmp/n; ' +
        'timeout 2 tail -f /tmp/n | while read l; do echo $l; done; wait; systemctl restart systemd-sysctl'
      log.push((await sh(script)).stdout)
      machine.reboot()
      await advance(120_000)
      log.push((await sh('journalctl')).stdout)
      return log.join('\n')
    }
    expect(await history(hops)).toBe(await history(0))
  })

  test('a boot costs little', async () => {
    const startedMs = performance.now()
    for (let round = 0; round < 20; round++) await booted()
    expect((performance.now() - startedMs) / 20).toBeLessThan(50)
  })
})

describe('a container', () => {
  test('its PID 1 ignores SIGTERM, and takes the others with it', async () => {
    const { container, advance, machine } = await booted()
    const pod = container()
    const init = await pod.start(['stubborn'], { as: root })
    const other = await pod.start(['stubborn'], { as: root })
    init.kill('SIGTERM')
    await advance(1_000)
    expect([init.alive, other.alive, pod.alive]).toEqual([true, true, true])
    init.kill('SIGKILL')
    await advance(1_000)
    expect([init.alive, other.alive, pod.alive]).toEqual([false, false, false])
    expect(machine.processes().map(({ argv }) => argv[0])).toEqual([
      '/sbin/init',
      '/usr/lib/systemd/systemd-timesyncd',
    ])
  })

  test('has pids, files and a hostname of its own', async () => {
    const { container, advance } = await booted()
    const out = new Collector()
    const pod = container({ hostname: 'web' })
    await pod.start(
      [
        'sh',
        '-c',
        'echo $$; hostname; ls -d /lib 2>&1; cat /proc/1/comm; echo 1 > /proc/sys/net/ipv4/ip_forward',
      ],
      {
        as: root,
        stdout: out,
        stderr: out,
      },
    )
    await advance(1_000)
    expect(out.text).toBe(
      "1\nweb\nls: cannot access '/lib': No such file or directory\nsh\nsh: /proc/sys/net/ipv4/ip_forward: Read-only file system\n",
    )
  })

  test.each([
    { procSys: 'net-writable', uid: 0, out: '' },
    { procSys: 'net-writable', uid: 10001, out: '' },
    { procSys: 'read-only', uid: 10001, out: 'sh: /proc/sys/net/ipv4/ip_forward: Read-only file system\n' },
  ] as const)('/proc/sys $procSys for uid $uid with NET_ADMIN', async ({ procSys, uid, out }) => {
    const { container, advance } = await booted()
    const text = new Collector()
    const net = new Set(['NET_ADMIN'] as const)
    const pod = container({ procSys })
    await pod.start(
      ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward; sysctl -n net.ipv4.ip_forward >/dev/null'],
      {
        as: user({ uid, gid: 0, bounding: net, ambient: net }),
        stdout: text,
        stderr: text,
      },
    )
    await advance(1_000)
    expect(text.text).toBe(out)
  })

  test('a bind mount holds the folder that was there, whatever becomes of its name', async () => {
    const { container, sh } = await booted()
    await sh('mkdir -p /run/calico; echo old > /run/calico/f')
    const pod = container({
      mounts: [{ path: '/var/run/calico', source: { kind: 'bind', from: '/var/run/calico' } }],
    })
    await sh('mv /run/calico /run/old; mkdir /run/calico; echo new > /run/calico/f')
    expect(await pod.files.read('/var/run/calico/f')).toBe('old\n')
    await sh('rm -rf /run/old')
    await expect(pod.files.write('/var/run/calico/g', 'x')).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('a change of mode on the machine is felt inside at once', async () => {
    const { container, sh } = await booted()
    await sh('mkdir -m 700 /run/calico')
    const pod = container({
      mounts: [{ path: '/run/calico', source: { kind: 'bind', from: '/run/calico' } }],
    })
    await sh('chmod 750 /run/calico')
    expect((await pod.files.stat('/run/calico')).mode).toBe(0o750)
  })

  test('mounts refuse as Linux does', async () => {
    const { container, sh } = await booted()
    await sh('mkdir /var/lib/d; touch /var/lib/f')
    const pod = container({
      mounts: [
        { path: '/ro', source: { kind: 'bind', from: '/var/lib/d' }, readOnly: true },
        { path: '/small', source: { kind: 'tmpfs', sizeBytes: 8192 } },
        { path: '/etc/one-file', source: { kind: 'bind', from: '/var/lib/f' } },
      ],
    })
    await expect(pod.files.write('/ro/x', '')).rejects.toMatchObject({ code: 'EROFS' })
    await pod.files.write('/small/a', 'x'.repeat(8000))
    await expect(pod.files.write('/small/b', 'x')).rejects.toMatchObject({ code: 'ENOSPC' })
    await pod.files.remove('/small/a')
    await pod.files.write('/small/b', 'x')
    await pod.files.write('/etc/one-file', 'through')
    expect((await sh('cat /var/lib/f')).stdout).toBe('through')
    await expect(pod.files.remove('/etc/one-file')).rejects.toMatchObject({ code: 'EBUSY' })
    expect(() => container({ mounts: [{ path: '/x', source: { kind: 'bind', from: '/nowhere' } }] })).toThrow(
      'No such file or directory',
    )
  })

  test('two containers of one image share nothing they write', async () => {
    const { container } = await booted()
    const [a, b] = [container(), container()]
    await a.files.write('/etc/passwd', 'changed')
    expect(await b.files.read('/etc/passwd')).toMatch(/^root:/)
  })

  test('an executable whose file capabilities are not in the bounding set cannot be started', async () => {
    const { container } = await booted()
    const root10001 = user({ uid: 10001, gid: 0, bounding: new Set() })
    const pod = container({
      root: [...image, { path: '/bird', kind: 'file', program: 'stubborn', capabilities: ['NET_RAW'] }],
    })
    await expect(pod.start(['/bird'], { as: root10001 })).rejects.toMatchObject({ code: 'EPERM' })
  })
})

describe('path sockets', () => {
  test('carry texts; a stale file refuses; a taken path is taken', async () => {
    const { machine, run, advance } = await booted()
    const first = await machine.start(['listener', '/run/x.ctl'], { as: root })
    await advance(10)
    expect((await run(['dialler', '/run/x.ctl'])).stdout).toBe('hello you')
    expect((await machine.files.stat('/run/x.ctl')).kind).toBe('socket')
    first.kill('SIGKILL')
    await advance(10)
    expect(await run(['dialler', '/run/x.ctl'])).toMatchObject({
      code: 1,
      stderr: 'dialler: /run/x.ctl: Connection refused\n',
    })
    expect((await run(['listener', '/run/x.ctl'])).stderr).toBe(
      'listener: /run/x.ctl: Address already in use\n',
    )
  })

  test('connecting needs to write the socket and to search the folder', async () => {
    const { machine, run, advance } = await booted()
    await machine.start(['listener', '/run/x.ctl'], { as: root })
    await advance(10)
    const nobody = user({ uid: 65534, bounding: new Set() })
    expect((await run(['dialler', '/run/x.ctl'], { as: nobody })).stderr).toBe(
      'dialler: /run/x.ctl: Permission denied\n',
    )
    await machine.files.chmod('/run/x.ctl', 0o777)
    expect((await run(['dialler', '/run/x.ctl'], { as: nobody })).stdout).toBe('hello you')
  })
})

test('random modes and owners of a machine never crash it', { timeout: 60_000 }, async () => {
  const paths = [
    '/',
    '/run',
    '/run/systemd',
    '/etc',
    '/etc/passwd',
    '/usr',
    '/usr/bin',
    '/usr/bin/sh',
    '/usr/sbin',
    '/lib/systemd/systemd',
    '/lib/systemd/system',
    '/usr/lib/tmpfiles.d',
    '/var',
    '/var/log',
    '/var/log/journal',
    '/proc',
    '/tmp',
    '/dev',
    '/dev/null',
    '/etc/machine-id',
  ]
  const change = fc.tuple(
    fc.constantFrom(...paths),
    fc.integer({ min: 0, max: 0o7777 }),
    fc.constantFrom(0, 10001),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
      const { machine, sh, advance } = await booted()
      for (const [path, mode, uid] of changes) {
        await machine.files.chmod(path, mode).catch((error: unknown) => expect(isErrno(error)).toBe(true))
        await machine.files.chown(path, uid, 0).catch((error: unknown) => expect(isErrno(error)).toBe(true))
      }
      const script =
        'ls -laR / > /dev/null; systemctl; cat /etc/passwd | grep root; find / -name x; touch /tmp/x'
      for (const as of [root, user({ uid: 10001, gid: 0, bounding: new Set() })])
        await sh(script, { as }).catch((error: unknown) => expect(isErrno(error)).toBe(true))
      machine.reboot()
      await advance(200_000)
      expect(machine.up).toBe(true)
    }),
    { numRuns: 40 },
  )
})
