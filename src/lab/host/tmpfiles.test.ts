import { describe, expect, test } from 'vitest'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { testMachine } from '#lab/host/testing.ts'

const file = (path: string, text: string): Tree => [{ path, kind: 'file', text }]

const booted = (files: Tree) =>
  testMachine({ tree: [...baseOs({ hostname: 'k8s-worker-01' }), ...files], programs: hostPrograms })

const modeOf = async (sh: (script: string) => Promise<{ stdout: string }>): Promise<string> =>
  (await sh('stat -c "%a %u %g" /run/calico 2>&1')).stdout.trimEnd()

const etc = '/etc/tmpfiles.d'
const stock = 'd /run/calico 0600 10001 0\n'
const own = 'd /run/calico 0755 10001 0\n'

describe('systemd-tmpfiles at boot', () => {
  test.each([
    ['one entry', file(`${etc}/calico.conf`, stock), '600 10001 0'],
    [
      'the name that sorts first wins',
      [...file(`${etc}/00-platform-calico.conf`, own), ...file(`${etc}/calico.conf`, stock)],
      '755 10001 0',
    ],
    [
      'the name that sorts last does not',
      [...file(`${etc}/zz-platform.conf`, own), ...file(`${etc}/calico.conf`, stock)],
      '600 10001 0',
    ],
    [
      '/etc hides a file of the same name',
      [...file(`${etc}/calico.conf`, own), ...file('/usr/lib/tmpfiles.d/calico.conf', stock)],
      '755 10001 0',
    ],
    [
      'names count across folders',
      [...file('/usr/lib/tmpfiles.d/a.conf', stock), ...file(`${etc}/b.conf`, own)],
      '600 10001 0',
    ],
    [
      'an empty file of the same name is none',
      [...file(`${etc}/calico.conf`, ''), ...file('/usr/lib/tmpfiles.d/calico.conf', stock)],
      "stat: cannot statx '/run/calico': No such file or directory",
    ],
    ['no entry', [], "stat: cannot statx '/run/calico': No such file or directory"],
    [
      'only *.conf is read',
      file(`${etc}/calico.conf.dpkg-old`, stock),
      "stat: cannot statx '/run/calico': No such file or directory",
    ],
    ['the legacy path', file(`${etc}/calico.conf`, own.replace('/run', '/var/run')), '755 10001 0'],
    [
      'a user nobody knows',
      file(`${etc}/calico.conf`, 'd /run/calico 0755 calico root\n'),
      "stat: cannot statx '/run/calico': No such file or directory",
    ],
    ['names instead of numbers', file(`${etc}/calico.conf`, 'd /run/calico - nobody adm\n'), '755 65534 4'],
  ])('%s', async (_, files, expected) => {
    const { sh } = await booted(files)
    expect(await modeOf(sh)).toBe(expected)
  })

  test('a mode set by hand lasts until the next boot', async () => {
    const { machine, sh, advance } = await booted(file(`${etc}/calico.conf`, stock))
    await sh('chmod 755 /run/calico')
    expect(await modeOf(sh)).toBe('755 10001 0')
    machine.reboot()
    await advance(120_000)
    expect(await modeOf(sh)).toBe('600 10001 0')
  })
})

describe('systemd-tmpfiles by hand', () => {
  test.each([
    ['d /run/x 0755 calico 0', "/tmp/c.conf:1: Failed to resolve user 'calico': No such process\n", 65],
    ['d /run/x 0755 0 calico', "/tmp/c.conf:1: Failed to resolve group 'calico': No such process\n", 65],
    ['d /run/x 9999', "/tmp/c.conf:1: Invalid mode '9999'.\n", 65],
    ['k /run/x', "/tmp/c.conf:1: Unknown command type 'k'.\n", 65],
    ['d run/x', "/tmp/c.conf:1: Path 'run/x' not absolute.\n", 65],
    [
      'd /var/run/x 0755 0 0',
      '/tmp/c.conf:1: Line references path below legacy directory /var/run/, updating /var/run/x → /run/x; please update the tmpfiles.d/ drop-in file accordingly.\n',
      0,
    ],
    ['d /etc/hostname 0755 0 0', '"/etc/hostname" already exists and is not a directory.\n', 73],
    [
      'd /run/x 0755 0 0\nd /run/x 0700 0 0',
      '/tmp/c.conf:2: Duplicate line for path "/run/x", ignoring.\n',
      0,
    ],
    ['d /run/x 0755 0 0\nd /run/x 0755 0 0', '', 0],
    ['# nothing\n', '', 0],
  ])('%j', async (text, stderr, code) => {
    const { sh, machine } = await booted([])
    await machine.files.write('/tmp/c.conf', `${text}\n`)
    expect(await sh('systemd-tmpfiles --create /tmp/c.conf')).toEqual({ stdout: '', stderr, code })
  })

  test('corrects a folder that is there, and only below the prefix', async () => {
    const { sh } = await booted(file(`${etc}/calico.conf`, `${own}d /run/other 0700 0 0\n`))
    await sh('chmod 600 /run/calico /run/other; chown 0:0 /run/calico')
    await sh('systemd-tmpfiles --create --prefix=/run/calico')
    expect(await modeOf(sh)).toBe('755 10001 0')
    expect((await sh('stat -c %a /run/other')).stdout).toBe('600\n')
  })

  test.each([
    ['f /run/f 0640 0 4 - hello', 'stat -c "%a %g" /run/f; cat /run/f', '640 4\nhello'],
    ['L /run/l - - - - ../etc/hostname', 'readlink /run/l', '../etc/hostname\n'],
    [
      'D /run/d 0711 0 0',
      'touch /run/d/x; systemd-tmpfiles --remove --create /tmp/c.conf; ls /run/d | wc -l',
      '0\n',
    ],
    [
      'z /run/*.sock 0660 0 4',
      'touch /run/a.sock; systemd-tmpfiles --create /tmp/c.conf; stat -c "%a %g" /run/a.sock',
      '660 4\n',
    ],
    [
      'Z /run/deep 0700 10001 0',
      'mkdir -p /run/deep/er; systemd-tmpfiles --create /tmp/c.conf; stat -c "%a %u" /run/deep/er',
      '700 10001\n',
    ],
    ['d! /run/boot-only 0755 0 0', 'ls -d /run/boot-only 2>/dev/null | wc -l', '0\n'],
    ['x /run/kept', 'echo $?', '0\n'],
  ])('%s', async (line, script, stdout) => {
    const { sh, machine } = await booted([])
    await machine.files.write('/tmp/c.conf', `${line}\n`)
    expect((await sh(`systemd-tmpfiles --create /tmp/c.conf; ${script}`)).stdout).toBe(stdout)
  })
})

describe('os-update', () => {
  const source: Tree = [
    ...file('/var/lib/os-update/package', 'calico-host 3.29.3-2\n'),
    ...file(`/var/lib/os-update/files${etc}/calico.conf`, stock),
    ...file('/var/lib/os-update/removed', `${etc}/gone.conf\n`),
    ...file(`${etc}/gone.conf`, own),
    ...file(`${etc}/calico.conf`, own),
  ]

  test('replaces what differs, removes what is obsolete, once', async () => {
    const { sh } = await booted(source)
    expect(await sh('os-update')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        `Installing new version of config file ${etc}/calico.conf ...\nRemoving obsolete file ${etc}/gone.conf ...\n`,
      ),
    })
    expect((await sh(`cat ${etc}/calico.conf; ls ${etc}; tail -n 1 /var/log/dpkg.log`)).stdout).toBe(
      `${stock}calico.conf\n2026-01-07 06:00:01 status installed calico-host:amd64 3.29.3-2\n`,
    )
    expect((await sh('os-update')).stdout).toMatch(/0 upgraded/)
    expect((await sh('journalctl -u os-update -o cat')).stdout).toMatch(/^Upgraded calico-host to 3.29.3-2: /)
  })

  test('bites at the next boot only', async () => {
    const { machine, sh, advance } = await booted(source)
    await sh('os-update')
    expect(await modeOf(sh)).toBe('755 10001 0')
    machine.reboot()
    await advance(120_000)
    expect(await modeOf(sh)).toBe('600 10001 0')
  })

  test('has nothing to do without a package', async () => {
    const { sh } = await booted([])
    expect(await sh('os-update')).toMatchObject({ code: 0, stdout: expect.stringContaining('0 upgraded') })
  })
})
