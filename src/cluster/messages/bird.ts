/**
 * BIRD 1.6 as Calico runs it (`-d`, so stderr with the fixed prefix `bird: ` and no time). bird6 prints the same prefix.
 * Short texts are anchored to the prefix: `Started` alone may be anybody's.
 */
import { from } from '#cluster/messages/entries.ts'

export const birdEntries = [
  ...from('bird:sysdep/unix/main.c', {
    'bird/cannot-create-control-socket': [
      'cannot create control socket',
      /Cannot create control socket (?<path>\S+?): (?<error>.+?)\.?$/,
      'BIRD may not create its control socket; it exits at once and runit starts it again every second',
    ],
    'bird/config-unreadable': [
      'unable to open configuration file',
      /Unable to open configuration file (?<path>\S+?): (?<error>.+)/,
      'confd has not rendered BIRD’s configuration yet; normal in the first seconds, afterwards confd is stuck',
    ],
    'bird/another-running': [
      'i found another bird running',
      /I found another BIRD running/,
      'another BIRD serves this control socket',
    ],
    'bird/started': ['bird: started', /^bird: Started$/, 'BIRD is up'],
    'bird/shutdown-completed': [
      'bird: shutdown completed',
      /^bird: Shutdown completed$/,
      'BIRD ended cleanly',
    ],
    'bird/reconfiguration-requested': [
      'reconfiguration requested by sighup',
      /Reconfiguration requested by SIGHUP/,
      'confd rendered a new configuration and told BIRD',
    ],
    'bird/md5-password-too-long': [
      'the password for tcp md5 signature is too long',
      /The password for TCP MD5 Signature is too long/,
      'the BGP password is longer than the kernel takes (80 bytes)',
    ],
    'bird/md5-unsupported': [
      'kernel does not support tcp md5 signatures',
      /Kernel does not support TCP MD5 signatures/,
      'this kernel cannot sign TCP, so sessions with a password cannot come up',
    ],
  }),
  ...from('bird:conf/conf.c', {
    'bird/reconfiguring': [
      'bird: reconfiguring',
      /^bird: Reconfiguring$/,
      'BIRD takes over a new configuration',
    ],
    'bird/reconfigured': [
      'bird: reconfigured',
      /^bird: Reconfigured$/,
      'BIRD works with the new configuration',
    ],
  }),
  ...from('bird:conf/cf-lex.l', {
    'bird/included-file-unreadable': [
      'unable to open included file',
      /Unable to open included file (?<path>\S+?): (?<error>.+)/,
      'BIRD’s configuration is half rendered',
    ],
    'bird/config-error': [
      '/bird',
      /^bird: (?<path>\/\S{1,200}\/bird\S{0,80}\.cfg)(?:[:,] ?| )(?:line )?(?<line>\d+)(?::(?<column>\d+))?:? (?<error>.+)/,
      'BIRD cannot read the configuration that was rendered for it',
    ],
  }),
  ...from('bird:nest/proto.c', {
    'bird/graceful-restart-started': [
      'graceful restart started',
      /^bird: Graceful restart started$/,
      'BIRD waits for its peers to send their routes again',
    ],
    'bird/graceful-restart-done': [
      'graceful restart done',
      /^bird: Graceful restart done$/,
      'graceful restart is over; routes that nobody sent again go',
    ],
    'bird/state-changed': [
      ': state changed to ',
      /(?<protocol>[\w.]{1,80}): State changed to (?<state>start|feed|up|stop|flush|down|wait)\b/,
      'a protocol of BIRD changed its state',
    ],
    'bird/connected-to-table': [
      ': connected to table ',
      /(?<protocol>[\w.]{1,80}): Connected to table (?<table>\S+)/,
      'a protocol of BIRD may exchange routes',
    ],
    'bird/protocol-initializing': [
      ': initializing',
      /^bird: (?<protocol>[\w.]{1,80}): Initializing$/,
      'a protocol of BIRD is being set up',
    ],
    'bird/protocol-starting': [
      ': starting',
      /^bird: (?<protocol>[\w.]{1,80}): Starting$/,
      'a protocol of BIRD starts; a BGP session that was lost prints it again',
    ],
    'bird/protocol-shutting-down': [
      ': shutting down',
      /^bird: (?<protocol>[\w.]{1,80}): Shutting down$/,
      'a protocol of BIRD is being stopped',
    ],
    'bird/protocol-reconfigured': [
      ': reconfigured',
      /^bird: (?<protocol>[\w.]{1,80}): Reconfigured$/,
      'a protocol of BIRD took over new settings without a bounce',
    ],
    'bird/adding-protocol': [
      'adding protocol ',
      /^bird: Adding protocol (?<protocol>\S+)$/,
      'a peer was added to BIRD’s configuration',
    ],
    'bird/removing-protocol': [
      'removing protocol ',
      /^bird: Removing protocol (?<protocol>\S+)$/,
      'a peer was removed from BIRD’s configuration',
    ],
    'bird/restarting-protocol': [
      'restarting protocol ',
      /^bird: Restarting protocol (?<protocol>\S+)$/,
      'a peer’s settings changed so much that its session was bounced',
    ],
    'bird/reloading-protocol': [
      'reloading protocol ',
      /^bird: Reloading protocol (?<protocol>\S+)$/,
      'a peer’s filters changed; its routes are read again',
    ],
    'bird/route-limit-exceeded': [
      'route limit exceeded',
      /(?<protocol>[\w.]{1,80}): Route limit exceeded, shutting down/,
      'a peer sent more routes than allowed',
    ],
  }),
  ...from('bird:proto/bgp/bgp.c', {
    'bird/cannot-open-listening-socket': [
      'bgp: cannot open listening socket',
      /BGP: Cannot open listening socket/,
      'BIRD cannot listen on its BGP port: every session stays down',
    ],
    'bird/listen-failed': [
      'bgp: socket error: ',
      /BGP: Socket error: (?<call>[a-z]+): (?<error>.+)/,
      'the kernel refused BIRD’s listening socket',
    ],
    'bird/listening-socket-error': [
      'bgp: error on listening socket: ',
      /BGP: Error on listening socket: (?<error>.+)/,
      'the listening socket of BGP failed',
    ],
    'bird/incoming-connection-aborted': [
      'bgp: incoming connection aborted',
      /BGP: Incoming connection aborted/,
      'a peer’s connection ended before it was taken',
    ],
    'bird/unexpected-connect': [
      'unexpected connect from unknown address',
      /BGP: Unexpected connect from unknown address (?<address>[\da-fA-F.:]+)/, // from another port each time
      'somebody who is not configured here as a peer dials BGP: one-sided configuration, source NAT or a reused address',
    ],
    'bird/disabled-after-cease': [
      'disabled after cease notification',
      /(?<protocol>[\w.]{1,80}): Disabled after Cease notification/,
      'the peer told BIRD to stay away',
    ],
    'bird/peer-socket-error': [
      ': socket error: ',
      /^bird: (?<protocol>[\w.]{1,80}): Socket error: (?:(?<call>[a-z]+): )?(?<error>.+)/,
      'the kernel refused the socket of one session',
    ],
    'bird/session-error': [
      ': error: ',
      /^bird: (?<protocol>[\w.]{1,80}): Error: (?<error>.+)/,
      'BIRD ended a session and told the peer why',
    ],
    'bird/session-received': [
      ': received: ',
      /^bird: (?<protocol>[\w.]{1,80}): Received: (?<error>.+)/,
      'the peer ended a session and said why',
    ],
  }),
  ...from('bird:proto/bgp/packets.c', {
    'bird/inconsistent-as': [
      'peer advertised inconsistent as numbers',
      /(?<protocol>[\w.]{1,80}): Peer advertised inconsistent AS numbers/,
      'the peer’s two AS numbers differ',
    ],
    'bird/capability-error': [
      'capability related error received',
      /(?<protocol>[\w.]{1,80}): Capability related error received/,
      'the peer knows no capabilities; BIRD tries without',
    ],
    'bird/session-established': [
      'bgp session established',
      /(?<protocol>[\w.]{1,80}): BGP session established/,
      'a session came up (printed at debug level only)',
    ],
  }),
  ...from('bird:proto/bgp/config.Y', {
    'bird/no-router-id': [
      'cannot determine router id',
      /Cannot determine router ID, please configure it manually/,
      'BIRD’s configuration has no router id',
    ],
  }),
  ...from('bird:sysdep/linux/netlink.c', {
    'bird/netlink-error': [
      'netlink: ',
      /^bird: Netlink: (?<error>.+)/,
      'the kernel refused a route that BIRD wanted to set',
    ],
    'bird/netlink-dropped': [
      'kernel dropped some netlink messages',
      /Kernel dropped some netlink messages, will resync on next scan/,
      'harmless unless constant',
    ],
  }),
  ...from('bird:sysdep/unix/krt.c', {
    'bird/strange-next-hop': [
      'with strange next-hop',
      /KRT: Received route (?<route>\S+) with strange next-hop (?<nextHop>\S+)/,
      'a route that is not BIRD’s has a next hop that is not on the link; common on clouds, usually harmless',
    ],
  }),
  ...from('bird:sysdep/unix/io.c', {
    'bird/io-loop-slow': [
      'i/o loop cycle took ',
      /I\/O loop cycle took (?<ms>\d+) ms for (?<events>\d+) events/,
      'BIRD did not get the processor in time',
    ],
    'bird/time-jump': ['time jump, delta ', /Time jump, delta (?<seconds>-?\d+) s/, 'the clock was stepped'],
  }),
  ...from('bird:client/client.c', {
    'birdcl/unable-to-connect': [
      'unable to connect to server control socket',
      /Unable to connect to server control socket \((?<path>[^)]+)\): (?<error>.+?)(?=\.|Couldn't connect|$)/,
      'birdcl did not reach BIRD’s control socket',
    ],
  }),
]
