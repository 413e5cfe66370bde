import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

const prompt = (command: string, ...lines: readonly string[]): string =>
  [`root@k8s-worker-03:~# ${command}`, ...lines].join('\n')

describe('who listens', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'ss, with its header and a remark',
      prompt(
        'ss -lntup',
        'Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port Process',
        'tcp   LISTEN 0      4096         *:9099               *:*    users:(("calico-node",pid=70,fd=9))',
        'udp   UNCONN 0      0      127.0.0.53%lo:53     0.0.0.0:*    users:(("resolver",pid=8,fd=12))   # not ours',
      ),
      [
        { protocol: 'tcp', address: '0.0.0.0', port: 9099, program: 'calico-node' },
        { protocol: 'udp', address: '127.0.0.53', port: 53, program: 'resolver' },
      ],
    ],
    [
      'ss without the protocol and without -n',
      prompt('ss -lt', 'LISTEN 0 128 [::]:bgp [::]:*'),
      [{ protocol: 'tcp', address: '[::]', port: 179 }],
    ],
    [
      'a single line of netstat, without its pid',
      'tcp        0      0 10.0.0.7:179          0.0.0.0:*               LISTEN      4711/gobgpd',
      [{ protocol: 'tcp', address: '10.0.0.7', port: 179, program: 'gobgpd' }],
    ],
    [
      'netstat with user and inode, a program with arguments, and UDP without a state',
      prompt(
        'netstat -lntupe',
        'tcp6       0      0 :::5473      :::*     LISTEN      999    31415      4712/calico-typha -x',
        'udp        0      0 0.0.0.0:4789            0.0.0.0:*                           -',
      ),
      [
        { protocol: 'tcp', address: '[::]', port: 5473, program: 'calico-typha' },
        { protocol: 'udp', address: '0.0.0.0', port: 4789 },
      ],
    ],
    [
      'lsof',
      'bird    1522 root    7u  IPv4  21345      0t0  TCP *:bgp (LISTEN)',
      [{ port: 179, program: 'bird' }],
    ],
    [
      'a connection is no listener',
      'tcp        0      0 10.0.0.7:179      10.0.0.8:41234      ESTABLISHED 4711/bird',
      [],
    ],
    [
      'sockets of a pod',
      '$ kubectl exec web-6d4cf56db6-abcde -- ss -lnt\nLISTEN 0 128 10.0.0.7:179 0.0.0.0:*',
      [],
    ],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'listeners')).toMatchObject(expected)
    expect(rows(text, 'listeners')).toHaveLength(expected.length)
  })

  test('a connection that nobody answers, and one that stands, tell what can be reached', () => {
    const text = prompt(
      'netstat -nt',
      'tcp        0      1 10.0.0.7:33412          10.0.0.8:179            SYN_SENT',
      'tcp        0      0 10.0.0.7:33414          10.0.0.9:179            ESTABLISHED',
      'tcp        0      0 10.0.0.7:179            10.0.0.10:33416         ESTABLISHED',
    )
    expect(rows(text, 'reachability')).toEqual([
      { node: 'k8s-worker-03', in: 'host', to: '10.0.0.8', port: 179, protocol: 'tcp', outcome: 'timed-out' },
      { node: 'k8s-worker-03', in: 'host', to: '10.0.0.9', port: 179, protocol: 'tcp', outcome: 'ok' },
    ])
  })
})

describe('kernel modules', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'lsmod, whatever the module',
      prompt(
        'lsmod',
        'Module                  Size  Used by',
        'zfoo                   16384  0',
        'ip_set  53248  1 xt_set',
      ),
      [
        { name: 'ip_set', loaded: true },
        { name: 'zfoo', loaded: true },
      ],
    ],
    [
      'a line of lsmod that somebody cut out',
      'ipip                   20480  0',
      [{ name: 'ipip', loaded: true }],
    ],
    ['a word and two numbers are no module', 'apples 12345 3', []],
    [
      'modprobe without the module on disk, whose folder names the kernel',
      'modprobe: FATAL: Module xt-set not found in directory /lib/modules/5.10.0-99-amd64',
      [{ name: 'xt_set', loaded: false, error: 'not found in directory /lib/modules/5.10.0-99-amd64' }],
    ],
    [
      'a module that the kernel refuses',
      "modprobe: ERROR: could not insert 'wireguard': Operation not permitted",
      [{ name: 'wireguard', loaded: false, error: 'Operation not permitted' }],
    ],
    [
      'modinfo',
      'modinfo: ERROR: Module vxlan not found.',
      [{ name: 'vxlan', loaded: false, error: 'not found' }],
    ],
    [
      'busybox names no module: the command does',
      prompt(
        'modprobe ip6_tables',
        "modprobe: can't change directory to '/lib/modules': No such file or directory",
      ),
      [{ name: 'ip6_tables', loaded: false }],
    ],
    [
      'calicoctl node checksystem',
      prompt(
        'calicoctl node checksystem',
        'Checking kernel version...',
        '\t\t4.19.0-12-amd64    \t\t\t\t\tOK',
        'Checking kernel modules...',
        '\t\tipt_rpfilter       \t\t\t\t\tOK',
        '\t\txt_set             \t\t\t\t\tFAIL',
      ),
      [
        { name: 'ipt_rpfilter', loaded: true },
        { name: 'xt_set', loaded: false, error: 'FAIL' },
      ],
    ],
    [
      'a kernel’s configuration: built in, not there, and a module of which nobody knows',
      'CONFIG_NETFILTER_XT_SET=y\n# CONFIG_NET_IPIP is not set\nCONFIG_VXLAN=m',
      [
        { name: 'ipip', loaded: false },
        { name: 'xt_set', loaded: true },
      ],
    ],
    [
      'a device of a kind that the kernel does not know',
      prompt('ip link add wg0 type wireguard', 'RTNETLINK answers: Operation not supported'),
      [{ name: 'wireguard', loaded: false, error: 'Operation not supported' }],
    ],
    [
      'a parameter of a module that is not loaded',
      'sysctl: cannot stat /proc/sys/net/bridge/bridge-nf-call-iptables: No such file or directory',
      [{ name: 'br_netfilter', loaded: false, error: 'No such file or directory' }],
    ],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'kernelModules')).toMatchObject(expected)
    expect(rows(text, 'kernelModules')).toHaveLength(expected.length)
  })
})

describe('versions of kernel and system', () => {
  test.each<[string, string, readonly object[]]>([
    [
      'uname -a names its host',
      'Linux k8s-worker-09 5.4.0-1099-aws #47-Ubuntu SMP Tue Apr 13 07:02:25 UTC 2021 x86_64 GNU/Linux',
      [{ of: 'kernel', version: '5.4.0-1099-aws', node: 'k8s-worker-09' }],
    ],
    ['uname -r', prompt('uname -r', '4.4'), [{ of: 'kernel', version: '4.4', node: 'k8s-worker-03' }]],
    ['a release that only a distribution numbers so', '3.10.0-999.el7.x86_64', [{ of: 'kernel' }]],
    ['a version alone is no kernel', '3.29.1', []],
    [
      'os-release',
      prompt(
        'cat /etc/os-release',
        'NAME="Debian GNU/Linux"',
        'PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"',
        'ID=debian',
      ),
      [{ of: 'os', version: 'Debian GNU/Linux 11 (bullseye)', node: 'k8s-worker-03' }],
    ],
    [
      'hostnamectl',
      '   Static hostname: k8s-worker-08\n  Operating System: Fedora Linux 39\n            Kernel: Linux 6.5.6-300.fc39.x86_64',
      [
        { of: 'kernel', version: '6.5.6-300.fc39.x86_64', node: 'k8s-worker-08' },
        { of: 'os', version: 'Fedora Linux 39', node: 'k8s-worker-08' },
      ],
    ],
    ['a release file', 'Rocky Linux release 8.9 (Green Obsidian)', [{ of: 'os' }]],
  ])('%s', (_, text, expected) => {
    expect(rows(text, 'versions')).toMatchObject(expected)
    expect(rows(text, 'versions')).toHaveLength(expected.length)
  })
})
