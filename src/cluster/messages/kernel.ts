/** The kernel's lines about the network, from dmesg or the journal. */
import { from } from '#cluster/messages/entries.ts'

export const kernelEntries = [
  ...from('torvalds/linux:net/ipv4/tcp_ipv4.c', {
    'kernel/tcp-md5': [
      'md5 hash ',
      /MD5 Hash (?<what>mismatch|not found|NOT expected[^ ]*|failed) for/i,
      'two ends of a BGP session have different passwords, or one has none',
    ],
    'kernel/syn-flood': [
      'possible syn flooding on port ',
      /Possible SYN flooding on port \[?(?<port>[\w.:[\]]{1,60}?)\]?\. /,
      'a program does not accept its connections fast enough',
    ],
  }),
  ...from('torvalds/linux:net/netfilter/nf_conntrack_core.c', {
    'kernel/conntrack-full': [
      'nf_conntrack: table full, dropping packet',
      /nf_conntrack: (?:nf_conntrack: )?table full, dropping packet/,
      'the table of connections is full; new ones are dropped',
    ],
    'kernel/conntrack-full-namespace': [
      'nf_conntrack: table full in netns ',
      /nf_conntrack: table full in netns (?<namespace>\d+), dropping packet/,
      'the table of connections is full; new ones are dropped',
    ],
  }),
  ...from('torvalds/linux:net/core/neighbour.c', {
    'kernel/neighbour-full': [
      'table overflow',
      /(?:(?<table>\w{2,20}_cache): )?neighbou?r table overflow/i,
      'the table of neighbours is full: more pods or hosts than net.ipv4.neigh.default.gc_thresh3 allows',
    ],
  }),
  ...from('torvalds/linux:net/netfilter/ipvs/ip_vs_sched.c', {
    'kernel/ipvs-no-destination': [
      ' - no destination available',
      /IPVS: (?<scheduler>\w{2,12}): (?:FWM \d+ \S+|(?<protocol>\w{3,4}) (?<address>\[?[\da-fA-F.:]{2,45}?\]?):(?<port>\d{1,5})) - no destination available/,
      'a Service of kube-proxy has no endpoint that can take the connection',
    ],
  }),
  ...from('torvalds/linux:net/core/dev.c', {
    'kernel/device-not-freed': [
      'unregister_netdevice: waiting for ',
      /unregister_netdevice: waiting for (?<device>\S{1,20}) to become free(?:\. Usage count = (?<count>\d+))?/,
      'a bug of the kernel keeps an interface alive; making and removing pods hangs',
    ],
    'kernel/checksum-failed': [
      'hw csum failure',
      /(?<device>[\w.@-]{1,20}): hw csum failure/,
      'the network card’s or hypervisor’s checksum offload gives wrong sums',
    ],
  }),
  ...from('torvalds/linux:net/ipv4/udp.c', {
    'kernel/bad-checksum': [
      ' bad checksum',
      /UDP(?:v6)?: bad checksum\. From (?<from>[\da-fA-F.:]{2,51}) to (?<address>[\da-fA-F.:]{2,45}):(?<port>\d{1,5})/,
      'packets arrive with a wrong checksum: an offload that does not work with VXLAN',
    ],
  }),
  ...from('the-tcpdump-group/tcpdump:print-udp.c', {
    'tcpdump/bad-checksum': [
      'bad udp cksum ',
      /bad udp cksum (?<has>0x[\da-f]{1,4}) -> (?<wants>0x[\da-f]{1,4})/,
      'a packet has a wrong checksum where it was captured; normal on its way out where the card makes the sums',
    ],
  }),
  ...from('the-tcpdump-group/tcpdump:print-icmp6.c', {
    'icmp/packet-too-big': [
      'packet too big',
      /\bpacket too big\b/i,
      'a router on the way says that a packet is larger than the next link carries (IPv6)',
    ],
    'icmp/packet-too-big-type': [
      'packet-too-big',
      /\bpacket-too-big\b/i,
      'a router on the way says that a packet is larger than the next link carries (name of the ICMPv6 type)',
    ],
  }),
  ...from('the-tcpdump-group/tcpdump:print-icmp.c', {
    'icmp/need-to-frag': [
      'need to frag',
      /unreachable - need to frag(?: \(mtu (?<mtu>\d{2,5})\))?/,
      'a router on the way says that a packet is larger than the next link carries',
    ],
  }),
  ...from('torvalds/linux:net/ipv4/route.c', {
    'kernel/martian-source': [
      'martian source ',
      /martian source (?<destination>[\d.]{7,15}) from (?<address>[\d.]{7,15}),? on dev (?<device>[\w.@-]{1,20})/,
      'a packet came in where its sender is not expected: an asymmetric route or a strict reverse path filter',
    ],
    'kernel/martian-destination': [
      'martian destination ',
      /martian destination (?<destination>[\d.]{7,15}) from (?<address>[\d.]{7,15}),? (?:on )?dev (?<device>[\w.@-]{1,20})/,
      'a packet came in for an address that cannot be',
    ],
  }),
  ...from('torvalds/linux:net/ipv6/addrconf.c', {
    'kernel/duplicate-address': [
      'duplicate address ',
      /(?<device>[\w.@-]{1,20}): IPv6 duplicate address (?<address>[\da-fA-F:]{3,45})(?: used by (?<mac>[\da-f:]{17}))? detected/,
      'another machine has the same IPv6 address',
    ],
  }),
  ...from('torvalds/linux:net/sched/sch_generic.c', {
    'kernel/transmit-timeout': [
      'netdev watchdog: ',
      /NETDEV WATCHDOG: (?<device>[\w.@-]{1,20}) .{0,60}?transmit queue \d+ timed out/,
      'a network card or its driver hangs',
    ],
    'kernel/link-down': [
      'link is down',
      /(?<device>[\w.@-]{1,20}): (?:NIC )?[Ll]ink is [Dd]own/,
      'a network card lost its link',
    ],
  }),
]
