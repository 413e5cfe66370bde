/** The kernel's lines about memory, processors, disks, modules and what it forbids, from dmesg or the journal. */
import { from } from '#cluster/messages/entries.ts'

export const machineEntries = [
  ...from('torvalds/linux:mm/oom_kill.c', {
    'kernel/oom-kill': [
      'killed process ',
      /Killed process (?<pid>\d+),? \((?<program>[^)]+)\)/,
      'the kernel killed a process because memory ran out',
    ],
    'kernel/oom-victim': [
      'oom-kill:constraint=',
      /oom-kill:constraint=CONSTRAINT_(?<scope>\w{2,20})(?:[^\n]{0,600}?,task=(?<program>[^,\s]{1,40}))?/,
      'memory ran out, of a pod’s limit (MEMCG) or of the machine (NONE), and the kernel chose whom to kill',
    ],
    'kernel/oom-invoked': [
      ' invoked oom-killer: ',
      /(?<program>[\w./-]{1,40}) invoked oom-killer: gfp_mask=/,
      'a process asked for memory that there was not, of a pod’s limit or of the machine',
    ],
    'kernel/oom': [
      'out of memory',
      /(?<scope>memory cgroup )?out of memory: Kill/i,
      'memory ran out, of a pod’s limit or of the machine',
    ],
  }),
  ...from('torvalds/linux:kernel/module/signing.c', {
    'kernel/module-unsigned': [
      ': module verification failed: ',
      /(?<module>[\w-]{1,60}): module verification failed: (?<error>.{3,80}?)(?: - tainting kernel)?$/,
      'a module is not signed for this kernel; it was loaded nevertheless',
    ],
    'kernel/module-refused': [
      'loading of ',
      /[Ll]oading of (?<what>module with unavailable key|unsigned module|[\w ]{3,40}) is rejected/,
      'Secure Boot or lockdown refuses a module',
    ],
  }),
  ...from('torvalds/linux:kernel/module/version.c', {
    'kernel/module-version': [
      ': version magic ',
      /(?<module>[\w-]{1,60}): version magic '(?<has>[^']{1,160})' should be '(?<wants>[^']{1,160})'/,
      'a module was built for another kernel',
    ],
    'kernel/module-symbol-version': [
      'disagrees about version of symbol ',
      /(?<module>[\w-]{1,60}): disagrees about version of symbol (?<symbol>\w{1,120})/,
      'a module was built for another kernel',
    ],
    'kernel/module-symbol-unknown': [
      ': unknown symbol ',
      /(?<module>[\w-]{1,60}): Unknown symbol (?<symbol>\w{1,120})/,
      'a module was built for another kernel, or needs another module',
    ],
  }),
  ...from('torvalds/linux:arch/x86/mm/fault.c', {
    'kernel/segfault': [
      ': segfault at ',
      /(?<program>[\w./:-]{1,40})\[(?<pid>\d{1,8})\]: segfault at (?<at>[\da-fx]{1,18}) ip [\da-fx]{1,18} sp [\da-fx]{1,18} error \d+(?: in (?<where>[^[\s]{1,120}))?/i,
      'a program crashed',
    ],
    'kernel/invalid-opcode': [
      'trap invalid opcode',
      /traps: (?<program>[\w./:-]{1,40})\[(?<pid>\d{1,8})\] trap invalid opcode/,
      'a program used an instruction that this processor does not have',
    ],
    'kernel/protection-fault': [
      'general protection',
      /traps: (?<program>[\w./:-]{1,40})\[(?<pid>\d{1,8})\] general protection/,
      'a program crashed',
    ],
  }),
  ...from('torvalds/linux:fs/ext4/super.c', {
    'kernel/remounted-read-only': [
      'emounting filesystem read-only',
      /(?:(?<filesystem>EXT[234]-fs|BTRFS\S{0,12}|XFS) ?)?(?:\((?:device )?(?<device>[\w.-]{1,40})\))?:? ?[Rr]emounting filesystem read-only/,
      'the kernel stopped writes to a disk because of errors',
    ],
    'kernel/filesystem-error': [
      '-fs error (device ',
      /(?<filesystem>\w{2,8})-fs error \(device (?<device>[\w.-]{1,40})\)/,
      'a file system is damaged, or its disk is',
    ],
  }),
  ...from('torvalds/linux:block/blk-core.c', {
    'kernel/disk-error': [
      'i/o error',
      /(?:blk_update_request: |Buffer )?I\/O error,? (?:on )?dev (?<device>[\w.-]{1,40})/,
      'a disk cannot be read or written',
    ],
  }),
  ...from('torvalds/linux:kernel/hung_task.c', {
    'kernel/hung-task': [
      'blocked for more than ',
      /task (?<program>[\w./:-]{1,40}):(?<pid>\d{1,8}) blocked for more than (?<seconds>\d+) seconds/,
      'a program waits for its disk or the kernel without end',
    ],
    'kernel/soft-lockup': [
      'soft lockup - cpu#',
      /BUG: soft lockup - CPU#(?<cpu>\d+) stuck for (?<seconds>\d+)s/,
      'a processor does not get on: the machine or its host is overloaded',
    ],
    'kernel/rcu-stall': [
      'detected stall',
      /rcu(?:: INFO:)?.{0,60}?(?:self-)?detected stall/,
      'a processor does not get on: the machine or its host is overloaded',
    ],
  }),
  ...from('torvalds/linux:kernel/cgroup/pids.c', {
    'kernel/pids-limit': [
      'fork rejected by pids controller',
      /cgroup: fork rejected by pids controller in (?<cgroup>\S{1,300})/,
      'a pod or the node has reached its limit of processes',
    ],
  }),
  ...from('torvalds/linux:security/lsm_audit.c', {
    'kernel/selinux-denied': [
      'avc:  denied ',
      /avc: {1,2}denied {1,2}\{ (?<permission>[\w ]{1,80}?) \}.{0,80}?comm="(?<program>[^"]{1,40})"(?:.{0,120}?name="(?<name>[^"]{1,120})")?/,
      'SELinux forbids a program something',
    ],
    'kernel/apparmor-denied': [
      'apparmor="denied"',
      /apparmor="DENIED" operation="(?<operation>\w{1,40})".{0,80}?profile="(?<profile>[^"]{1,120})"(?:.{0,80}?name="(?<name>[^"]{1,200})")?/,
      'AppArmor forbids a program something',
    ],
  }),
]
