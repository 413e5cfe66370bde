import { modulesDep, modulesOrder } from '#lab/host/os/modules-dep.ts'
import type { Tree, TreeEntry } from '#lab/host/ports.ts'

export interface OsOptions {
  readonly hostname: string
  /** Lines of /etc/hosts beyond the machine itself. */
  readonly hosts?: readonly { readonly name: string; readonly address: string }[]
  /** For /etc/resolv.conf. Default: the network's gateway. */
  readonly nameserver?: string
  readonly kernelRelease?: string
  /** As /etc/os-release tells; everything else is Ubuntu's. Default ubuntu. */
  readonly distribution?: 'ubuntu' | 'rhel'
  /** The text of /etc/os-release. Default: as the distribution has it. */
  readonly osRelease?: string
}

const folder = (path: string, mode = 0o755): TreeEntry => ({ path, kind: 'directory', mode })

const file = (path: string, text: string, mode = 0o644): TreeEntry => ({ path, kind: 'file', text, mode })

const link = (path: string, target: string): TreeEntry => ({ path, kind: 'symlink', target })

/** A stable id of 32 hexadecimal digits for a name, as /etc/machine-id holds. */
function machineId(name: string): string {
  let text = ''
  let hash = 0x811c9dc5
  for (let round = 0; text.length < 32; round++) {
    for (const c of `${name}/${round}`) hash = Math.imul(hash ^ c.charCodeAt(0), 0x01000193)
    text += (hash >>> 0).toString(16).padStart(8, '0')
  }
  return text.slice(0, 32)
}

/** Everything but executables. Links come first, so that what is put under them lands where they point. */
export const baseFiles = ({
  hostname,
  hosts = [],
  nameserver = '10.0.0.1',
  kernelRelease = '5.15.0-136-generic',
  distribution = 'ubuntu',
  osRelease = osReleases[distribution],
}: OsOptions): Tree => [
  ...['bin', 'sbin', 'lib'].map((name) => link(`/${name}`, `usr/${name}`)),
  link('/var/run', '/run'),
  link('/var/lock', '/run/lock'),
  ...folders.map((path) => folder(path)),
  folder('/root', 0o700),
  folder('/tmp', 0o1777),
  folder('/var/tmp', 0o1777),
  file('/etc/hostname', `${hostname}\n`),
  file('/etc/machine-id', `${machineId(hostname)}\n`, 0o444),
  file('/etc/os-release', osRelease),
  ...(distribution === 'rhel' ? [file('/etc/selinux/config', selinuxConfig)] : []),
  file('/etc/passwd', passwd),
  file('/etc/group', group),
  file('/etc/shells', '/bin/sh\n/bin/bash\n'),
  file('/etc/hosts', hostsText(hostname, hosts)),
  file('/etc/resolv.conf', `nameserver ${nameserver}\noptions edns0 trust-ad\nsearch .\n`),
  file('/etc/sysctl.conf', '# Settings that outlast a boot; see also /etc/sysctl.d.\n'),
  file('/usr/lib/sysctl.d/10-kernel-defaults.conf', 'kernel.panic = 10\nvm.swappiness = 60\n'),
  link('/boot/vmlinuz', `vmlinuz-${kernelRelease}`),
  ...kernelFiles(kernelRelease),
  ...tmpfiles,
  ...units,
]

const folders = [
  '/boot',
  '/dev',
  '/etc/modprobe.d',
  '/etc/modules-load.d',
  '/etc/sysctl.d',
  '/etc/systemd/system',
  '/etc/tmpfiles.d',
  '/home',
  '/mnt',
  '/opt',
  '/proc',
  '/run',
  '/srv',
  '/sys',
  '/usr/lib/tmpfiles.d',
  '/usr/lib/modules-load.d',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/share',
  '/var/cache',
  '/var/lib/os-update',
  '/var/log/journal',
]

const osReleases = {
  ubuntu: `PRETTY_NAME="Ubuntu 22.04.5 LTS"
NAME="Ubuntu"
VERSION_ID="22.04"
VERSION="22.04.5 LTS (Jammy Jellyfish)"
VERSION_CODENAME=jammy
ID=ubuntu
ID_LIKE=debian
UBUNTU_CODENAME=jammy
`,
  rhel: `NAME="Red Hat Enterprise Linux"
VERSION="8.10 (Ootpa)"
ID="rhel"
ID_LIKE="fedora"
VERSION_ID="8.10"
PLATFORM_ID="platform:el8"
PRETTY_NAME="Red Hat Enterprise Linux 8.10 (Ootpa)"
`,
} as const

/** Read by the kernel at boot. */
const selinuxConfig = `# enforcing, permissive or disabled
SELINUX=enforcing
SELINUXTYPE=targeted
`

const passwd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
systemd-network:x:101:102:systemd Network Management,,,:/run/systemd:/usr/sbin/nologin
systemd-resolve:x:102:103:systemd Resolver,,,:/run/systemd:/usr/sbin/nologin
syslog:x:104:111::/home/syslog:/usr/sbin/nologin
`

const group = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:syslog
tty:x:5:
utmp:x:43:
nogroup:x:65534:
systemd-journal:x:101:
systemd-network:x:102:
systemd-resolve:x:103:
syslog:x:111:
`

const hostsText = (hostname: string, hosts: NonNullable<OsOptions['hosts']>): string =>
  [
    '127.0.0.1 localhost',
    `127.0.1.1 ${hostname}`,
    ...hosts.map(({ address, name }) => `${address} ${name}`),
    '',
  ].join('\n')

/** What a kernel's package brings. */
export const kernelFiles = (release: string): Tree => [
  file(`/boot/vmlinuz-${release}`, '', 0o600),
  file(`/lib/modules/${release}/modules.dep`, modulesDep),
  file(`/lib/modules/${release}/modules.order`, modulesOrder),
]

/** A few of what the packages of a stock system configure. */
const tmpfiles: Tree = [
  file(
    '/usr/lib/tmpfiles.d/legacy.conf',
    'd /run/lock 0755 root root -\nd /run/lock/subsys 0755 root root -\nL /var/lock - - - - ../run/lock\n',
  ),
  file('/usr/lib/tmpfiles.d/tmp.conf', 'D /tmp 1777 root root -\nd /var/tmp 1777 root root 30d\n'),
  file(
    '/usr/lib/tmpfiles.d/var.conf',
    'd /var/log 0755 - - -\nd /var/cache 0755 - - -\nd /var/lib 0755 - - -\nd /var/spool 0755 - - -\n',
  ),
  file(
    '/usr/lib/tmpfiles.d/systemd.conf',
    'd /run/user 0755 root root -\nd /run/systemd/sessions 0755 root root -\nd /run/systemd/users 0755 root root -\nd /run/log 0755 root root -\nz /var/log/journal 2755 root systemd-journal - -\n',
  ),
]

const oneshot = (description: string, command: string): string => `[Unit]
Description=${description}
DefaultDependencies=no

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${command}
`

const units: Tree = [
  file(
    '/lib/systemd/system/systemd-tmpfiles-setup.service',
    oneshot(
      'Create Volatile Files and Directories',
      'systemd-tmpfiles --create --remove --boot --exclude-prefix=/dev',
    ),
  ),
  link(
    '/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service',
    '../systemd-tmpfiles-setup.service',
  ),
  file(
    '/lib/systemd/system/systemd-modules-load.service',
    oneshot('Load Kernel Modules', '/usr/lib/systemd/systemd-modules-load'),
  ),
  link(
    '/lib/systemd/system/sysinit.target.wants/systemd-modules-load.service',
    '../systemd-modules-load.service',
  ),
  file(
    '/lib/systemd/system/systemd-timesyncd.service',
    '[Unit]\nDescription=Network Time Synchronization\n\n[Service]\nType=notify\nExecStart=/usr/lib/systemd/systemd-timesyncd\nRestart=always\n\n[Install]\nWantedBy=sysinit.target\n',
  ),
  link(
    '/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service',
    '/lib/systemd/system/systemd-timesyncd.service',
  ),
  file('/etc/modules-load.d/k8s.conf', 'overlay\nbr_netfilter\n'),
  file(
    '/lib/systemd/system/systemd-remount-fs.service',
    oneshot('Remount Root and Kernel File Systems', 'mount -a'),
  ),
  link(
    '/lib/systemd/system/sysinit.target.wants/systemd-remount-fs.service',
    '../systemd-remount-fs.service',
  ),
  file('/etc/fstab', '/dev/vda1\t/\text4\tdefaults\t0 1\n'),
  file(
    '/lib/systemd/system/systemd-sysctl.service',
    oneshot('Apply Kernel Variables', 'sysctl --system').replace(
      '[Unit]',
      '[Unit]\nAfter=systemd-modules-load.service',
    ),
  ),
  link('/lib/systemd/system/sysinit.target.wants/systemd-sysctl.service', '../systemd-sysctl.service'),
]

/** What small images share. */
export const smallFiles: Tree = [
  folder('/tmp', 0o1777),
  folder('/root', 0o700),
  folder('/run'),
  link('/var/run', '/run'),
  folder('/var/log'),
  folder('/var/lib'),
  file('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
  file('/etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
]
