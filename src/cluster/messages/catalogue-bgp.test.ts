/** BGP’s errors, BIRD’s further lines, confd and Typha: a line for every entry, in the format of its log. */
import { bgpErrorEntries } from '#cluster/messages/bgp-errors.ts'
import { birdMoreEntries } from '#cluster/messages/bird-more.ts'
import { confdMoreEntries } from '#cluster/messages/confd-more.ts'
import { typhaMoreEntries } from '#cluster/messages/typha-more.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'bgp/bad-peer-as',
    'bird: Mesh_10_20_0_7: Error: Bad peer AS: 64513',
    { protocol: 'Mesh_10_20_0_7', by: 'Error', as: '64513' },
  ],
  [
    'confd/no-bird-service',
    'Output from reloadcmd: "fail: bird6: unable to change to service directory: file does not exist\\n"',
    { program: 'bird6', error: 'file does not exist' },
  ],
  [
    'bgp/bad-identifier',
    'bird: Mesh_10_20_0_7: Error: Bad BGP identifier: 10.20.0.7',
    { protocol: 'Mesh_10_20_0_7', by: 'Error', value: '10.20.0.7' },
  ],
  [
    'bgp/hold-timer-expired',
    'bird: Mesh_10_20_0_7: Received: Hold timer expired',
    { protocol: 'Mesh_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/authentication-failure',
    'bird: Node_10_20_0_7: Received: Authentication failure',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/unacceptable-hold-time',
    'bird: Node_10_20_0_7: Error: Unacceptable hold time: 1',
    { protocol: 'Node_10_20_0_7', by: 'Error' },
  ],
  [
    'bgp/capability-missing',
    'bird: Node_10_20_0_7: Received: Required capability missing',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/no-common-family',
    'bird: Node_10_20_0_7: Received: No supported AFI/SAFI',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/unsupported-option',
    'bird: Node_10_20_0_7: Received: Unsupported optional parameter: 2',
    { protocol: 'Node_10_20_0_7', by: 'Received', what: 'optional parameter' },
  ],
  [
    'bgp/administrative',
    '| 10.20.0.7 | global | start | 05:06:07 | Idle  Received: Administrative shutdown |',
    { by: 'Received', what: 'shutdown' },
  ],
  [
    'bgp/peer-deconfigured',
    'bird: Node_10_20_0_7: Received: Peer de-configured',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/connection-rejected',
    'bird: Node_10_20_0_7: Received: Connection rejected',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/configuration-change',
    'bird: Node_10_20_0_7: Received: Other configuration change',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/collision',
    'bird: Node_10_20_0_7: Received: Connection collision resolution',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/prefix-limit',
    'bird: Node_10_20_0_7: Received: Maximum number of prefixes reached',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/out-of-resources',
    'bird: Node_10_20_0_7: Received: Out of Resources',
    { protocol: 'Node_10_20_0_7', by: 'Received' },
  ],
  [
    'bgp/state-machine',
    'bird: Node_10_20_0_7: Error: Finite state machine error',
    { protocol: 'Node_10_20_0_7', by: 'Error' },
  ],
  [
    'bgp/message-unexpected',
    'bird: Node_10_20_0_7: Error: Unexpected message in OpenSent state',
    { protocol: 'Node_10_20_0_7', by: 'Error', state: 'OpenSent' },
  ],
  [
    'bgp/update-invalid',
    'bird: Node_10_20_0_7: Error: Invalid NEXT_HOP attribute: 0a',
    { protocol: 'Node_10_20_0_7', by: 'Error', what: 'NEXT_HOP attribute' },
  ],
  [
    'bgp/update-malformed',
    'bird: Node_10_20_0_7: Error: Malformed AS_PATH: 02',
    { protocol: 'Node_10_20_0_7', by: 'Error', what: 'AS_PATH' },
  ],
  [
    'bgp/attribute-missing',
    'bird: Node_10_20_0_7: Error: Missing mandatory attribute: 3',
    { protocol: 'Node_10_20_0_7', by: 'Error' },
  ],
  ['bgp/no-listening-socket', '| 10.20.0.7 | global | down | 05:06:07 | Error: No listening socket |', {}],
  ['bgp/neighbor-lost', '| 10.20.0.7 | global | start | 05:06:07 | Idle  Error: Neighbor lost |', {}],
  ['bgp/next-hop-invalid', '| 10.20.0.7 | global | start | 05:06:07 | Idle  Error: Invalid next hop |', {}],
  [
    'bgp/local-address-invalid',
    'bird: Node_10_20_0_7: Invalid local address 10.20.0.9',
    { address: '10.20.0.9' },
  ],
  ['bgp/md5-failed', 'Kernel MD5 auth failed', {}],
  ['bgp/bfd-down', 'BFD session down', {}],
  [
    'router/remote-as-unexpected',
    '10.20.0.7 [Error] bad OPEN, remote AS is 65001, expected 65002',
    { as: '65001', expected: '65002' },
  ],
  [
    'router/peer-in-wrong-as',
    '%BGP-3-NOTIFICATION: sent to neighbor 10.20.0.7 passive 2/2 (peer in wrong AS) 2 bytes FC00',
    {},
  ],
  [
    'router/peer-claims-as',
    'subcode 2 (bad peer AS number), Reason: peer 10.20.0.7 (External AS 65002) claims 65001, 65002 configured',
    { address: '10.20.0.7', as: '65001', expected: '65002' },
  ],
  [
    'bgp/socket-error',
    '| 10.20.0.7 | global | start | 05:06:07 | Active  Socket: No route to host |',
    { error: 'No route to host' },
  ],
  ['bird/recovery-in-progress', 'Graceful restart recovery in progress', {}],
  ['bird/recovery-waiting', '   Waiting for 3 protocols to recover', { count: '3' }],
  [
    'bird/kernel-route-odd',
    'bird: KRT: Received route 10.44.9.0/26 with unknown ifindex 12',
    { route: '10.44.9.0/26', what: 'unknown ifindex', value: '12' },
  ],
  [
    'bird/rtnetlink-failed',
    'bird: Unable to open rtnetlink socket: Operation not permitted',
    { error: 'Operation not permitted' },
  ],
  [
    'bird/netlink-read-failed',
    'bird: Netlink recvmsg: No buffer space available',
    { error: 'No buffer space available' },
  ],
  [
    'bird/kernel-route-refused',
    'bird: KRT: Error sending route 10.44.9.0/26 to kernel: Permission denied',
    { route: '10.44.9.0/26', error: 'Permission denied' },
  ],
  [
    'bird/route-scan-failed',
    'bird: KRT: Route scan failed: Permission denied',
    { error: 'Permission denied' },
  ],
  [
    'bird/next-hop-recursive',
    'bird: Next hop address 10.20.0.1 resolvable through recursive route for 10.44.9.0/26',
    { nextHop: '10.20.0.1', route: '10.44.9.0/26' },
  ],
  [
    'bird/next-hop-local',
    'bird: Next hop address 10.20.0.1 is a local address of iface bond0',
    { nextHop: '10.20.0.1', interface: 'bond0' },
  ],
  [
    'bird/bogus-route',
    'bird: Ignoring bogus route 10.44.9.0/26 received via Mesh_10_20_0_7',
    { route: '10.44.9.0/26', protocol: 'Mesh_10_20_0_7' },
  ],
  [
    'bird/route-limit',
    'bird: Protocol Mesh_10_20_0_7 hits route import limit (100), action: disable',
    { protocol: 'Mesh_10_20_0_7', direction: 'import', limit: '100', action: 'disable' },
  ],
  [
    'bird/router-id',
    'bird: Chosen router ID 10.20.0.7 according to interface ens4',
    { address: '10.20.0.7', interface: 'ens4' },
  ],
  [
    'bird/remote-address-invalid',
    'bird: Mesh_10_20_0_7: Invalid remote address 10.44.9.0',
    { protocol: 'Mesh_10_20_0_7', address: '10.44.9.0' },
  ],
  [
    'bird/link-local-missing',
    'bird: 10: Missing link local address on interface bond0',
    { protocol: '10', interface: 'bond0' },
  ],
  [
    'bird/next-hop-refused',
    'bird: Mesh_10_20_0_7: Invalid NEXT_HOP attribute in route 10.44.9.0/26',
    { protocol: 'Mesh_10_20_0_7', route: '10.44.9.0/26' },
  ],
  [
    'bird/incoming-connection-failed',
    'bird: SOCK: Incoming connection: accept: Too many open files',
    { error: 'accept: Too many open files' },
  ],
  [
    'bird/owner-failed',
    'bird: chown: Operation not permitted',
    { call: 'chown', error: 'Operation not permitted' },
  ],
  [
    'confd/template-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/resource.go 123: Unable to process template /etc/calico/confd/templates/bird_ipam.cfg.template, template: bird_ipam: unexpected EOF',
    {
      path: '/etc/calico/confd/templates/bird_ipam.cfg.template',
      error: 'template: bird_ipam: unexpected EOF',
    },
  ],
  [
    'confd/template-error',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/resource.go 123: Template processing error error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/file-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/resource.go 123: Failed to write /etc/calico/confd/config/bird_ipam.cfg: no space left on device',
    { path: '/etc/calico/confd/config/bird_ipam.cfg', error: 'no space left on device' },
  ],
  [
    'confd/aggregation-file-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/resource.go 123: Failed to write /etc/calico/confd/config/bird_aggr.cfg: no space left on device',
    { path: '/etc/calico/confd/config/bird_aggr.cfg', error: 'no space left on device' },
  ],
  [
    'confd/created-unchecked',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/resource.go 123: Check failed, but file does not yet exist - create anyway',
    {},
  ],
  [
    'confd/no-templates',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/resource.go 123: Found no templates',
    {},
  ],
  [
    'confd/source-ready',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Source SourceSyncer readiness changed, ready=true',
    { source: 'SourceSyncer', value: 'true' },
  ],
  [
    'confd/secrets-unwatched',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Failed to create secret watcher error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/routes-unadvertised',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Failed to start route generator, routes will not be advertised error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/selector-invalid',
    "2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Couldn't parse selector: has(x error=connection refused",
    { value: 'has(x', error: 'connection refused' },
  ],
  [
    'confd/node-value-invalid',
    "2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Couldn't parse IPv4 10.20.0 for node node-a error=connection refused",
    { what: 'IPv4', value: '10.20.0', node: 'node-a', error: 'connection refused' },
  ],
  [
    'confd/reachable-by-invalid',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: ReachableBy address is malformed',
    { what: 'is malformed' },
  ],
  [
    'confd/bird-programs-ipip',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: BIRD is configured to program the cluster routes for one or more IPIP IP Pools. That is deprecated as of v3.33 and will be removed in v3.35; set BGPConfiguration.programClusterRoutes to EnabledNoEncapOnly (or Disabled) and FelixConfiguration.programClusterRoutes to EnabledIPIPOnly (or Enabled) to let Felix program them instead.',
    {},
  ],
  [
    'confd/config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Failed to initialize confd config error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/clients-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Failed to create clients error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/kubernetes-client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Failed to create K8s client error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/local-peers-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/client.go 123: Failed to create local BGP peer watcher error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'confd/render-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/bgp_processor.go 123: failed to process mesh peers: timed out',
    { what: 'mesh peers', error: 'timed out' },
  ],
  [
    'confd/node-render-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/bgp_processor.go 123: Failed to populate node configuration: no such device',
    { error: 'no such device' },
  ],
  [
    'confd/rules-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/bgp_processor.go 123: failed to get AS number: not an integer',
    { what: 'AS number', error: 'not an integer' },
  ],
  [
    'confd/address-not-allowed',
    '2026-03-04 05:06:07.089 [WARNING][71] confd/routes.go 123: Cannot advertise External IP - not in allow list error=connection refused ip="10.20.0.7" svc="kube-system/calico-typha"',
    {
      kind: 'External',
      error: 'connection refused',
      address: '10.20.0.7',
      service: 'kube-system/calico-typha',
    },
  ],
  [
    'typha/syncer-unsupported',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: We require SyncerType x but Typha server doesn\'t support it. address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { value: 'x', error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/server-too-old',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Server responded without support for node resource updates, disconnecting.',
    {},
  ],
  [
    'typha/restarting-connection',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Typha client callback is not restart-aware. Exiting...',
    {},
  ],
  [
    'typha/restart-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Failed to restart Typha client. Exiting... error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/connected',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Connected to Typha on attempt 2 address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { attempt: '2', error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/refused-us',
    '2026-03-04 05:06:07.089 [ERROR][71] confd/sync_client.go 470: Failed to read from server connection=discovery.Typha{Addr:"10.20.0.7:5473", IP:"10.20.0.7", NodeName:(*string)(nil)} error=remote error: tls: bad certificate myID=1 type=bgp',
    { error: 'remote error: tls: bad certificate' },
  ],
  [
    'typha/resync-done',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Resync with Typha complete; dropping resync-tracking state. Resync took 2s.',
    {},
  ],
  [
    'typha/ca-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Failed to read CA data error=connection refused',
    { what: 'read CA data', error: 'connection refused' },
  ],
  [
    'typha/key-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_client.go 123: Failed to load certificate and key error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/service-endpoints-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/discovery.go 123: Unable to get service endpoints from Kubernetes. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/discovered',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/discovery.go 123: Discovered initial set of Typha instances. addrs="x1" error=connection refused',
    { error: 'connection refused', addresses: 'x1' },
  ],
  [
    'typha/chosen',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/discovery.go 123: Chose Typha to connect to. choice="10.20.0.7" error=connection refused',
    { error: 'connection refused', address: '10.20.0.7' },
  ],
  [
    'typha/list-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/discovery.go 123: failed to reload list Typha addresses: timed out',
    { error: 'timed out' },
  ],
  [
    'typha/retrying',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/daemon.go 123: Sleeping before Typha connection retry...',
    {},
  ],
  [
    'typha/pong-timeout',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Too long since last pong from client, disconnecting address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/accept-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Failed to accept connection error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/hello-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Failed to read client hello. address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { what: 'hello', error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/client-read-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Failed to read from client address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/connection-closed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Closing connection; reason: too many connections. address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    {
      reason: 'too many connections',
      error: 'connection refused',
      address: '10.20.0.7',
      connection: 'x1',
      client: 'x1',
    },
  ],
  [
    'typha/listen-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Failed to open listen socket error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/snapshot-timeout',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Writes of snapshot to client persistently timed out while making no progress, giving up. address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/client-far-behind',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/sync_server.go 123: Client is a long way behind after sending snapshot; allowing grace period for it to catch up. address="10.20.0.7" client="x1" connID="x1" error=connection refused',
    { error: 'connection refused', address: '10.20.0.7', connection: 'x1', client: 'x1' },
  ],
  [
    'typha/endpointslice-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/rebalance.go 123: Failed to get Typha EndpointSlice from Kubernetes error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/initialize-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/daemon.go 123: Failed to initialize datastore error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'typha/exited',
    '2026-03-04 05:06:07.089 [WARNING][71] typha/daemon.go 123: Typha exited with error error=connection refused',
    { error: 'connection refused' },
  ],
]

provesEntries([...bgpErrorEntries, ...birdMoreEntries, ...confdMoreEntries, ...typhaMoreEntries], {
  logLines: rows,
  nearMisses: [
    ['a session that is up', 'bird: Mesh_10_20_0_7: State changed to up'],
    ['a socket that listens', 'Socket: /var/run/calico/bird.ctl'],
    ['a selector that is fine', 'Parsed selector: all()'],
    ['an error of a web server', 'Error: Connection rejected by the proxy?'],
  ],
})
