/** iptables of both back-ends, nft and ipset, in whoever's log their words stand. */
import { from } from '#cluster/messages/entries.ts'

export const netfilterEntries = [
  ...from('netfilter/ipset:lib/session.c', {
    'ipset/incompatible': [
      'kernel and userspace incompatible',
      /(?:ipset v(?<version>[\d.]{1,12}): )?Kernel and userspace incompatible: settype (?:(?<type>\w{1,20}:[\w:,]{1,40}) )?[\w .]{0,30}?with revision (?<revision>\d+) not supported/,
      'the host’s kernel or tools made IP sets that Calico’s ipset cannot read',
    ],
    'ipset/protocol-mismatch': [
      'kernel support protocol versions ',
      /(?:ipset v(?<version>[\d.]{1,12}): )?(?:(?<severity>Cannot communicate with kernel|Warning): )?Kernel support protocol versions (?<kernelMin>\d+)-(?<kernelMax>\d+) while userspace supports protocol versions (?<userMin>\d+)-(?<userMax>\d+)/,
      'ipset and the kernel speak different versions; a warning only where the ranges overlap',
    ],
    'ipset/type-unsupported': [
      'kernel error received: ',
      /Kernel error received: (?<error>set type not supported|Invalid argument)/,
      'the kernel lacks a type of IP set',
    ],
    'ipset/kernel-error': [
      'kernel error received: ',
      /(?:ipset v(?<version>[\d.]{1,12}): )?(?:Error in line (?<line>\d+): )?Kernel error received: (?<error>[A-Za-z][\w ,/'-]{2,80})/,
      'the kernel refused an operation on IP sets',
    ],
    'ipset/in-use': [
      'set cannot be destroyed: it is in use',
      /(?:ipset v(?<version>[\d.]{1,12}): )?(?:Error in line (?<line>\d+): )?Set cannot be destroyed: it is in use by a kernel component/,
      'a rule still uses the IP set that is to be removed',
    ],
    'ipset/set-missing': [
      'the set with the given name does not exist',
      /The set with the given name does not exist/,
      'an IP set that was asked for does not exist',
    ],
    'ipset/kernel-unsupported': [
      'cannot open session to kernel',
      /Cannot open session to kernel/,
      'the kernel has no IP sets, or this program may not use them',
    ],
    'ipset/full': [
      'hash is full, cannot add more elements',
      /Hash is full, cannot add more elements/,
      'an IP set has reached its largest size',
    ],
  }),
  ...from('netfilter/iptables:libxtables/xtables.c', {
    'iptables/match-missing': [
      "couldn't load match ",
      /(?:(?<tool>[\w-]{1,40}):? v(?<version>[\d.]{1,12})(?: \((?<backend>\w{1,12})\))?: )?(?:[\w-]{1,40}: )?Couldn't load (?<kind>match) [`'](?<name>(?<match>[^'\s]{1,60}))'/,
      'the image or host lacks an extension of iptables',
    ],
    'iptables/option-unknown': [
      'unknown option ',
      /(?<tool>ip6?tables[\w-]{0,20}):? v(?<version>[\d.]{1,12})(?: \((?<backend>\w{1,12})\))?: unknown option \\{0,3}"(?<option>-{1,2}[\w-]{2,40})/,
      'the image’s iptables and this kernel do not offer the same revision of an extension',
    ],
    'iptables/target-missing': [
      "couldn't load target ",
      /(?:(?<tool>[\w-]{1,40}):? v(?<version>[\d.]{1,12})(?: \((?<backend>\w{1,12})\))?: )?(?:[\w-]{1,40}: )?Couldn't load target [`'](?<name>(?<target>[^'\s]{1,60}))'/,
      'a rule jumps to a chain that does not exist, or an extension of iptables is missing',
    ],
    'iptables/extension-unsupported': [
      'missing kernel module?',
      /(?:Warning: )?Extension (?<extension>[\w-]{1,40}) (?:revision (?<revision>\d+) (?:is )?not supported|is not supported), missing kernel module\?/,
      'the kernel lacks an extension of iptables: a module is missing',
    ],
    'iptables/lock-held': [
      'holding the xtables lock',
      /Another app is currently holding the xtables lock/,
      'another program keeps the lock of iptables',
    ],
    'iptables/lock-unusable': [
      "can't open lock file ",
      /can't open lock file (?<path>\/\S{1,200}): (?<error>[A-Z][\w -]{3,80})/,
      'the lock of iptables cannot be used',
    ],
  }),
  ...from('netfilter/iptables:iptables/iptables.c', {
    'iptables/table-missing': [
      ' table ',
      /(?:(?<tool>ip6?tables[\w-]{0,24}):? v(?<version>[\d.]{1,12})(?: \((?<backend>\w{1,12})\))?: )?(?:[\w-]{1,40}: )?(?:unable to initialize|can't initialize ip6?tables) table [`'](?<table>\w+)'(?:: (?<error>[A-Z][^\n\\"]{3,120}))?/,
      'the kernel lacks a table of iptables',
    ],
    'iptables/insmod': [
      '(do you need to insmod?)',
      /(?<error>iptables who\?|Table does not exist|[\w ]{3,60}\?) \(do you need to insmod\?\)/,
      'the kernel lacks a module of iptables',
    ],
    'iptables/nothing-by-that-name': [
      'no chain/target/match by that name',
      /(?<tool>ip6?tables[\w-]{0,24}): No chain\/target\/match by that name/,
      'a chain does not exist, or the kernel lacks an extension',
    ],
    'iptables/line-failed': [
      ' failed',
      /(?<tool>ip6?tables[\w-]{0,16}-restore)(?: v[\d.]{1,12}(?: \(\w{1,12}\))?)?: line (?<line>\d{1,6}) failed/,
      'iptables-restore refused a rule',
    ],
    'iptables/not-root': [
      'you must be root',
      /(?<tool>ip6?tables[\w-]{0,24}) v[\d.]{1,12}(?: \(\w{1,12}\))?: .{3,120}?\(you must be root\)/,
      'the program may not use iptables: it is not root, or lacks NET_ADMIN',
    ],
  }),
  ...from('netfilter/iptables:iptables/nft.c', {
    'iptables/nft-refused': [
      ' failed (',
      /\b(?<operation>(?:RULE|CHAIN|TABLE)_[A-Z_]{3,24}) failed \((?<error>[^)]{3,80})\)(?:: (?<detail>[^\n\\"]{3,160}))?/,
      'the kernel refused a rule of the nf_tables back-end: it lacks an extension, or chains are in use',
    ],
    'iptables/nft-no-generation': [
      'could not fetch rule set generation id',
      /Could not fetch rule set generation id: (?<error>[A-Z][\w ]{3,60})/,
      'the kernel has no nf_tables, or the program may not use it',
    ],
    'iptables/nft-incompatible-table': [
      "' is incompatible, use 'nft' tool",
      /[Tt]able [`'](?<table>\w+)' is incompatible, use 'nft' tool/,
      'a table holds rules of nft that iptables cannot show or keep',
    ],
    'iptables/legacy-tables': [
      'tables-legacy tables present',
      /Warning: (?<tool>ip6?tables)-legacy tables present, use/,
      'rules of both back-ends of iptables exist on this host',
    ],
  }),
  ...from('netfilter/nftables:src/libnftables.c', {
    'nft/command-failed': [
      'error: could not process rule: ',
      /Error: Could not process rule: (?<error>[A-Z][\w ,/-]{3,80})/,
      'the kernel refused a rule of nft',
    ],
    'nft/crashed': [
      'segmentation fault',
      /\bnft\b[^\n]{0,160}?[Ss]egmentation fault/,
      'the program nft crashed',
    ],
  }),
]
