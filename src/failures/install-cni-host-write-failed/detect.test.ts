import { describe, expect, test } from 'vitest'
import { mode } from '#failures/install-cni-host-write-failed/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = '2025-03-04 05:06:07.890 [ERROR][1] cni-installer/install.go 200: '
const notReady =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'
const fstab = (options: string) =>
  `$ cat /etc/fstab\nUUID=0a1b-2c3d /     ext4 defaults 0 1\n/dev/vg0/opt /opt  xfs  ${options} 0 2\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a program is in use',
      `${log}Failed to install /host/opt/cni/bin/calico error="open /host/opt/cni/bin/calico: text file busy"`,
      'confirmed',
    ],
    [
      'SELinux or a mode',
      `${log}Failed to install /host/opt/cni/bin/portmap error="open /host/opt/cni/bin/portmap: permission denied"`,
      'confirmed',
    ],
    [
      'a host without a writable folder',
      '2025-03-04 05:06:07.890 [WARNING][1] cni-installer/install.go 170: /host/opt/cni/bin is not writeable, skipping\n2025-03-04 05:06:07.891 [FATAL][1] cni-installer/install.go 180: found no writeable directory, exiting',
      'confirmed',
    ],
    [
      'the shell script before 3.16',
      "cp: cannot create regular file '/host/opt/cni/bin/calico': Read-only file system\nFailed to copy /opt/cni/bin/calico to /host/opt/cni/bin. This may be caused by selinux configuration on the host, or something else.",
      'confirmed',
    ],
    [
      'the folder is not there, and Docker makes none',
      'Error: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /opt/cni/bin',
      'confirmed',
    ],
    [
      '/opt may hold no programs, and the node waits',
      `${fstab('defaults,noexec')}\n${notReady}`,
      'confirmed',
    ],
    ['/opt may hold no programs', fstab('noexec,nosuid'), 'likely'],
    [
      'the runtime may not run the plugin',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="calico" failed (add): fork/exec /opt/cni/bin/calico: permission denied',
      'confirmed',
    ],
    [
      'the plugin is not there',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": failed to find plugin "calico" in path [/opt/cni/bin]',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the mount the node’s state alone is nothing', () => {
    expect(foundIn(`${fstab('defaults')}\n${notReady}`, mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the installer cannot make a token',
      `${log}Unable to create token for CNI kubeconfig error=Post "https://10.97.0.1:443/api": dial tcp 10.97.0.1:443: i/o timeout`,
    ],
    [
      'the second folder is read-only on purpose',
      '2025-03-04 05:06:07.890 [WARNING][1] cni-installer/install.go 170: /host/secondary-bin-dir is not writeable, skipping\n2025-03-04 05:06:07.990 [INFO][1] cni-installer/install.go 190: Wrote Calico CNI binaries to /host/opt/cni/bin',
    ],
    [
      'another folder is missing',
      'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /srv/data',
    ],
    ['/tmp may hold no programs', '$ cat /etc/fstab\ntmpfs /tmp tmpfs defaults,noexec 0 0\n'],
    [
      'a first try failed and a later one did not',
      `${log}Failed to install /host/opt/cni/bin/calico error="open /host/opt/cni/bin/calico: text file busy"\n2025-03-04 05:06:09.890 [INFO][1] cni-installer/install.go 260: Done configuring CNI.  Sleep=false`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
