/** What BIRD says of the kernel's routes (`KRT`), of next hops and of its own plumbing, besides `bird.ts`. */
import { from } from '#cluster/messages/entries.ts'

const route = String.raw`(?<route>[\da-fA-F.:]+/\d+\b)`

export const birdMoreEntries = [
  ...from('bird:sysdep/linux/netlink.c', {
    'bird/kernel-route-odd': [
      'krt: received ',
      new RegExp(
        `KRT: Received (?:route|strange multipath route) ${route}(?: with (?<what>unknown ifindex|strange RTA_METRICS attribute)(?: (?<value>\\d+))?)?(?! with strange next-hop)`,
      ),
      'a route that is not BIRD’s cannot be read; usually harmless',
    ],
    'bird/rtnetlink-failed': [
      'rtnetlink ',
      /^bird: (?:Unable to (?:open|bind) (?:asynchronous )?rtnetlink socket|rtnetlink sendto): (?<error>.+)/,
      'BIRD cannot talk to the kernel about routes',
    ],
    'bird/netlink-read-failed': [
      'netlink recvmsg: ',
      /^bird: Netlink recvmsg: (?<error>.+)/,
      'BIRD cannot hear the kernel about routes',
    ],
  }),
  ...from('bird:sysdep/unix/krt.c', {
    'bird/kernel-route-refused': [
      'krt: error sending route ',
      new RegExp(`KRT: Error sending route ${route} to kernel: (?<error>.+)`),
      'the kernel refused a route that BIRD wanted to set',
    ],
    'bird/route-scan-failed': [
      'krt: route scan',
      /KRT: Route scan (?:estimate )?failed: (?<error>.+)/,
      'BIRD cannot read the kernel’s routes',
    ],
  }),
  ...from('bird:nest/rt-table.c', {
    'bird/next-hop-recursive': [
      ' resolvable through recursive route',
      new RegExp(
        `Next hop address (?<nextHop>[\\da-fA-F.:]+) resolvable through recursive route for ${route}`,
      ),
      'a next hop is found only through another route of BIRD’s',
    ],
    'bird/next-hop-local': [
      ' is a local address of iface',
      /Next hop address (?<nextHop>[\da-fA-F.:]+) is a local address of iface (?<interface>\S+)/,
      'a route’s next hop is this very node: two nodes with one address',
    ],
    'bird/bogus-route': [
      'ignoring bogus ',
      new RegExp(`Ignoring bogus (?:prefix|route) ${route} received via (?<protocol>\\w+)`),
      'a peer sent a route that cannot be',
    ],
  }),
  ...from('bird:nest/proto.c', {
    'bird/recovery-in-progress': [
      'graceful restart recovery in progress',
      /Graceful restart recovery in progress/,
      'BIRD still waits for its peers’ routes (`show status`)',
    ],
    'bird/recovery-waiting': [
      ' protocols to recover',
      /Waiting for (?<count>\d+) protocols to recover/,
      'on how many sessions BIRD still waits after its start',
    ],
    'bird/route-limit': [
      ' hits route ',
      /Protocol (?<protocol>\w+) hits route (?<direction>\w+) limit \((?<limit>\d+)\), action: (?<action>\w+)/,
      'a peer sent more routes than allowed',
    ],
    'bird/router-id': [
      'chosen router id ',
      /Chosen router ID (?<address>[\d.]+) according to interface (?<interface>\S+)/,
      'BIRD chose its router id by itself',
    ],
  }),
  ...from('bird:proto/bgp/bgp.c', {
    'bird/remote-address-invalid': [
      ': invalid remote address ',
      /(?<protocol>\w{1,80}): Invalid remote address (?<address>[\da-fA-F.:]+)/,
      'a peer’s address is not on the link where it must be',
    ],
    'bird/link-local-missing': [
      ': missing link local address on interface ',
      /(?<protocol>\w{1,80}): Missing link local address on interface (?<interface>\S+)/,
      'an interface has no IPv6 link-local address',
    ],
    'bird/next-hop-refused': [
      ': invalid next_hop attribute in route ',
      new RegExp(`(?<protocol>\\w{1,80}): Invalid NEXT_HOP attribute in route ${route}`),
      'BIRD cannot send a route: its next hop does not fit',
    ],
  }),
  ...from('bird:sysdep/unix/io.c', {
    'bird/incoming-connection-failed': [
      'sock: incoming connection: ',
      /SOCK: Incoming connection: (?<error>.+)/,
      'the kernel failed while a peer connected',
    ],
  }),
  ...from('bird:sysdep/unix/main.c', {
    'bird/owner-failed': [
      'bird: ch',
      /^bird: (?<call>chown|chmod): (?<error>.+)/,
      'BIRD may not own its control socket',
    ],
  }),
]
