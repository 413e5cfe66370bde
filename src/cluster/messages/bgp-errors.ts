/**
 * BGP's own error texts, as BIRD logs them (`bird: Mesh_…: Error: Bad peer AS: 64513`) and as `birdcl` and `calicoctl
 * node status` show them in their last column. `Error:` was said by this side, `Received:` by the peer.
 */
import { from } from '#cluster/messages/entries.ts'

/** Who said it, after BIRD's `<protocol>: `, where there is one. */
const said = String.raw`(?:(?<protocol>\w{1,80}): )?(?<by>Error|Received|BGP Error): `
/** The words end there, or a detail, a cell or a quotation follows: no longer sentence of another program. */
const end = String.raw`(?=\s*(?:$|[|:;,.)"'\]]))`
const bgp = (words: string): RegExp => new RegExp(said + words + end)

export const bgpErrorEntries = [
  ...from('bird:proto/bgp/packets.c', {
    'bgp/bad-peer-as': [
      ': bad peer as',
      bgp('Bad peer AS(?:: (?<as>[\\d.]+))?'),
      'the AS number that one side sent is not the one that the other expects',
    ],
    'bgp/bad-identifier': [
      ': bad bgp identifier',
      bgp('Bad BGP identifier(?:: (?<value>[\\da-fA-F.:]+))?'),
      'both ends have one router id: a peering with itself, or two nodes with one address',
    ],
    'bgp/hold-timer-expired': [
      ': hold timer expired',
      bgp('Hold timer expired'),
      'nothing was heard of the peer for the hold time',
    ],
    'bgp/authentication-failure': [
      ': authentication failure',
      bgp('Authentication failure'),
      'the peers do not agree about the password',
    ],
    'bgp/unacceptable-hold-time': [
      ': unacceptable hold time',
      bgp('Unacceptable hold time'),
      'the peers do not agree about timers',
    ],
    'bgp/capability-missing': [
      ': required capability missing',
      bgp('Required capability missing'),
      'the peer lacks an ability that this side demands',
    ],
    'bgp/no-common-family': [
      ': no supported afi/safi',
      bgp('No supported AFI/SAFI'),
      'the peers speak of different address families',
    ],
    'bgp/unsupported-option': [
      ': unsupported ',
      bgp('Unsupported (?<what>version number|optional parameter)'),
      'the peer does not understand the OPEN message',
    ],
    'bgp/administrative': [
      ': administrative ',
      bgp('Administrative (?<what>shutdown|reset)'),
      'somebody ended the session on purpose',
    ],
    'bgp/peer-deconfigured': [
      ': peer de-configured',
      bgp('Peer de-configured'),
      'the other side no longer has this peer',
    ],
    'bgp/connection-rejected': [
      ': connection rejected',
      bgp('Connection rejected'),
      'the other side does not want the session now',
    ],
    'bgp/configuration-change': [
      ': other configuration change',
      bgp('Other configuration change'),
      'the other side changed its settings and starts anew',
    ],
    'bgp/collision': [
      ': connection collision resolution',
      bgp('Connection collision resolution'),
      'harmless: both sides dialled at once',
    ],
    'bgp/prefix-limit': [
      ': maximum number of prefixes reached',
      bgp('Maximum number of prefixes reached'),
      'one side sent more routes than allowed',
    ],
    'bgp/out-of-resources': [
      ': out of resources',
      bgp('Out of Resources'),
      'the peer has no memory for the session',
    ],
    'bgp/state-machine': [
      ': finite state machine error',
      bgp('Finite state machine error'),
      'one side did not expect what the other sent',
    ],
    'bgp/message-unexpected': [
      ': unexpected message in ',
      bgp('Unexpected message in (?<state>\\w+) state'),
      'one side did not expect what the other sent',
    ],
    'bgp/update-invalid': [
      ': invalid ',
      bgp(
        'Invalid (?<what>UPDATE message|attribute flags|attribute length|ORIGIN attribute|NEXT_HOP attribute|network field)',
      ),
      'one side refused a route of the other',
    ],
    'bgp/update-malformed': [
      ': malformed ',
      bgp('Malformed (?<what>attribute list|AS_PATH)'),
      'one side refused a route of the other',
    ],
    'bgp/attribute-missing': [
      ': missing mandatory attribute',
      bgp('Missing mandatory attribute'),
      'one side refused a route of the other',
    ],
  }),
  ...from('bird:proto/bgp/bgp.c', {
    'bgp/no-listening-socket': [
      'no listening socket',
      /(?:Error|Last error): +No listening socket/i,
      'BIRD does not listen on its BGP port: another program has it',
    ],
    'bgp/neighbor-lost': ['neighbor lost', /Error: +Neighbor lost/i, 'the link to the peer went down'],
    'bgp/next-hop-invalid': [
      'invalid next hop',
      /Error: +Invalid next hop/i,
      'the peer’s next hop cannot be used',
    ],
    'bgp/local-address-invalid': [
      'invalid local address',
      /Invalid local address(?: (?<address>[\da-fA-F.:]+))?/i,
      'the address from which BIRD should speak is not on the host',
    ],
    'bgp/md5-failed': [
      'kernel md5 auth failed',
      /Kernel MD5 auth failed/,
      'the kernel cannot sign the session',
    ],
    'bgp/bfd-down': ['bfd session down', /BFD session down/, 'the peer does not answer BFD'],
    'bgp/socket-error': [
      'socket: ',
      /\bSocket: (?<error>Connection refused|Connection reset by peer|No route to host|Host is unreachable|Network is unreachable|Connection timed out|Operation timed out|Permission denied|Cannot assign requested address|Address not available|Connection closed)/,
      'the TCP connection to the peer failed',
    ],
  }),
  // What routers on the other side log of the same refusals.
  ...from('FRRouting/frr:bgpd/bgp_packet.c', {
    'router/remote-as-unexpected': [
      'bad open, remote as is ',
      /bad OPEN, remote AS is (?<as>\d+), expected (?<expected>\d+)/,
      'a router expects another AS number of this peer',
    ],
    'router/peer-in-wrong-as': [
      ' 2/2 (',
      / 2\/2 \((?:peer in wrong AS|OPEN Message Error\/(?:Bad Peer AS|bad AS number))\)/i,
      'a router expects another AS number of this peer',
    ],
    'router/peer-claims-as': [
      ' claims ',
      /peer (?<address>\S{1,60}) \([^)]{0,80}\) claims (?<as>\d+), (?<expected>\d+) configured/,
      'a router expects another AS number of this peer',
    ],
  }),
]
