/** systemd, systemd-tmpfiles, the container runtimes and the kernel, as they appear in a node's journal. */
import { from } from '#cluster/messages/entries.ts'

export const systemdEntries = [
  ...from('systemd/systemd:src/tmpfiles/tmpfiles.c', {
    'tmpfiles/user-unknown': [
      "failed to resolve user '",
      /Failed to resolve user '(?<user>[^']+)': (?<error>.+)/,
      'an entry of tmpfiles.d names a user that does not exist; its folder is not made',
    ],
    'tmpfiles/legacy-directory': [
      'line references path below legacy directory',
      /(?<file>\/[\w./-]{1,200}?)?:?(?<line>\d+)?: ?Line references path below legacy directory (?<legacy>\S+), updating (?<path>\S+)/,
      'harmless: /var/run is an old name of /run',
    ],
    'tmpfiles/duplicate': [
      'duplicate line for path ',
      /Duplicate line for path "(?<path>[^"]+)", ignoring/,
      'a file that sorts earlier configures this path; this line is ignored',
    ],
  }),
  ...from('systemd/systemd:src/core/unit.c', {
    'systemd/unit-failed': [
      'failed with result ',
      /(?<unit>[\w@.:-]{1,120}): Failed with result '(?<result>[^']+)'/,
      'a unit ended with a failure',
    ],
    'systemd/unit-started': [
      'started ',
      /^Started (?<unit>[\w@-]{1,80}(?:\.service)?(?: - |: ).+?)\.?$/,
      'a unit was started',
    ],
    'systemd/unit-stopped': [
      'stopped ',
      /^Stopped (?<unit>[\w@-]{1,80}(?:\.service)?(?: - |: ).+?)\.?$/,
      'a unit was stopped',
    ],
    'systemd/start-limit': [
      'start request repeated too quickly',
      /(?<unit>[\w@.:-]{1,120}): Start request repeated too quickly/,
      'systemd gave up starting a unit',
    ],
  }),
]

export const kernelEntries = [
  ...from('torvalds/linux:net/ipv4/tcp_ipv4.c', {
    'kernel/tcp-md5': [
      'md5 hash ',
      /MD5 Hash (?<what>mismatch|not found|NOT expected[^ ]*|failed) for/i,
      'two ends of a BGP session have different passwords, or one has none',
    ],
  }),
  ...from('torvalds/linux:mm/oom_kill.c', {
    'kernel/oom-kill': [
      'killed process ',
      /Killed process (?<pid>\d+) \((?<program>[^)]+)\)/,
      'the kernel killed a process because memory ran out',
    ],
  }),
  ...from('torvalds/linux:net/netfilter/nf_conntrack_core.c', {
    'kernel/conntrack-full': [
      'nf_conntrack: table full, dropping packet',
      /nf_conntrack: (?:nf_conntrack: )?table full, dropping packet/,
      'the table of connections is full; new ones are dropped',
    ],
  }),
  ...from('torvalds/linux:net/netfilter/ipset/ip_set_core.c', {
    'ipset/incompatible': [
      'kernel and userspace incompatible',
      /Kernel and userspace incompatible: settype (?<type>[\w:,]+) with revision (?<revision>\d+) not supported by userspace/,
      'the host’s kernel or tools made IP sets that Calico’s ipset cannot read',
    ],
    'ipset/type-unsupported': [
      'kernel error received: ',
      /Kernel error received: (?<error>set type not supported|Invalid argument)/,
      'the kernel lacks a type of IP set',
    ],
  }),
  ...from('netfilter/iptables:iptables/xtables-restore.c', {
    'iptables/match-missing': [
      "couldn't load ",
      /Couldn't load (?<kind>match|target) [`'](?<name>[^'\s]+)'/,
      'the kernel or the image lacks an extension of iptables',
    ],
    'iptables/table-missing': [
      ' table ',
      /(?:unable to initialize|can't initialize iptables) table [`'](?<table>\w+)'/,
      'the kernel lacks a table of iptables',
    ],
    'iptables/lock-held': [
      'holding the xtables lock',
      /Another app is currently holding the xtables lock/,
      'another program keeps the lock of iptables',
    ],
  }),
]

export const runtimeEntries = [
  ...from('containerd/containerd:internal/cri/server/sandbox_run.go', {
    'containerd/sandbox-network-failed': [
      'failed to setup network for sandbox ',
      /failed to setup network for sandbox \\?"(?<sandbox>\w+)\\?":? (?<error>.+)/,
      'the CNI plugin could not set up a pod’s network',
    ],
    'containerd/sandbox-teardown-failed': [
      'failed to destroy network for sandbox ',
      /failed to destroy network for sandbox \\?"(?<sandbox>\w+)\\?":? (?<error>.+)/,
      'the CNI plugin could not take down a pod’s network',
    ],
    'containerd/no-cni-config': [
      'no network config found in ',
      /no network config found in (?<path>\S+?): cni plugin not initialized/,
      'no CNI configuration on this node',
    ],
  }),
]
