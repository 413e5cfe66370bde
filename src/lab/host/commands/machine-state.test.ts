import { describe, expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import { testMachine } from '#lab/host/testing.ts'

const booted = () => testMachine({ tree: baseOs({ hostname: 'k8s-worker-01' }), programs: hostPrograms })

describe('mounts', () => {
  test.each([
    [
      'a file system that was made read-only refuses writes',
      'mount -o remount,ro /; echo x > /root/a',
      'bash: /root/a: Read-only file system\n',
    ],
    [
      'and takes them again after remounting',
      'mount -o remount,ro /; mount -o remount,rw /; echo x > /root/a',
      '',
    ],
    [
      'and so does a read-only mount of a part of it',
      'mount --bind /root /root; mount -o remount,bind,ro /root; mount -o remount,rw /root; echo x > /root/a',
      '',
    ],
    [
      'nothing is executed from a noexec mount',
      'mount -t tmpfs -o noexec tmpfs /mnt; cp /bin/ls /mnt; /mnt/ls',
      'bash: /mnt/ls: Permission denied\n',
    ],
    [
      'a tmpfs holds its size and no more',
      'mount -t tmpfs -o size=8k tmpfs /mnt; fallocate -l 8k /mnt/a; echo x > /mnt/b',
      'bash: /mnt/b: No space left on device\n',
    ],
    ['what is not mounted cannot be unmounted', 'umount /mnt', 'umount: /mnt: not mounted.\n'],
    ['what holds another mount is busy', 'umount /dev', 'umount: /dev: target is busy.\n'],
    [
      'a mount point has to be there',
      'mount -t tmpfs tmpfs /mnt/none',
      'mount: /mnt/none: mount point does not exist.\n',
    ],
    [
      'an unmounted tmpfs is gone with its files',
      'mount -t tmpfs t /mnt; echo x > /mnt/a; umount /mnt; cat /mnt/a',
      'cat: /mnt/a: No such file or directory\n',
    ],
    [
      'fstab is done again by mount -a',
      'echo "tmpfs /mnt tmpfs ro 0 0" >> /etc/fstab; mount -a; touch /mnt/a',
      "touch: cannot touch '/mnt/a': Read-only file system\n",
    ],
  ])('%s', async (_, script, stderr) => {
    const { run } = await booted()
    expect((await run(['bash', '-c', script])).stderr).toBe(stderr)
  })
})

describe('the disk', () => {
  test('is full for everybody until something is removed, and containers share it', async () => {
    const { run } = await booted()
    const sh = (script: string) => run(['bash', '-c', script])
    expect((await sh('fallocate -l 60G /big')).stderr).toBe(
      'fallocate: fallocate failed: No space left on device\n',
    )
    expect((await sh('dd if=/dev/zero of=/big bs=1M; echo x > /root/a')).stderr).toMatch(
      /^dd: error writing '\/big': No space left on device\n[\s\S]*bash: \/root\/a: No space left on device\n$/,
    )
    expect((await sh('df -h / | tail -1')).stdout).toMatch(/^\/dev\/vda1 +60G +60G +0 +100% \/$/m)
    expect((await sh('rm /big; echo x > /root/a')).code).toBe(0)
  })

  test('runs out of inodes as well as of bytes', async () => {
    const { run } = await booted()
    const script =
      'mount -t tmpfs -o nr_inodes=3 tmpfs /mnt; touch /mnt/1 /mnt/2 /mnt/3 /mnt/4; df -i /mnt | tail -1'
    const { stdout, stderr } = await run(['bash', '-c', script])
    expect(stderr).toBe("touch: cannot touch '/mnt/4': No space left on device\n")
    expect(stdout).toMatch(/tmpfs +3 +3 +0 +100% \/mnt/)
  })
})

describe('kernel modules', () => {
  test.each([
    [
      'brings what it needs',
      'modprobe vxlan; lsmod | grep -c -E "^(vxlan|udp_tunnel|ip6_udp_tunnel) "',
      '3\n',
      '',
    ],
    [
      'is not unloaded while another needs it',
      'modprobe vxlan; modprobe -r udp_tunnel',
      '',
      'modprobe: FATAL: Module udp_tunnel is in use.\n',
    ],
    [
      'of no such name is not found',
      'modprobe xt_nope',
      '',
      'modprobe: FATAL: Module xt_nope not found in directory /lib/modules/5.15.0-136-generic\n',
    ],
    [
      'is not found where its kernel has gone from the disk',
      'rm -r /lib/modules/*; modprobe ipip',
      '',
      'modprobe: FATAL: Module ipip not found in directory /lib/modules/5.15.0-136-generic\n',
    ],
    [
      'is not unloaded when it is not there',
      'modprobe -r ipip',
      '',
      'modprobe: FATAL: Module ipip is not in kernel.\n',
    ],
  ])('one %s', async (_, script, stdout, stderr) => {
    const { run } = await booted()
    expect(await run(['bash', '-c', script])).toMatchObject({ stdout, stderr })
  })

  test('the kernel loads what a device needs, unless it is refused or blacklisted', async () => {
    const { machine, run } = await booted()
    const load = (name: string) => machine.net.hostKernel.modules?.request(name)
    expect(load('ipip')).toBe(true)
    await run(['bash', '-c', 'echo "blacklist vxlan" > /etc/modprobe.d/a.conf'])
    expect(load('vxlan')).toBe(false)
    await run(['modprobe', 'vxlan'])
    expect(load('vxlan')).toBe(true)
  })

  test('a new kernel runs from the next boot on, with its own modules', async () => {
    const { machine, run, advance } = await booted()
    await run([
      'bash',
      '-c',
      'cp -r /lib/modules/5.15.0-136-generic /lib/modules/5.15.0-140-generic; rm /lib/modules/5.15.0-140-generic/modules.dep; ln -sf vmlinuz-5.15.0-140-generic /boot/vmlinuz',
    ])
    expect((await run(['uname', '-r'])).stdout).toBe('5.15.0-136-generic\n')
    machine.reboot()
    await advance(120_000)
    expect((await run(['uname', '-r'])).stdout).toBe('5.15.0-140-generic\n')
    expect((await run(['modprobe', 'ipip'])).stderr).toMatch(
      /not found in directory \/lib\/modules\/5.15.0-140-generic/,
    )
  })
})

describe('the clock', () => {
  test('that is set wrong shifts the times of the journal and of files', async () => {
    const { run } = await booted()
    const script =
      'systemctl stop systemd-timesyncd; date -s "2026-02-01 10:00:00"; logger late; touch /root/a; journalctl -n1; ls -l /root'
    const { stdout } = await run(['bash', '-c', script])
    expect(stdout).toMatch(/Feb 01 10:00:00 .*: late/)
    expect(stdout).toMatch(/Feb +1 10:00 a/)
  })

  test('is put right at once by the time service, when it runs', async () => {
    const { machine, run, advance } = await booted()
    await run(['date', '-s', '1 hour ago'])
    expect(machine.clock.offMs).toBe(-3_600_000)
    await advance(100)
    expect(machine.clock.offMs).toBe(0)
  })
})

test('a machine with no process ids left starts nothing', async () => {
  const { run } = await booted()
  expect((await run(['bash', '-c', 'sysctl -qw kernel.pid_max=1; ls'])).stderr).toBe(
    'bash: fork: retry: Resource temporarily unavailable\n',
  )
})
