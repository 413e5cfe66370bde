/** modprobe, ip, the loader and the shell: what a host or an image says when a program cannot do its work there. */
import { from } from '#cluster/messages/entries.ts'

export const hostToolEntries = [
  ...from('kmod-project/kmod:tools/modprobe.c', {
    'modprobe/module-missing': [
      'not found in directory ',
      /modprobe: (?<severity>FATAL|ERROR|WARNING): Module (?<module>[\w-]{1,80}) not found in directory (?<path>\/\S{1,200}?(?<kernel>[^/\s"\\]{1,80}))(?=$|[\s"\\])/,
      'the host’s kernel has no such module on its disk',
    ],
    'modprobe/insert-failed': [
      'could not insert ',
      /modprobe: (?:FATAL|ERROR): could not insert '(?<module>[^']{1,80})': (?<error>[A-Z][^\n\\"]{3,120})/,
      'the kernel refused a module',
    ],
    'modprobe/builtin-or-denied': [
      'blacklisted by kmod',
      /(?<module>[\w-]{1,80}) (?:is )?blacklisted by kmod/,
      'the host’s settings forbid a module',
    ],
  }),
  ...from('mirror/busybox:modutils/modprobe.c', {
    'modprobe/modules-dir-missing': [
      "modprobe: can't change directory to ",
      /modprobe: can't change directory to '(?<path>[^']{1,200})': (?<error>[A-Z][\w ]{3,80})/,
      'the container has no view of the host’s kernel modules',
    ],
  }),
  ...from('iproute2/iproute2:lib/libnetlink.c', {
    'ip/rtnetlink': [
      'rtnetlink answers: ',
      /RTNETLINK answers: (?<error>[A-Z][\w ,'-]{2,80})/,
      'the kernel refused a change of links, addresses or routes',
    ],
    'ip/tunnel-exists': [
      'add tunnel "',
      /add tunnel "(?<device>[\w.-]{1,20})" failed: File exists/,
      'the tunnel device is there already, with other settings',
    ],
    'ip/device-missing': [
      'cannot find device ',
      /Cannot find device "(?<device>[^"\s]{1,40})"/,
      'a network interface does not exist',
    ],
    'ip/device-does-not-exist': [
      '" does not exist.',
      /Device "(?<device>[^"\s]{1,40})" does not exist\./,
      'a network interface does not exist',
    ],
  }),
  ...from('bminor/glibc:elf/dl-load.c', {
    'exec/library-missing': [
      'error while loading shared libraries: ',
      /(?:(?<program>[\w./-]{1,200}): )?error while loading shared libraries: (?<library>[^:\s]{1,200}): (?<error>[^\n\\"]{3,160})/,
      'a program misses a library: host and program do not fit together',
    ],
    'exec/glibc-too-old': [
      "' not found",
      /[`'](?<version>(?:GLIBC|GLIBCXX|CXXABI)_[\d.]{1,12})' not found(?: \(required by (?<program>[^)]{1,200})\))?/,
      'a program was built for a newer C library than the host has',
    ],
    'exec/cpu-too-old': [
      'cpu isa level is lower than required',
      /CPU ISA level is lower than required/,
      'the image needs a newer processor than the machine (or its virtual one) has',
    ],
  }),
  ...from('bminor/glibc:sysdeps/x86/dl-get-cpu-features.c', {
    'exec/glibc-cpu-too-old': [
      'glibc error: cpu does not support ',
      /Fatal glibc error: CPU does not support (?<level>[\w-]{3,20})/,
      'the image needs a newer processor than the machine (or its virtual one) has',
    ],
  }),
  ...from('torvalds/linux:arch/x86/kernel/traps.c', {
    'exec/illegal-instruction': [
      'illegal instruction',
      /[Ii]llegal instruction(?: \(core dumped\))?/,
      'a program uses instructions that the processor does not have',
    ],
  }),
  ...from('libbpf/libbpf:src/libbpf.c', {
    'libbpf/kernel-btf-missing': [
      'libbpf: ',
      /libbpf: (?:failed to find valid kernel BTF|Error loading vmlinux BTF: (?<error>-?\d{1,5}))/,
      'the program’s libbpf cannot read the types of this kernel: libbpf is older than the kernel, or the kernel has none',
    ],
    'libbpf/program-refused': [
      "libbpf: prog '",
      /libbpf: prog '(?<program>[\w.-]{1,80})': (?:BPF program load failed|failed to load): (?<error>[A-Za-z -]{3,60}|-?\d{1,5})/,
      'this kernel refuses a BPF program',
    ],
    'libbpf/object-refused': [
      "libbpf: failed to load object '",
      /libbpf: failed to load object '(?<path>[^']{1,200})'/,
      'a file of BPF programs cannot be loaded on this kernel',
    ],
  }),
  ...from('torvalds/linux:fs/exec.c', {
    'exec/format-error': [
      'exec format error',
      /(?:(?:exec|fork\/exec) "?(?<path>\/[^\s":]{1,200})"?: )?exec format error/i,
      'a program was built for another processor, or its file is damaged or empty',
    ],
  }),
  ...from('opencontainers/runc:libcontainer/standard_init_linux.go', {
    'exec/process-caused': [
      'exec user process caused',
      /exec user process caused:? ?\\{0,3}"?(?<error>[a-z][\w ]{3,80})/,
      'the container’s program cannot be started: another processor, or a file that is not there',
    ],
  }),
  ...from('opencontainers/runc:libcontainer/process_linux.go', {
    'exec/start-failed': [
      'unable to start container process: ',
      /unable to start container process: (?<error>[^\n]+)/,
      'the runtime could not start the container’s program',
    ],
  }),
  ...from('golang/go:src/os/exec_posix.go', {
    'exec/segfault': [
      'signal: segmentation fault',
      /signal: segmentation fault(?: \(core dumped\))?/,
      'a program that was called crashed',
    ],
    'exec/not-permitted': [
      ': permission denied',
      /(?:fork\/exec|exec:?) \\{0,3}"?(?<path>\/[^"\\\s:]{1,240})\\{0,3}"?: permission denied/i,
      'a program may not be run: its mode, a mount with noexec, or SELinux',
    ],
    'exec/not-found': [
      'executable file not found in $path',
      /exec: \\{0,3}"(?<program>[^"\\]{1,200})\\{0,3}": (?:stat .{1,200}: no such file or directory|executable file not found in \$PATH)/,
      'a program that is needed is not in the image or on the host',
    ],
  }),
  ...from('openssl/openssl:crypto/fips/fips.c', {
    'exec/fips-selftest': [
      'fatal fips selftest failure',
      /FATAL FIPS SELFTEST FAILURE/,
      'the program’s own OpenSSL fails on a host in FIPS mode',
    ],
  }),
  ...from('python/cpython:Lib/subprocess.py', {
    'exec/python-called-process': [
      'returned non-zero exit status ',
      /(?:CalledProcessError: )?Command '?(?<command>\[?u?'?(?<program>[\w./-]{1,60})(?:[^\]\n]{0,600}\]|[^'\n]{0,300}))'? returned non-zero exit status (?<status>-?\d{1,3})/,
      'a program that a Python program called failed',
    ],
  }),
  ...from('torvalds/linux:fs/namespace.c', {
    'host/sysctl-read-only': [
      'read-only file system',
      /(?:open |can't create |cannot create |write to )?['"]?(?<path>\/(?:host\/)?proc\/sys\/[\w./-]{1,160})['"]?: Read-only file system/i,
      'the container may not change the kernel’s settings: it is not privileged',
    ],
    'host/sysctl-failed': [
      '/proc/sys/',
      /(?<path>\/(?:host\/)?proc\/sys\/[\w./-]{1,160})['"]?: (?<error>no such file or directory|permission denied|operation not permitted|invalid argument)/i,
      'a setting of the kernel does not exist (its module is not loaded) or may not be changed',
    ],
    'host/sysctl-refused': [
      'sysctl: setting key ',
      /sysctl: setting key "(?<key>[\w./-]{1,160})"(?:, ignoring)?: (?<error>[A-Z][\w -]{3,80})/,
      'a setting of the kernel may not be changed',
    ],
    'host/read-only': [
      'read-only file system',
      /(?<path>\/[\w.@+/-]{1,240})['"]?: Read-only file system/i,
      'a place that must be written cannot be',
    ],
    'host/no-space': [
      'no space left on device',
      /(?:(?<path>\/[\w.@+/-]{1,240})['"]?: )?no space left on device/i,
      'a disk is full, or a limit of the kernel (inotify watches) is reached',
    ],
    'host/too-many-files': [
      'too many open files',
      /(?:(?<path>\/[\w.@+/-]{1,240})['"]?: )?too many open files(?<system> in system)?/i,
      'a process or the machine has reached its limit of open files or inotify instances',
    ],
    'host/not-supported': [
      'operation not supported',
      /(?:(?<path>\/[\w.@+/-]{1,240})['"]?: )?operation not supported/i,
      'the kernel lacks what was asked of it: a module or an ability',
    ],
    'host/no-memory': [
      'cannot allocate memory',
      /cannot allocate memory/i,
      'the kernel gave no memory: the machine or a limit is full',
    ],
  }),
  ...from('torvalds/linux:kernel/fork.c', {
    'host/no-threads': [
      'resource temporarily unavailable',
      /(?:fork(?:\/exec)?|clone|pthread_create|new thread|OS thread)[^\n]{0,200}?: resource temporarily unavailable/i,
      'no process or thread can be started: a limit of the machine, the user or the control group is reached',
    ],
  }),
  ...from('golang/go:src/runtime/os_linux.go', {
    'host/no-go-threads': [
      'failed to create new os thread',
      /runtime: failed to create new OS thread \(have (?<count>\d{1,8}) already; errno=(?<errno>\d{1,3})\)/,
      'no thread can be started: a limit of the machine, the user or the control group is reached',
    ],
  }),
  ...from('torvalds/linux:fs/notify/inotify/inotify_user.c', {
    'host/inotify-limit': [
      'inotify',
      /(?:inotify_(?:add_watch|init1?)|(?:creating|create) (?:new )?inotify(?: watcher| instance)?)[^\n]{0,200}?: (?<error>too many open files|no space left on device)/i,
      'the machine’s limit of inotify instances or watches is reached (fs.inotify.max_user_…)',
    ],
    'host/fsnotify-limit': [
      'create fsnotify watcher',
      /(?:failed to|unable to) create fsnotify watcher: (?<error>too many open files|no space left on device)/i,
      'the machine’s limit of inotify instances or watches is reached (fs.inotify.max_user_…)',
    ],
  }),
  // The shell prints each test of klipper-lb's entry script; the one on ip_forward is its last before it ends.
  ...from('k3s-io/klipper-lb:entry', {
    'svclb/ip-forward-off': [
      "'[' 0 '",
      /'\[' (?<value>0) '(?:!=|==|=)' 1 '?\]'?/,
      'the service load balancer’s pod ends because IP forwarding is off on this node',
    ],
  }),
  ...from('kubernetes/kubernetes:cmd/kubeadm/app/preflight/checks.go', {
    'kubeadm/ip-forward-off': [
      'ip_forward contents are not set to 1',
      /(?<path>\/proc\/sys\/net\/ipv4\/ip_forward) contents are not set to 1/,
      'kubeadm found that IP forwarding is off on this machine',
    ],
  }),
]
