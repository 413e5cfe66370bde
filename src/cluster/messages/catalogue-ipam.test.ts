/** IPAM, calicoctl, the datastore’s wrappers and Windows: a line for every entry, in the format of its log. */
import { calicoctlEntries } from '#cluster/messages/calicoctl.ts'
import { ipamEntries } from '#cluster/messages/ipam.ts'
import { libcalicoEntries } from '#cluster/messages/libcalico.ts'
import { windowsEntries } from '#cluster/messages/windows.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'ipam/windows-strict-affinity',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: global strict affinity should not be false for Windows node',
    {},
  ],
  [
    'ipam/no-pools',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: No configured Calico pools',
    {},
  ],
  [
    'ipam/address-outside-pools',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: the provided IP address 10.20.0.7 is not in a configured pool',
    { address: '10.20.0.7' },
  ],
  [
    'ipam/pools-wrong-family',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: provided IPv4 IPPools list contains one or more IPv6 IPPools',
    { family: 'IPv4', other: 'IPv6' },
  ],
  [
    'ipam/no-free-block',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: No free blocks found in any pool.',
    {},
  ],
  [
    'ipam/pool-exhausted',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: All addresses exhausted in pool blue',
    { pool: 'blue' },
  ],
  [
    'ipam/blocks-used-up',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Ran out of existing affine blocks for host error=connection refused host="node-a"',
    { error: 'connection refused', node: 'node-a' },
  ],
  [
    'ipam/block-limit-reached',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Unable to allocate a new IPAM block; host already has 5 blocks but blocks per host limit is 4',
    { count: '5', limit: '4' },
  ],
  [
    'ipam/borrowing',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Failed to assign IPs from non-affine block in pool blue error=connection refused',
    { pool: 'blue', error: 'connection refused' },
  ],
  [
    'ipam/assigned-short',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Assigned 0 out of 1 requested IPv4 addresses; No IPs available in pools: [10.44.0.0/16]',
    { count: '0', wanted: '1', family: 'IPv4', reason: 'No IPs available in pools: [10.44.0.0/16]' },
  ],
  [
    'ipam/claimed',
    '2026-03-04 05:06:07.089 [INFO][71] tunnel-ip-allocator/ipam.go 1216: Successfully claimed IPs: [10.44.3.5/26] block=10.44.3.0/26 handle="vxlan-tunnel-addr-w4" host="w4"',
    { address: '10.44.3.5', handle: 'vxlan-tunnel-addr-w4' },
  ],
  [
    'ipam/block-claimed-by-other',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Someone else claimed block 10.44.3.0/26 before us',
    { cidr: '10.44.3.0/26' },
  ],
  [
    'ipam/affinity-mismatch',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Mismatched affinity: host:node-a != host:node-b - try to delete stale affinity',
    { node: 'host:node-a', other: 'host:node-b' },
  ],
  [
    'ipam/handle-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Failed to increment handle error=connection refused',
    { what: 'in', error: 'connection refused' },
  ],
  [
    'ipam/find-block-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: failed to find or claim a block error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'ipam/unclaimed-block-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Failed to find an unclaimed block error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'ipam/claim-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Failed to claim block: timed out',
    { error: 'timed out' },
  ],
  [
    'ipam/affinity-not-set',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Attempt to assign from block 10.44.3.0/26 with no affinity',
    { cidr: '10.44.3.0/26' },
  ],
  [
    'ipam/config-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: Error getting IPAM Config: timed out',
    { error: 'timed out' },
  ],
  [
    'ipam/pool-wrong-use',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: IP address 10.20.0.7 is in IP pool "blue", which is not allowed for use "Workload" (allowedUses: [Tunnel])',
    { address: '10.20.0.7', pool: 'blue', use: 'Workload' },
  ],
  [
    'ipam/cooldown',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam.go 123: address 10.20.0.7 is in cooldown',
    { address: '10.20.0.7' },
  ],
  [
    'ipam/request',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam_plugin.go 123: Calico CNI IPAM request count IPv4=1 IPv6=0',
    { ipvFour: '1', ipvSix: '0' },
  ],
  [
    'ipam/assigned',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam_plugin.go 123: Calico CNI IPAM assigned addresses IPv4=[10.44.3.9/26] IPv6=[]',
    { addresses: '10.44.3.9/26' },
  ],
  [
    'ipam/lock',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam_plugin.go 123: Acquired host-wide IPAM lock.',
    { what: 'Acquired' },
  ],
  [
    'ipam/lock-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam_plugin.go 123: Failed to make directory for IPAM lock error=connection refused',
    { what: 'make directory for', error: 'connection refused' },
  ],
  [
    'ipam/release-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam_plugin.go 123: Failed to release address ContainerID="calico-node" HandleID="k8s-pod-network.77" error=connection refused',
    { error: 'connection refused', container: 'calico-node', handle: 'k8s-pod-network.77' },
  ],
  [
    'ipam/release-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] ipam-plugin/ipam_plugin.go 123: Asked to release address but it doesn\'t exist. HandleID="k8s-pod-network.77" error=connection refused',
    { error: 'connection refused', handle: 'k8s-pod-network.77' },
  ],
  [
    'ippool/overlap',
    "Failed to create 'IPPool' resource: [error with field IPPool.Spec.CIDR = '10.44.0.0/16' (IPPool(blue) CIDR overlaps with IPPool(red) CIDR 10.44.0.0/14)]",
    { pool: 'blue', other: 'red', cidr: '10.44.0.0/14' },
  ],
  [
    'ippool/vxlan-on-ipv6',
    "error with field IPpool.VXLANMode = '' (VXLANMode other than 'Never' is not supported on an IPv6 IP pool)",
    {},
  ],
  ['ippool/ipip-on-ipv6', 'IPIP is not supported on an IPv6 IP pool', {}],
  [
    'ippool/link-local',
    'IPPool CIDR overlaps with IPv6 Link Local range fe80::/10',
    { family: 'IPv6', cidr: 'fe80::/10' },
  ],
  ['ippool/both-tunnels', 'ipipMode and vxlanMode cannot both be enabled', {}],
  [
    'upgrade-ipam/client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] upgrade-ipam/migrate.go 123: failed to initialize api client error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'upgrade-ipam/retry',
    '2026-03-04 05:06:07.089 [WARNING][71] upgrade-ipam/migrate.go 123: failed to migrate ipam, retrying... error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'upgrade-ipam/no-node-name',
    '2026-03-04 05:06:07.089 [WARNING][71] upgrade-ipam/migrate.go 123: KUBERNETES_NODE_NAME not specified, refusing to migrate...',
    {},
  ],
  [
    'calicoctl/field-invalid',
    "Failed to apply 'BGPPeer' resource: [error with field BGPPeerSpec.PeerIP = 'x' (Reason: failed to validate Field: PeerIP)]",
    {
      operation: 'apply',
      resource: 'BGPPeer',
      field: 'BGPPeerSpec.PeerIP',
      value: 'x',
      error: 'Reason: failed to validate Field: PeerIP',
    },
  ],
  [
    'calicoctl/resource-failed',
    "Failed to apply 'IPPool' resource: [connection refused]",
    { operation: 'apply', resource: 'IPPool', error: 'connection refused' },
  ],
  [
    'calicoctl/resources-failed',
    'Failed to get resources: [connection refused]',
    { operation: 'get', error: 'connection refused' },
  ],
  ['calicoctl/partial-failure', 'Hit error: timed out', { error: 'timed out' }],
  ['calicoctl/command-failed', 'Failed to execute command: timed out', { error: 'timed out' }],
  ['calicoctl/client-failed', 'Failed to create Calico API client: timed out', { error: 'timed out' }],
  ['calicoctl/version-mismatch', 'version mismatch.', {}],
  [
    'calicoctl/version-unknown',
    'unable to retrieve Cluster Version or Type: timed out',
    { error: 'timed out' },
  ],
  ['calicoctl/address-detected', 'No IP provided. Using detected IP: 10.20.0.7', { address: '10.20.0.7' }],
  ['calicoctl/running', 'Calico process is running.', {}],
  ['calicoctl/bird-denied', "Couldn't connect to bird. Try running as root.", {}],
  [
    'calicoctl/bird-unreachable',
    'Error querying BIRD: unable to connect to BIRDv4 socket: exit status 1',
    { service: 'BIRDv4', error: 'exit status 1' },
  ],
  [
    'calicoctl/module-undetected',
    'WARNING: Unable to detect the ip_set module as Loaded/Builtin module or lsmod',
    { module: 'ip_set' },
  ],
  [
    'calicoctl/kernel-too-old',
    'Minimum kernel version to run Calico is 5.10. Detected kernel version: 4.18.0',
    { wanted: '5.10', version: '4.18.0' },
  ],
  ['calicoctl/modules-missing', 'one of more kernel modules missing', {}],
  ['calicoctl/ipam-problems', 'Check complete; found 5 problems.', { count: '5' }],
  ['etcd/client-failed', 'could not initialize etcdv3 client: timed out', { error: 'timed out' }],
  ['etcd/no-endpoints', 'no etcd endpoints specified', {}],
  [
    'datastore/unauthorized',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/errors.go 123: connection is unauthorized: Unauthorized',
    { error: 'Unauthorized' },
  ],
  [
    'datastore/resource-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/errors.go 123: resource does not exist: IPPool(blue) with error: ippools "blue" not found',
    { resource: 'IPPool', name: 'blue', error: 'ippools "blue" not found' },
  ],
  [
    'datastore/resource-exists',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/errors.go 123: resource already exists: IPPool(blue) with error: ippools "blue" already exists',
    { resource: 'IPPool', name: 'blue', error: 'ippools "blue" already exists' },
  ],
  [
    'datastore/update-conflict',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/errors.go 123: update conflict: IPPool(blue)',
    { resource: 'IPPool', name: 'blue' },
  ],
  [
    'datastore/not-supported',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/errors.go 123: operation Delete is not supported on WorkloadEndpoint(web-0)',
    { operation: 'Delete', resource: 'WorkloadEndpoint', name: 'web-0' },
  ],
  [
    'datastore/entry-unparsable',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/errors.go 123: failed to parse datastore entry key=BPF; value=1400: timed out',
    { key: 'BPF', value: '1400', error: 'timed out' },
  ],
  [
    'datastore/cluster-information-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/client.go 123: Error getting cluster information config ClusterInformation="default" error=connection refused',
    { error: 'connection refused', name: 'default' },
  ],
  [
    'datastore/list-refused',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/watchercache.go 123: API server refused connection, will retry.',
    {},
  ],
  [
    'datastore/watch-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/watchercache.go 123: Failed to create watcher; will retry. ListRoot="IPPool" error=connection refused',
    { error: 'connection refused', resource: 'IPPool' },
  ],
  [
    'datastore/watch-restore-timeout',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/watchercache.go 123: Timed out waiting for connection to be restored, forcing a resync.',
    {},
  ],
  [
    'datastore/tier-unauthorized',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/watchercache.go 123: Unauthorized to create tier 6.',
    { tier: '6' },
  ],
  [
    'health/endpoint-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/health.go 123: Health endpoint failed, trying to restart it... error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'health/component-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/health.go 123: Health of component changed error=connection refused lastReport="x1" name="default" newReport="1400"',
    { error: 'connection refused', name: 'default', previous: 'x1', value: '1400' },
  ],
  [
    'windows/hns-network-wrong-type',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 123: have VXLAN routes but HNS network, Calico, is of wrong type: L2Bridge',
    { network: 'Calico', value: 'L2Bridge' },
  ],
  [
    'windows/hns-network-missing',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 123: didn't find any HNS networks matching regular expression Calico.*",
    { network: 'Calico.*' },
  ],
  [
    'windows/vxlan-route-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 123: Failed to add VXLAN route policy error=connection refused',
    { what: 'add', error: 'connection refused' },
  ],
  [
    'windows/vxlan-incomplete',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 123: Not all VXLAN route updates succeeded. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'windows/hns-lookup-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_mgr.go 123: Failed to look up HNS networks. error=connection refused',
    { what: 'HNS networks', error: 'connection refused' },
  ],
  [
    'windows/rules-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/endpoint_mgr.go 123: Failed to apply rules update error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'windows/host-addresses-missing',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/endpoint_mgr.go 123: Didn't detect any IPs on the host; host-to-pod traffic may be blocked.",
    {},
  ],
  [
    'windows/hns-network-create-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Unable to create network [Calico], error: element exists',
    { network: 'Calico', error: 'element exists' },
  ],
  [
    'windows/hns-endpoint-create-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Unable to create container hns endpoint 7f_Calico',
    { kind: 'container', endpoint: '7f_Calico' },
  ],
  [
    'windows/hns-endpoint-attach-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Failed to attach hns endpoint: 7f_Calico to container: not valid in this state',
    { endpoint: '7f_Calico', error: 'not valid in this state' },
  ],
  [
    'windows/hns-network-delete-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Unable to delete existing network [Calico], error: in use',
    { network: 'Calico', error: 'in use' },
  ],
  [
    'windows/hns-endpoint-foreign',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: HnsEndpoint virtual network 7f not matching ID 8a',
    { network: '7f', wanted: '8a' },
  ],
  [
    'windows/management-address-missing',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: couldn't find an interface matching management IP 10.20.0.7",
    { address: '10.20.0.7' },
  ],
  [
    'windows/vni-too-small',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Windows does not support VXLANVNI < 4096',
    {},
  ],
  [
    'windows/forwarding-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Failed to enable forwarding : timed out',
    { error: 'timed out' },
  ],
  [
    'windows/endpoint-conflict',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Found preexisting conflicting endpoint.',
    {},
  ],
  [
    'windows/tunnel-address-failed',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/dataplane_windows.go 123: Failed to set node's VXLAN tunnel IP after retries, node may not receive traffic. error=connection refused",
    { last: 'after retries', error: 'connection refused' },
  ],
  [
    'windows/network-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/startup_windows.go 123: Unable to ensure network for os error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'windows/waiting-for-hns',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/calico.go 123: Waiting for Calico initialisation to finish...',
    {},
  ],
  ['ipam/block-limit-per-host', 'cannot allocate new block due to per host block limit', {}],
  [
    'ipam/allocated-fewer',
    'failed to request 2 IPv6 addresses. IPAM allocated only 1',
    { wanted: '2', family: 'IPv6', count: '1' },
  ],
  ['ippool/too-small', 'IP pool size is too small (min /26) for use with Calico IPAM', { wanted: '/26' }],
  ['ippool/not-masked', 'IP pool CIDR is not strictly masked', {}],
  [
    'ippool/block-size-invalid',
    'ipPool.blockSize must be greater than 19 and less than or equal to 32',
    { wanted: 'greater than 19 and less than or equal to 32' },
  ],
]

provesEntries([...ipamEntries, ...calicoctlEntries, ...libcalicoEntries, ...windowsEntries], {
  logLines: rows,
  nearMisses: [
    ['pools that are there', 'found 2 configured Calico pools'],
    ['a form with a field', 'the error is in a field'],
    ['a resource in a sentence', 'this resource is not needed'],
    ['a version in a sentence', 'a version mismatch between the two may be the reason, who knows'],
  ],
})
