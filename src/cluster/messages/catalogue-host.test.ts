/** What hosts say: iptables, ipset, modprobe, ip, the loader, the kernel, systemd, and who changes network or clock. */
import { describe, expect, test } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { hostServiceEntries } from '#cluster/messages/host-services.ts'
import { hostToolEntries } from '#cluster/messages/host-tools.ts'
import { kernelEntries } from '#cluster/messages/kernel.ts'
import { machineEntries } from '#cluster/messages/kernel-machine.ts'
import { netfilterEntries } from '#cluster/messages/netfilter.ts'
import { systemdEntries } from '#cluster/messages/systemd.ts'

const rows: readonly (readonly [id: string, text: string, params: Record<string, string>])[] = [
  [
    'ipset/incompatible',
    'ipset v7.15: Kernel and userspace incompatible: settype list:set with revision 4 not supported by userspace.',
    { version: '7.15', type: 'list:set', revision: '4' },
  ],
  [
    'ipset/protocol-mismatch',
    'ipset v7.11: Cannot communicate with kernel: Kernel support protocol versions 7-7 while userspace supports protocol versions 6-6',
    {
      version: '7.11',
      severity: 'Cannot communicate with kernel',
      kernelMin: '7',
      kernelMax: '7',
      userMin: '6',
      userMax: '6',
    },
  ],
  [
    'ipset/type-unsupported',
    'ipset v7.11: Kernel error received: set type not supported',
    { error: 'set type not supported' },
  ],
  [
    'ipset/kernel-error',
    'ipset v7.11: Error in line 3: Kernel error received: Operation not permitted',
    { version: '7.11', line: '3', error: 'Operation not permitted' },
  ],
  [
    'ipset/in-use',
    'ipset v7.11: Error in line 3: Set cannot be destroyed: it is in use by a kernel component',
    { version: '7.11', line: '3' },
  ],
  ['ipset/set-missing', 'ipset v7.11: The set with the given name does not exist', {}],
  ['ipset/kernel-unsupported', 'ipset v7.11: Cannot open session to kernel.', {}],
  ['ipset/full', 'ipset v7.11: Hash is full, cannot add more elements', {}],
  [
    'iptables/match-missing',
    "iptables-restore v1.8.4 (legacy): Couldn't load match `rpfilter':No such file or directory",
    {
      tool: 'iptables-restore',
      version: '1.8.4',
      backend: 'legacy',
      kind: 'match',
      name: 'rpfilter',
      match: 'rpfilter',
    },
  ],
  [
    'iptables/match-missing',
    "iptables-legacy-restore: Couldn't load match `rpfilter'",
    { kind: 'match', name: 'rpfilter', match: 'rpfilter' },
  ],
  [
    'iptables/option-unknown',
    'ip6tables-restore v1.8.7 (nf_tables): unknown option "--set-xmark"',
    { tool: 'ip6tables-restore', version: '1.8.7', backend: 'nf_tables', option: '--set-xmark' },
  ],
  [
    'iptables/target-missing',
    "iptables v1.8.9 (nf_tables): Couldn't load target `KUBE-MARK-MASQ':No such file or directory",
    {
      tool: 'iptables',
      version: '1.8.9',
      backend: 'nf_tables',
      name: 'KUBE-MARK-MASQ',
      target: 'KUBE-MARK-MASQ',
    },
  ],
  [
    'iptables/extension-unsupported',
    'Warning: Extension rpfilter revision 0 not supported, missing kernel module?',
    { extension: 'rpfilter', revision: '0' },
  ],
  [
    'iptables/lock-held',
    'Another app is currently holding the xtables lock; still 4s 0us time ahead to have a chance to grab the lock...',
    {},
  ],
  [
    'iptables/lock-unusable',
    "Fatal: can't open lock file /run/xtables.lock: Permission denied",
    { path: '/run/xtables.lock', error: 'Permission denied' },
  ],
  [
    'iptables/table-missing',
    "iptables v1.8.9 (legacy): can't initialize iptables table `nat': Table does not exist (do you need to insmod?)",
    {
      tool: 'iptables',
      version: '1.8.9',
      backend: 'legacy',
      table: 'nat',
      error: 'Table does not exist (do you need to insmod?)',
    },
  ],
  [
    'iptables/table-missing',
    "iptables-restore v1.8.4 (legacy): iptables-restore: unable to initialize table 'raw'",
    { tool: 'iptables-restore', version: '1.8.4', backend: 'legacy', table: 'raw' },
  ],
  [
    'iptables/table-missing',
    "ip6tables v1.8.9 (legacy): can't initialize ip6tables table `filter': Permission denied (you must be root)",
    {
      tool: 'ip6tables',
      version: '1.8.9',
      backend: 'legacy',
      table: 'filter',
      error: 'Permission denied (you must be root)',
    },
  ],
  [
    'iptables/insmod',
    "can't initialize iptables table `filter': iptables who? (do you need to insmod?)",
    { error: 'iptables who?' },
  ],
  ['iptables/nothing-by-that-name', 'iptables: No chain/target/match by that name.', { tool: 'iptables' }],
  ['iptables/line-failed', 'iptables-restore: line 47 failed', { tool: 'iptables-restore', line: '47' }],
  [
    'iptables/not-root',
    'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
    { tool: 'iptables' },
  ],
  [
    'iptables/nft-refused',
    'iptables-restore v1.8.9 (nf_tables): line 47: RULE_APPEND failed (Invalid argument): rule in chain cali-INPUT',
    { operation: 'RULE_APPEND', error: 'Invalid argument', detail: 'rule in chain cali-INPUT' },
  ],
  [
    'iptables/nft-refused',
    'line 4: CHAIN_USER_DEL failed (Device or resource busy): chain cali-pri-kns.shop',
    { operation: 'CHAIN_USER_DEL', error: 'Device or resource busy', detail: 'chain cali-pri-kns.shop' },
  ],
  [
    'iptables/nft-no-generation',
    'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Invalid argument',
    { error: 'Invalid argument' },
  ],
  [
    'iptables/nft-incompatible-table',
    "iptables v1.8.9 (nf_tables): table `nat' is incompatible, use 'nft' tool.",
    { table: 'nat' },
  ],
  [
    'iptables/legacy-tables',
    '# Warning: ip6tables-legacy tables present, use ip6tables-legacy to see them',
    { tool: 'ip6tables' },
  ],
  [
    'nft/command-failed',
    'Error: Could not process rule: Operation not supported',
    { error: 'Operation not supported' },
  ],
  ['nft/crashed', 'failed to run nft: signal: segmentation fault (core dumped)', {}],
  [
    'modprobe/module-missing',
    'modprobe: FATAL: Module ip_set not found in directory /lib/modules/6.1.0-13-cloud',
    { severity: 'FATAL', module: 'ip_set', path: '/lib/modules/6.1.0-13-cloud', kernel: '6.1.0-13-cloud' },
  ],
  [
    'modprobe/insert-failed',
    "modprobe: ERROR: could not insert 'ip_vs': Operation not permitted",
    { module: 'ip_vs', error: 'Operation not permitted' },
  ],
  ['modprobe/builtin-or-denied', 'Module ipip is blacklisted by kmod', { module: 'ipip' }],
  [
    'modprobe/modules-dir-missing',
    "modprobe: can't change directory to '/lib/modules': No such file or directory",
    { path: '/lib/modules', error: 'No such file or directory' },
  ],
  ['ip/rtnetlink', 'RTNETLINK answers: File exists', { error: 'File exists' }],
  ['libbpf/kernel-btf-missing', 'libbpf: Error loading vmlinux BTF: -22', { error: '-22' }],
  [
    'libbpf/program-refused',
    "libbpf: prog 'calico_connect_v4': BPF program load failed: Permission denied",
    { program: 'calico_connect_v4', error: 'Permission denied' },
  ],
  [
    'libbpf/object-refused',
    "libbpf: failed to load object '/usr/lib/calico/bpf/to_hep.o'",
    { path: '/usr/lib/calico/bpf/to_hep.o' },
  ],
  ['ip/tunnel-exists', 'add tunnel "tunl0" failed: File exists', { device: 'tunl0' }],
  ['ip/device-missing', 'Cannot find device "tunl7"', { device: 'tunl7' }],
  ['ip/device-does-not-exist', 'Device "tunl7" does not exist.', { device: 'tunl7' }],
  [
    'exec/library-missing',
    '/usr/sbin/conntrack: error while loading shared libraries: libnfnetlink.so.0: cannot open shared object file: No such file or directory',
    {
      program: '/usr/sbin/conntrack',
      library: 'libnfnetlink.so.0',
      error: 'cannot open shared object file: No such file or directory',
    },
  ],
  [
    'exec/glibc-too-old',
    "/opt/cni/bin/mine: /lib64/libc.so.6: version `GLIBC_2.34' not found (required by /opt/cni/bin/mine)",
    { version: 'GLIBC_2.34', program: '/opt/cni/bin/mine' },
  ],
  ['exec/cpu-too-old', 'Fatal: CPU ISA level is lower than required', {}],
  ['exec/glibc-cpu-too-old', 'Fatal glibc error: CPU does not support x86-64-v3', { level: 'x86-64-v3' }],
  ['exec/illegal-instruction', 'Illegal instruction (core dumped)', {}],
  ['exec/format-error', 'fork/exec /opt/cni/bin/mine: exec format error', { path: '/opt/cni/bin/mine' }],
  [
    'exec/process-caused',
    'standard_init_linux.go:228: exec user process caused: exec format error',
    { error: 'exec format error' },
  ],
  [
    'exec/start-failed',
    'runc create failed: unable to start container process: error during container init: no such device',
    { error: 'error during container init: no such device' },
  ],
  ['exec/segfault', 'exit: signal: segmentation fault (core dumped)', {}],
  ['exec/not-found', 'exec: "conntrack": executable file not found in $PATH', { program: 'conntrack' }],
  ['exec/fips-selftest', 'crypto/fips/fips.c:154: OpenSSL internal error: FATAL FIPS SELFTEST FAILURE', {}],
  [
    'exec/python-called-process',
    "CalledProcessError: Command '['ipset', 'create', 'x']' returned non-zero exit status 1",
    { command: "['ipset', 'create', 'x']", program: 'ipset', status: '1' },
  ],
  [
    'host/sysctl-read-only',
    "sh: can't create /proc/sys/net/ipv4/ip_forward: Read-only file system",
    { path: '/proc/sys/net/ipv4/ip_forward' },
  ],
  ['host/read-only', 'open /var/lib/calico/mtu: read-only file system', { path: '/var/lib/calico/mtu' }],
  ['host/no-space', 'write /var/log/pods/a.log: no space left on device', { path: '/var/log/pods/a.log' }],
  ['host/too-many-files', 'accept4: too many open files in system', { system: 'in system' }],
  ['host/no-memory', 'fork/exec /usr/sbin/ipset: cannot allocate memory', {}],
  ['host/not-supported', 'RTNETLINK answers: Operation not supported', {}],
  ['host/no-threads', 'fork/exec /usr/sbin/nft: resource temporarily unavailable', {}],
  [
    'host/no-go-threads',
    'runtime: failed to create new OS thread (have 12 already; errno=11)',
    { count: '12', errno: '11' },
  ],
  [
    'kubeadm/ip-forward-off',
    '[ERROR FileContent--proc-sys-net-ipv4-ip_forward]: /proc/sys/net/ipv4/ip_forward contents are not set to 1',
    { path: '/proc/sys/net/ipv4/ip_forward' },
  ],
  [
    'host/inotify-limit',
    'inotify_add_watch /sys/fs/cgroup/a: no space left on device',
    { error: 'no space left on device' },
  ],
  [
    'host/fsnotify-limit',
    'failed to create fsnotify watcher: too many open files',
    { error: 'too many open files' },
  ],
  ['svclb/ip-forward-off', "+ '[' 0 '!=' 1 ']'", { value: '0' }],
  ['kernel/tcp-md5', 'TCP: MD5 Hash mismatch for 192.0.2.7.179->192.0.2.9.41234', { what: 'mismatch' }],
  [
    'kernel/syn-flood',
    'TCP: request_sock_TCP: Possible SYN flooding on port 6443. Sending cookies.',
    { port: '6443' },
  ],
  [
    'kernel/oom-kill',
    'Killed process 4242 (bird) total-vm:812kB, anon-rss:400kB',
    { pid: '4242', program: 'bird' },
  ],
  [
    'kernel/oom-victim',
    'oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-0b1c,mems_allowed=0,oom_memcg=/kubepods,task_memcg=/kubepods/pod1,task=bird6,pid=4242,uid=0',
    { scope: 'MEMCG', program: 'bird6' },
  ],
  ['kernel/oom', 'Memory cgroup out of memory: Killed process 4242 (bird)', { scope: 'Memory cgroup' }],
  ['kernel/conntrack-full', 'nf_conntrack: nf_conntrack: table full, dropping packet', {}],
  [
    'kernel/conntrack-full-namespace',
    'nf_conntrack: table full in netns 4026531840, dropping packet',
    { namespace: '4026531840' },
  ],
  ['kernel/neighbour-full', 'neighbour: arp_cache: neighbor table overflow!', { table: 'arp_cache' }],
  [
    'kernel/ipvs-no-destination',
    'IPVS: wrr: UDP 10.43.0.10:53 - no destination available',
    { scheduler: 'wrr', protocol: 'UDP', address: '10.43.0.10', port: '53' },
  ],
  [
    'kernel/module-unsigned',
    'wireguard: module verification failed: signature and/or required key missing - tainting kernel',
    { module: 'wireguard', error: 'signature and/or required key missing' },
  ],
  ['kernel/module-refused', 'Loading of unsigned module is rejected', { what: 'unsigned module' }],
  [
    'kernel/module-version',
    "wireguard: version magic '5.15.0-1 SMP mod_unload ' should be '5.15.0-2 SMP mod_unload '",
    { module: 'wireguard', has: '5.15.0-1 SMP mod_unload', wants: '5.15.0-2 SMP mod_unload' },
  ],
  [
    'kernel/module-symbol-version',
    'wireguard: disagrees about version of symbol udp_sock_create4',
    { module: 'wireguard', symbol: 'udp_sock_create4' },
  ],
  [
    'kernel/module-symbol-unknown',
    'wireguard: Unknown symbol udp_sock_create4 (err -22)',
    { module: 'wireguard', symbol: 'udp_sock_create4' },
  ],
  [
    'kernel/device-not-freed',
    'unregister_netdevice: waiting for lo to become free. Usage count = 3',
    { device: 'lo', count: '3' },
  ],
  ['kernel/checksum-failed', 'eth1: hw csum failure', { device: 'eth1' }],
  [
    'kernel/bad-checksum',
    'UDP: bad checksum. From 192.0.2.9:41234 to 192.0.2.7:4789 ulen 78',
    { from: '192.0.2.9:41234', address: '192.0.2.7', port: '4789' },
  ],
  [
    'tcpdump/bad-checksum',
    '192.0.2.9.41234 > 192.0.2.7.4789: [bad udp cksum 0x1b2c -> 0x8d1e!] VXLAN, flags [I]',
    { has: '0x1b2c', wants: '0x8d1e' },
  ],
  [
    'kernel/martian-source',
    'IPv4: martian source 10.42.3.9 from 192.0.2.9, on dev eth1',
    { destination: '10.42.3.9', address: '192.0.2.9', device: 'eth1' },
  ],
  [
    'kernel/martian-destination',
    'IPv4: martian destination 127.0.0.7 from 192.0.2.9, dev eth1',
    { destination: '127.0.0.7', address: '192.0.2.9', device: 'eth1' },
  ],
  [
    'kernel/duplicate-address',
    'IPv6: eth1: IPv6 duplicate address fe80::7 used by 02:00:00:00:00:07 detected!',
    { device: 'eth1', address: 'fe80::7', mac: '02:00:00:00:00:07' },
  ],
  [
    'kernel/segfault',
    'nft[4242]: segfault at 18 ip 00007f0a1b2c sp 00007ffd1b2c error 4 in libnftables.so.1[7f0a1b000+9000]',
    { program: 'nft', pid: '4242', at: '18', where: 'libnftables.so.1' },
  ],
  [
    'kernel/invalid-opcode',
    'traps: calico-node[4242] trap invalid opcode ip:46b3a1 sp:7ffc12 error:0 in calico-node[400000+1f00000]',
    { program: 'calico-node', pid: '4242' },
  ],
  [
    'kernel/protection-fault',
    'traps: bird[4242] general protection fault ip:55d1 sp:7ffd error:0',
    { program: 'bird', pid: '4242' },
  ],
  [
    'kernel/remounted-read-only',
    'EXT4-fs (vda1): Remounting filesystem read-only',
    { filesystem: 'EXT4-fs', device: 'vda1' },
  ],
  [
    'kernel/filesystem-error',
    'EXT4-fs error (device vda1): ext4_find_entry:1455: inode #2',
    { filesystem: 'EXT4', device: 'vda1' },
  ],
  ['kernel/disk-error', 'blk_update_request: I/O error, dev vda, sector 4096', { device: 'vda' }],
  [
    'kernel/hung-task',
    'INFO: task ipset:4242 blocked for more than 122 seconds.',
    { program: 'ipset', pid: '4242', seconds: '122' },
  ],
  [
    'kernel/soft-lockup',
    'watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [kworker/3:1:4242]',
    { cpu: '3', seconds: '23' },
  ],
  ['kernel/rcu-stall', 'rcu: INFO: rcu_sched self-detected stall on CPU', {}],
  [
    'kernel/pids-limit',
    'cgroup: fork rejected by pids controller in /kubepods.slice/a.slice',
    { cgroup: '/kubepods.slice/a.slice' },
  ],
  [
    'kernel/selinux-denied',
    'avc:  denied  { write } for  pid=4242 comm="bird" name="bird.ctl" dev="tmpfs"',
    { permission: 'write', program: 'bird', name: 'bird.ctl' },
  ],
  [
    'kernel/apparmor-denied',
    'audit: type=1400 apparmor="DENIED" operation="mount" class="mount" profile="cri-containerd.apparmor.d" name="/sys/fs/bpf/"',
    { operation: 'mount', profile: 'cri-containerd.apparmor.d', name: '/sys/fs/bpf/' },
  ],
  [
    'kernel/transmit-timeout',
    'NETDEV WATCHDOG: eth1 (virtio_net): transmit queue 0 timed out',
    { device: 'eth1' },
  ],
  ['kernel/link-down', 'ixgbe 0000:01:00.0 eth1: NIC Link is Down', { device: 'eth1' }],
  [
    'systemd/failed-to-start',
    'Failed to start kubelet.service - kubelet: The Kubernetes Node Agent.',
    { unit: 'kubelet.service - kubelet: The Kubernetes Node Agent' },
  ],
  [
    'systemd/dependency-failed',
    'Dependency failed for containerd container runtime.',
    { unit: 'containerd container runtime' },
  ],
  [
    'systemd/main-process-exited',
    'kubelet.service: Main process exited, code=exited, status=203/EXEC',
    { unit: 'kubelet.service', code: 'exited', status: '203', name: 'EXEC' },
  ],
  [
    'systemd/restart-scheduled',
    'kubelet.service: Scheduled restart job, restart counter is at 12.',
    { unit: 'kubelet.service', count: '12' },
  ],
  [
    'systemd/watchdog-timeout',
    'kubelet.service: Watchdog timeout (limit 1min)!',
    { unit: 'kubelet.service' },
  ],
  [
    'systemd/exec-failed',
    'calico-node.service: Failed at step EXEC spawning /usr/bin/docker: No such file or directory',
    {
      unit: 'calico-node.service',
      step: 'EXEC',
      path: '/usr/bin/docker',
      error: 'No such file or directory',
    },
  ],
  [
    'systemd/environment-file-missing',
    'calico-node.service: Failed to load environment files: No such file or directory',
    { unit: 'calico-node.service', error: 'No such file or directory' },
  ],
  ['icmp/packet-too-big', 'IP6 fd00::1 > fd00::9: ICMP6, packet too big, mtu 1400, length 1240', {}],
  ['icmp/packet-too-big-type', 'ICMPv6 PACKET-TOO-BIG from the router', {}],
  [
    'icmp/need-to-frag',
    '10.0.0.1 > 10.0.0.9: ICMP 10.2.0.1 unreachable - need to frag (mtu 1400), length 556',
    { mtu: '1400' },
  ],
  [
    'firewalld/packet-refused',
    'kernel: FINAL_REJECT: IN=cali01 OUT=ens3 MAC=ee:ee SRC=10.60.1.7 DST=10.0.0.5 LEN=60 PROTO=TCP',
    { rule: 'FINAL_REJECT', in: 'cali01', out: 'ens3', source: '10.60.1.7', destination: '10.0.0.5' },
  ],
  [
    'ufw/packet-refused',
    'kernel: [UFW BLOCK] IN=ens3 OUT= MAC=ee:ee SRC=10.0.0.6 DST=10.0.0.5 LEN=60 PROTO=TCP',
    { in: 'ens3', out: '', source: '10.0.0.6', destination: '10.0.0.5' },
  ],
  [
    'firewalld/command-failed',
    "ERROR: COMMAND_FAILED: '/usr/sbin/iptables-restore -w -n' failed: line 3 failed",
    { error: "'/usr/sbin/iptables-restore -w -n' failed: line 3 failed" },
  ],
  ['firewalld/conflict', "ERROR: ZONE_CONFLICT: 'eth1' already bound to a zone", { interface: 'eth1' }],
  [
    'firewalld/allow-zone-drifting',
    'WARNING: AllowZoneDrifting is enabled. This is considered an insecure configuration option.',
    {},
  ],
  ['firewalld/started', 'Started firewalld - dynamic firewall daemon.', { what: 'Started' }],
  [
    'network-manager/state-changed',
    "<info>  [1700000000.1234] device (cali0a1b2c): state change: unmanaged -> unavailable (reason 'connection-assumed', sys-iface-state: 'external')",
    {
      interface: 'cali0a1b2c',
      from: 'unmanaged',
      to: 'unavailable',
      reason: 'connection-assumed',
      managed: 'external',
    },
  ],
  [
    'network-manager/took-calico',
    '<info>  [1700000000.1234] manager: (cali0a1b2c): new Veth device (/org/freedesktop/NetworkManager/Devices/9)',
    { interface: 'cali0a1b2c', kind: 'Veth' },
  ],
  [
    'network-manager/policy-set',
    "<info>  [1700000000.1234] policy: set 'lan' (eth1) as default for IPv4 routing and DNS",
    { connection: 'lan', interface: 'eth1', family: 'IPv4' },
  ],
  ['networkd/carrier-lost', 'eth1: Lost carrier', { interface: 'eth1' }],
  ['networkd/link-down', 'tunl7: Link DOWN', { interface: 'tunl7' }],
  [
    'networkd/configured-failed',
    'eth1: Could not set route: Network is unreachable',
    { interface: 'eth1', what: 'set route', error: 'Network is unreachable' },
  ],
  ['networkd/lease-lost', 'eth1: DHCP lease lost', { interface: 'eth1' }],
  [
    'networkd/address-leased',
    'eth1: DHCPv4 address 192.0.2.9/24, gateway 192.0.2.1 acquired from 192.0.2.1',
    { interface: 'eth1', address: '192.0.2.9/24' },
  ],
  ['chrony/clock-stepped', 'System clock was stepped by -7201.334455 seconds', { seconds: '-7201.334455' }],
  ['chrony/clock-wrong', 'System clock wrong by 7201.334455 seconds', { seconds: '7201.334455' }],
  ['chrony/no-source', "Can't synchronise: no selectable sources", { error: 'no selectable sources' }],
  ['chrony/time-jump', 'Backward time jump detected!', { direction: 'Backward' }],
  ['ntp/time-reset', 'time reset +7201.334455 s', { seconds: '+7201.334455' }],
  [
    'timesyncd/clock-unset',
    'System clock time unset or jumped backwards, restored from recorded timestamp: Mon 2026-02-02',
    {},
  ],
  [
    'timesyncd/server-timeout',
    'Timed out waiting for reply from 192.0.2.123:123 (ntp.shop.example).',
    { server: '192.0.2.123:123' },
  ],
  ['exec/not-permitted', 'fork/exec /opt/cni/bin/mine: permission denied', { path: '/opt/cni/bin/mine' }],
  [
    'host/sysctl-failed',
    'sysctl: cannot stat /proc/sys/net/bridge/bridge-nf-call-iptables: No such file or directory',
    { path: '/proc/sys/net/bridge/bridge-nf-call-iptables', error: 'No such file or directory' },
  ],
  [
    'host/sysctl-refused',
    'sysctl: setting key "net.ipv4.ip_forward": Read-only file system',
    { key: 'net.ipv4.ip_forward', error: 'Read-only file system' },
  ],
  [
    'tmpfiles/user-unknown',
    "Failed to resolve user 'shop': No such process",
    { user: 'shop', error: 'No such process' },
  ],
  [
    'tmpfiles/legacy-directory',
    '/etc/tmpfiles.d/shop.conf:3: Line references path below legacy directory /var/run/, updating /var/run/shop → /run/shop',
    { file: '/etc/tmpfiles.d/shop.conf', line: '3', legacy: '/var/run/', path: '/var/run/shop' },
  ],
  ['tmpfiles/duplicate', 'Duplicate line for path "/run/shop", ignoring.', { path: '/run/shop' }],
  [
    'systemd/unit-failed',
    "kubelet.service: Failed with result 'exit-code'.",
    { unit: 'kubelet.service', result: 'exit-code' },
  ],
  [
    'systemd/unit-started',
    'Started containerd.service - containerd container runtime.',
    { unit: 'containerd.service - containerd container runtime' },
  ],
  [
    'systemd/unit-stopped',
    'Stopped kubelet.service - kubelet: The Kubernetes Node Agent.',
    { unit: 'kubelet.service - kubelet: The Kubernetes Node Agent' },
  ],
  [
    'systemd/start-limit',
    'kubelet.service: Start request repeated too quickly.',
    { unit: 'kubelet.service' },
  ],
]

const own = new Set(
  [
    ...hostServiceEntries,
    ...hostToolEntries,
    ...kernelEntries,
    ...machineEntries,
    ...netfilterEntries,
    ...systemdEntries,
  ].map(({ id }) => id),
)

describe('messages', () => {
  test.each(rows)('%s: %s', (id, text, params) => {
    const found = recogniseAll(text).find((message) => message.id === id)
    expect(found?.params).toEqual(params)
  })

  test.each([
    ['a module that was loaded', 'modprobe ip_vs: inserted'],
    ['an interface that came up', 'IPv6: ADDRCONF(NETDEV_CHANGE): eth1: link becomes ready'],
    ['a firewall that matches', 'iptables: rule matched 4 packets'],
    ['a table on a page', 'the table was full of plates'],
    ['a clock that is right', 'Selected source 192.0.2.123 (ntp.shop.example)'],
    ['a disk with room', '/dev/vda1 100G 20G 80G 20% /'],
    ['a shell’s other test', "+ '[' 1 '!=' 1 ']'"],
    ['an address that networkd lists', 'eth1: Gained carrier'],
    ['a checksum that is right', '[udp sum ok] VXLAN, flags [I]'],
  ])('near miss: %s', (_, text) => {
    expect(recogniseAll(text).filter(({ id }) => own.has(id))).toEqual([])
  })

  test('every entry has a line above', () => {
    const shown = new Set(rows.map(([id]) => id))
    expect([...own].filter((id) => !shown.has(id))).toEqual([])
  })
})
