import { beforeEach, describe, expect, test } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { root } from '#lab/host/credentials.ts'
import { baseOs, hostPrograms, shellTools } from '#lab/host/os.ts'
import type { ContainerSpec } from '#lab/host/ports.ts'
import { outputOf } from '#lab/host/process/collect.ts'
import { fakeStack, type TestMachine, testMachine } from '#lab/host/testing.ts'

let bed: TestMachine

const booted = (distribution: 'rhel' | 'ubuntu', config?: string): Promise<TestMachine> =>
  testMachine({
    tree: [
      ...baseOs({ hostname: 'host', distribution }),
      { path: '/data/old', kind: 'file', text: 'old\n' },
      { path: '/opt/cni/bin/calico', kind: 'file', text: 'calico\n' },
      ...(config === undefined ? [] : [{ path: '/etc/selinux/config', kind: 'file', text: config } as const]),
    ],
    programs: hostPrograms,
  })

/** What a shell in a container says that sees directories of the machine under /var/run. */
function inside(script: string, spec: Partial<ContainerSpec> = {}) {
  const container = bed.machine.createContainer({
    name: 'app',
    root: shellTools(),
    mounts: ['/data', '/opt/cni/bin', '/usr/sbin'].map((from) => ({
      path: `/var/run${from}`, // by a link, as images have it
      source: { kind: 'bind', from },
    })),
    net: fakeStack('pod'),
    hostname: 'app',
    env: { PATH: '/usr/bin:/bin' },
    selinux: { privileged: false, pod: 'pod-1' },
    ...spec,
  })
  return outputOf(
    (streams) => container.start(['/bin/sh', '-c', script], { as: root, ...streams }),
    (done) => bed.kernel.runUntil(done, bed.kernel.nowMs + 60_000),
  ).then(({ stdout, stderr }) => `${stdout}${stderr}`)
}

const host = async (script: string): Promise<string> => {
  const { stdout, stderr } = await bed.sh(script)
  return `${stdout}${stderr}`
}

const denials = async (): Promise<readonly string[]> =>
  (await host('dmesg')).split('\n').filter((line) => line.includes('avc:'))

describe('a machine with SELinux', () => {
  beforeEach(async () => {
    bed = await booted('rhel')
  })

  test.each([
    ['getenforce', 'Enforcing\n'],
    ['setenforce 0; getenforce; setenforce Enforcing; getenforce', 'Permissive\nEnforcing\n'],
    ['sestatus | grep -i mode', /^Current mode: {19}enforcing\nMode from config file: {10}enforcing\n$/],
    ['ls -dZ /opt/cni/bin', 'system_u:object_r:bin_t:s0 /opt/cni/bin\n'],
    ['ls -lZ /data', / root root system_u:object_r:default_t:s0 4 .* old\n/],
    [
      'stat -c "%n %C" /etc/cni /var/log /var/lib /run/crio 2>&1 | grep -v cannot',
      /^\/var\/log .*:var_log_t:s0\n.*:var_lib_t:s0\n/,
    ],
    ['matchpathcon /var/lib/kubelet/x', '/var/lib/kubelet/x\tsystem_u:object_r:container_var_lib_t:s0\n'],
    ['id -Z', 'system_u:system_r:unconfined_service_t:s0\n'],
    [
      'chcon -t container_file_t /data; touch /data/new; ls -Z /data; restorecon -v /data; restorecon -Fv /data; ls -dZ /data',
      'system_u:object_r:container_file_t:s0 new\nsystem_u:object_r:default_t:s0 old\n/data not reset as customized by admin to system_u:object_r:container_file_t:s0\nRelabeled /data from system_u:object_r:container_file_t:s0 to system_u:object_r:default_t:s0\nsystem_u:object_r:default_t:s0 /data\n',
    ],
    ['chcon -t etc_t /data/old; restorecon -R /data; ls -Z /data', 'system_u:object_r:default_t:s0 old\n'],
    // A move takes the label along, also of what is below; a copy gets that of its new place.
    [
      'mkdir -p /root/d; touch /root/f /root/g /root/d/e; mv /root/f /opt/cni/bin; mv /root/d /opt/cni/bin; cp /root/g /opt/cni/bin; ls -Z /opt/cni/bin /opt/cni/bin/d; restorecon -v /opt/cni/bin/f',
      /^\/opt\/cni\/bin:\n\S+:bin_t:s0 calico\n\S+:admin_home_t:s0 d\n\S+:admin_home_t:s0 f\n\S+:bin_t:s0 g\n\n\S+\n\S+:admin_home_t:s0 e\nRelabeled \S+ from \S+:admin_home_t:s0 to \S+:bin_t:s0\n$/,
    ],
    [
      'touch /root/f; cp -p /root/f /data/p; cp -a /root/f /data/a; cp -a /root/f /data/old; mv /root/f /run; ls -Z /data /run/f',
      /:admin_home_t:s0 a\n\S+:admin_home_t:s0 old\n\S+:default_t:s0 p\n/,
    ],
    [
      'touch /root/f; cp /root/f /data/old; mv /root/f /run; ls -Z /data/old /run/f',
      /:default_t:s0 .*old\n\S+:admin_home_t:s0 \/run\/f\n/,
    ],
    [
      'mkdir /mnt/m; mount --bind / /mnt/m; chroot / mv /etc/hostname /data; ls -Z /data',
      /:etc_t:s0 hostname\n/,
    ],
  ])('%s', async (script, says) => {
    const output = await host(script)
    if (typeof says === 'string') expect(output).toBe(says)
    else expect(output).toMatch(says)
  })

  test('keeps a container from the machine’s files that are not labelled for it, and says so', async () => {
    expect(await inside('echo x > /var/run/opt/cni/bin/new; cat /var/run/opt/cni/bin/calico')).toMatch(
      /^calico\n.*Permission denied/,
    )
    const [line, ...more] = await denials()
    expect(more).toEqual([])
    expect(line).toMatch(
      /audit: type=1400 audit\(\d+\.\d{3}:1\): avc: {2}denied {2}\{ write \} for {2}pid=\d+ comm="sh" name="bin" dev="vda1" ino=\d+ scontext=system_u:system_r:container_t:s0:c\d+,c\d+ tcontext=system_u:object_r:bin_t:s0 tclass=dir permissive=0$/,
    )
    expect(recogniseAll(line ?? '').find(({ id }) => id === 'kernel/selinux-denied')?.params).toEqual({
      permission: 'write',
      program: 'sh',
      name: 'bin',
    })
  })

  test.each([
    ['reads nothing of a type that is not for everybody', 'cat /var/run/data/old', /Permission denied/],
    ['lists no such directory', 'ls /var/run/data', /Permission denied/],
    [
      'makes no directory',
      'mkdir /var/run/data/new; rm -rf /var/run/data/old',
      /(?:Permission denied[\s\S]*){2}/,
    ],
    [
      'sees no more with another root',
      'cp /bin/cat /bin/sh /var/run/; chroot /var/run /cat /data/old',
      /Permission denied/,
    ],
    ['has its own root', 'echo own > /x; cat /x', /^own\n$/],
    ['knows its context', 'id -Z', /^system_u:system_r:container_t:s0:c\d+,c\d+\n$/],
    [
      'changes no label',
      '/var/run/usr/sbin/chcon -t container_file_t /var/run/data',
      /failed to change context/,
    ],
  ])('a container %s', async (_, script, says) => {
    expect(await inside(script)).toMatch(says)
  })

  test('a label lets it in', async () => {
    await host('chcon -R -t container_file_t /data')
    expect(await inside('cat /var/run/data/old; echo new > /var/run/data/new; ls /var/run/data')).toBe(
      'old\nnew\nold\n',
    )
    expect(await denials()).toEqual([])
  })

  test.each<[string, Partial<ContainerSpec>]>([
    ['that is privileged', { selinux: { privileged: true, pod: 'pod-1' } }],
    ['with the host’s pids', { hostPid: true }],
    ['of type spc_t', { selinux: { privileged: false, pod: 'pod-1', type: 'spc_t' } }],
  ])('a container %s is kept from nothing', async (_, spec) => {
    expect(await inside('echo x > /var/run/data/x; id -Z', spec)).toMatch(/:spc_t:s0/)
    expect(await host('cat /data/x')).toBe('x\n')
    expect(await denials()).toEqual([])
  })

  test('the whole machine, seen from a container, has the machine’s labels', async () => {
    const spec: Partial<ContainerSpec> = {
      mounts: [{ path: '/host', source: { kind: 'bind', from: '/' } }],
      selinux: { privileged: true, pod: 'pod-1' },
    }
    expect(
      await inside('ls -dZ /host/run /host/etc; chroot /host ls -dZ /run/lock /opt/cni/bin /', spec),
    ).toBe(
      'system_u:object_r:var_run_t:s0 /host/run\nsystem_u:object_r:etc_t:s0 /host/etc\nsystem_u:object_r:var_lock_t:s0 /run/lock\nsystem_u:object_r:bin_t:s0 /opt/cni/bin\nsystem_u:object_r:root_t:s0 /\n',
    )
  })

  test('what a container moves on the machine keeps the machine’s label', async () => {
    const spec: Partial<ContainerSpec> = {
      mounts: [{ path: '/host', source: { kind: 'bind', from: '/' } }],
      selinux: { privileged: true, pod: 'pod-1' },
    }
    await inside('chroot /host mv /opt/cni/bin/calico /data/; mv /host/etc/hostname /host/data/', spec)
    expect(await host('ls -Z /data')).toMatch(/:bin_t:s0 calico\n\S+:etc_t:s0 hostname\n/)
  })

  test('permissive, it lets it and reports each kind once', async () => {
    await host('setenforce 0')
    expect(await inside('for i in 1 2 3; do cat /var/run/data/old; done')).toBe('old\nold\nold\n')
    const lines = await denials()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/\{ read \}.* name="old" .*tclass=file permissive=1$/)
  })

  test('reports ten refusals in five seconds, and counts the others', async () => {
    await inside(
      'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do cat /var/run/data/old; done; sleep 6; cat /var/run/data/old',
    )
    expect(await denials()).toHaveLength(11)
    expect(await host('dmesg')).toContain('kauditd_printk_skb: 2 callbacks suppressed')
  })
})

test.each([
  ['SELINUX=permissive\n', 'Permissive\n'],
  ['SELINUX=disabled\n', 'Disabled\n'],
])('boots as its configuration says: %s', async (config, says) => {
  bed = await booted('rhel', config)
  expect(await host('getenforce')).toBe(says)
  expect(await inside('cat /var/run/data/old')).toBe('old\n')
})

test('another distribution has none of it', async () => {
  bed = await booted('ubuntu')
  expect(await host('getenforce')).toMatch(/not found/)
  expect(await host('ls -Z /data; id -Z')).toMatch(
    /^\? old\n.*--context \(-Z\) works only on an SELinux-enabled kernel\n$/,
  )
  expect(await inside('echo new > /var/run/data/old; cat /var/run/data/old')).toBe('new\n')
})
