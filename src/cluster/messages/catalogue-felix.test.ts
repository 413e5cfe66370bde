/** Felix’s settings, Python Felix, and Felix’s routes and tunnels: a line for every entry, in the format of its log. */
import { felixConfigEntries } from '#cluster/messages/felix-config.ts'
import { felixPythonEntries } from '#cluster/messages/felix-python.ts'
import { felixRouteEntries } from '#cluster/messages/felix-routes.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'felix/parameter',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Parsed value for VXLANPort: 4790 (from config file)',
    { parameter: 'VXLANPort', value: '4790', from: 'config file' },
  ],
  [
    'felix/parameter-invalid',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: failed to parse config parameter VXLANPort; value "x": not a number',
    { parameter: 'VXLANPort', value: 'x', error: 'not a number' },
  ],
  [
    'felix/parameter-default-kept',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Replacing invalid value with default default="1400" error=connection refused name="VXLANPort" source="config file"',
    { error: 'connection refused', parameter: 'VXLANPort', value: '1400', from: 'config file' },
  ],
  [
    'felix/parameter-required',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Invalid (required) config value. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/parameter-overridden',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Skipping config value for VXLANPort from config file; already have a value from environment variable',
    { parameter: 'VXLANPort', from: 'config file', winner: 'environment variable' },
  ],
  [
    'felix/parameter-local-only',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Ignoring local-only configuration for DatastoreType from datastore (global)',
    { parameter: 'DatastoreType', from: 'datastore (global)' },
  ],
  [
    'felix/service-lookup-failed',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/config_params.go 123: Couldn't get Kubernetes service 'default/web': config file",
    { service: 'default/web', error: 'config file' },
  ],
  [
    'felix/parameter-read',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/config.go 123: Parameter IpInIpEnabled (IP-in-IP device support enabled) has value True read from Environment variable',
    {
      parameter: 'IpInIpEnabled',
      description: 'IP-in-IP device support enabled',
      value: 'True',
      from: 'Environment variable',
    },
  ],
  [
    'felix/parameter-refused',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/config.go 123: Field was not integer (value 'x' for MetadataPort (Metadata Port), read from 'Configuration file')",
    { error: 'Field was not integer', value: 'x', parameter: 'MetadataPort', from: 'Configuration file' },
  ],
  [
    'felix/config-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Exiting for config change',
    { what: 'config change' },
  ],
  [
    'felix/config-update-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Failed to parse config update error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/datastore-unready',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Datastore became unready, need to restart.',
    {},
  ],
  [
    'felix/server-version-unreadable',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Couldn't read server version from server error=connection refused",
    { error: 'connection refused' },
  ],
  [
    'felix/typha-discovery-off',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Typha not enabled.',
    {},
  ],
  [
    'felix/shutdown-slow',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Graceful shutdown took too long',
    {},
  ],
  [
    'felix/datastore-connecting',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/daemon.go 123: Connecting to datastore datastore="x1" error=connection refused',
    { error: 'connection refused', datastore: 'x1' },
  ],
  [
    'felix/system-call-failed',
    "2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.futils 123: Failed system call (retcode : 1, args : ('ip', 'link', 'show'))",
    { code: '1', command: "('ip', 'link', 'show')" },
  ],
  [
    'felix/system-call-raised',
    "2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.futils 123: Greenlet failed: FailedSystemCall('ipset', 'list')",
    { command: "'ipset', 'list'" },
  ],
  [
    'felix/system-call-stderr',
    '  stderr  : RTNETLINK answers: No such device',
    { error: 'RTNETLINK answers: No such device' },
  ],
  [
    'felix/actor-exception',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.actor 123: Exception processing M42 (apply_updates)',
    { message: 'M42 (apply_updates)' },
  ],
  [
    'felix/greenlet-killed',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.felix 123: Exception killing main greenlet',
    {},
  ],
  [
    'felix/exiting-on-exception',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.felix 123: Felix exiting due to exception',
    {},
  ],
  [
    'felix/kernel-config-bad',
    "2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.devices 123: net.ipv4.conf.all.rp_filter set to 'loose'",
    { value: 'loose' },
  ],
  [
    'felix/tool-missing',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.devices 123: Failed to execute ipset; Calico requires ipset to be installed.',
    { tool: 'ipset' },
  ],
  [
    'felix/ipv6-disabled',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.devices 123: IPv6 support disabled: no ip6tables.',
    { reason: 'no ip6tables.' },
  ],
  [
    'felix/etcd-connection-failed',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fetcd 123: Connection to etcd failed: "timed out".',
    { error: '"timed out".' },
  ],
  [
    'felix/etcd-request-failed',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fetcd 123: Request to etcd failed: "timed out"; resyncing.',
    { error: '"timed out"' },
  ],
  [
    'felix/etcd-not-ready',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fetcd 123: Ready flag not present in etcd; felix will pause updates until the orchestrator sets the flag.',
    {},
  ],
  [
    'felix/etcd-config-failed',
    "2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fetcd 123: Failed to load config from etcd: EtcdException('no leader',)",
    { what: 'config', error: "EtcdException('no leader',)" },
  ],
  [
    'felix/etcd-driver-died',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fetcd 123: Driver process died with RC = 5.  Felix must exit.',
    { code: '5' },
  ],
  [
    'felix/ipset-too-large',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.ipsets 123: ipset cali40s exceeds maximum size 1048576.',
    { set: 'cali40s', max: '1048576' },
  ],
  [
    'felix/ipset-update-failed',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.ipsets 123: Failed to update ipset cali40all, attempting to do a full rewrite RC=64513, err=5',
    { set: 'cali40all' },
  ],
  [
    'felix/iptables-rc',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fiptables 123: Non-retryable 6 failure. RC=6',
    { command: '6', code: '6' },
  ],
  [
    'felix/chain-delete-failed',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.fiptables 123: Failed to delete chain 4, giving up. Maybe it is still referenced?',
    { chain: '4' },
  ],
  [
    'felix/ipip-device-failed',
    '2016-03-04 05:06:07,089 [ERROR][71/4] calico.felix.frules 123: Failed to configure IPIP device, retrying...',
    {},
  ],
  [
    'felix/route-add-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to add route dest="10.44.3.0/26" error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
      cidr: '10.44.3.0/26',
    },
  ],
  [
    'felix/rules-list-failed',
    '2026-03-04 05:06:07.089 [ERROR][71] felix/route_rule.go 123: Failed to list routing rules, retrying... error=operation not supported ipVersion=4',
    { error: 'operation not supported', ipVersion: '4' },
  ],
  [
    'felix/route-delete-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to delete route dest="10.44.3.0/26" error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
      cidr: '10.44.3.0/26',
    },
  ],
  [
    'felix/route-sync-gave-up',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to sync routes to interface even after retries. Leaving it dirty. error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      last: 'even after retries',
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
    },
  ],
  [
    'felix/route-interface-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Interface missing, will retry if it appears. error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    { error: 'connection refused', interface: 'ens4', ipVersion: '0x4', table: 'filter', regex: 'x1' },
  ],
  [
    'felix/route-interface-grace',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Interface in cleanup grace period, will retry after. error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    { error: 'connection refused', interface: 'ens4', ipVersion: '0x4', table: 'filter', regex: 'x1' },
  ],
  [
    'felix/route-removed-old',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Remove old route dest="10.44.3.0/26" error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
      cidr: '10.44.3.0/26',
    },
  ],
  [
    'felix/route-unexpected',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Syncing routes: found unexpected route; ignoring due to grace period. dest="10.44.3.0/26" error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
      cidr: '10.44.3.0/26',
    },
  ],
  [
    'felix/route-update-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: First attempt at updating routing table failed.  Retrying... error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      which: 'First',
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
    },
  ],
  [
    'felix/route-errors',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Encountered some errors when trying to delete old routes. errors=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      what: 'delete old routes',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
      error: 'connection refused',
    },
  ],
  [
    'felix/route-interface-up-refused',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to access interface but it appears to be up error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    { error: 'connection refused', interface: 'ens4', ipVersion: '0x4', table: 'filter', regex: 'x1' },
  ],
  [
    'felix/route-interface-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to access interface after a failure error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    { error: 'connection refused', interface: 'ens4', ipVersion: '0x4', table: 'filter', regex: 'x1' },
  ],
  [
    'felix/route-list-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Error listing routes error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    { error: 'connection refused', interface: 'ens4', ipVersion: '0x4', table: 'filter', regex: 'x1' },
  ],
  [
    'felix/netlink-connect-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to connect to netlink error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    { error: 'connection refused', interface: 'ens4', ipVersion: '0x4', table: 'filter', regex: 'x1' },
  ],
  [
    'felix/netlink-handle-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: Failed to create netlink handle for proxy neighbor manager error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/interfaces-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_table.go 123: failed to list interfaces during resync: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/netlink-watch-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/iface_monitor.go 123: failed to subscribe to netlink: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/netlink-read-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/iface_monitor.go 123: failed to read from netlink (resync): timed out',
    { error: 'timed out' },
  ],
  [
    'felix/netlink-subscribe-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/iface_monitor.go 123: Failed to subscribe to link updates error=connection refused',
    { what: 'link', error: 'connection refused' },
  ],
  [
    'felix/route-sync-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to synchronize routing table, will retry... error=connection refused ifaceName="ens4" ifaceRegex="x1" ipVersion=0x4 tableIndex="filter"',
    {
      what: 'table',
      error: 'connection refused',
      interface: 'ens4',
      ipVersion: '0x4',
      table: 'filter',
      regex: 'x1',
    },
  ],
  [
    'felix/fdb-sync-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to synchronize VXLAN FDB entries, will retry... error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/link-address-sync-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to synchronize link addr entries, will retry... error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/forwarding-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to set IPv4 forwarding sysctl error=connection refused',
    { family: 'IPv4', error: 'connection refused' },
  ],
  [
    'felix/mtu-undetermined',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Unable to detect host MTU, shutting down error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/mtu-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Host MTU changed error=connection refused new="1400" old="x1"',
    { error: 'connection refused', value: '1400', previous: 'x1' },
  ],
  [
    'felix/mtu-determined',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Determined pod MTU error=connection refused mtu="x1"',
    { error: 'connection refused', mtu: 'x1' },
  ],
  [
    'felix/ipip-query-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: IPIP disabled and failed to query IPIP device. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/modprobe',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: attempted to modprobe wireguard error=connection refused output="x1"',
    { module: 'wireguard', error: 'connection refused', output: 'x1' },
  ],
  [
    'felix/fdb-write-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_fdb.go 123: Failed to add some FDB entries error=connection refused numErrors=3',
    { what: 'add', error: 'connection refused', count: '3' },
  ],
  [
    'felix/vxlan-arp-write-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_fdb.go 123: Failed to remove some ARP/NDP entries error=connection refused numErrors=3',
    { what: 'remove', error: 'connection refused', count: '3' },
  ],
  [
    'felix/src-dst-check-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ec2.go 105: Failed to set source-destination-check: error getting ec2 network-interface-id: not allowed src-dst-check="Disable"',
    { error: 'error getting ec2 network-interface-id: not allowed src-dst-check="Disable"' },
  ],
  [
    'felix/src-dst-check-set',
    '2026-03-04 05:06:07.089 [INFO][71] felix/ec2.go 142: Successfully set source-destination-check to false on network-interface-id: eni-1',
    { value: 'false' },
  ],
  [
    'felix/vxlan-device-down',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_fdb.go 123: VXLAN device is down',
    {},
  ],
  [
    'felix/fdb-synced',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/vxlan_fdb.go 123: VXLAN FDB now in sync.',
    {},
  ],
  [
    'felix/tunnel-parent-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: Failed to find parent device, retrying... error=connection refused ipVersion=0x4',
    { error: 'connection refused', ipVersion: '0x4' },
  ],
  [
    'felix/tunnel-mtu-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: Failed to set tunnel device MTU error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/tunnel-up-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: Failed to set tunnel device up error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/tunnel-address-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: failed to ensure address of interface: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/tunnel-address-removed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: Removing unwanted IP from tunnel device error=connection refused tunnelDevice="ens4" unwanted="10.20.0.7"',
    { error: 'connection refused', interface: 'ens4', address: '10.20.0.7' },
  ],
  [
    'felix/checksum-offload-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: failed to disable checksum offload: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/vxlan-create-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: failed to create vxlan interface: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/tunnel-absent',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: Failed to get IPIP tunnel device, assuming it isn't present error=connection refused",
    { kind: 'IPIP', error: 'connection refused' },
  ],
  [
    'felix/tunnel-configured',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: VXLAN tunnel device configured',
    { kind: 'VXLAN' },
  ],
  [
    'felix/parent-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/route_mgr.go 123: parent device changed from "ens4" to "bond0"',
    { previous: 'ens4', interface: 'bond0' },
  ],
  [
    'felix/node-address-shared',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/l3_route_resolver.go 123: Some nodes share IP address, route calculation may choose wrong node. error=connection refused ip="10.20.0.7" nodes="x1"',
    { error: 'connection refused', nodes: 'x1', address: '10.20.0.7' },
  ],
  [
    'felix/wireguard-link-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: Unable to create wireguard link, retrying... error=connection refused iface="ens4"',
    { error: 'connection refused', interface: 'ens4' },
  ],
  [
    'felix/wireguard-client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: error obtaining wireguard client error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/wireguard-query-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: error querying wireguard device error=connection refused',
    { what: 'device', error: 'connection refused' },
  ],
  [
    'felix/wireguard-wrong-type',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: interface is not of type wireguard error=connection refused type="x1"',
    { error: 'connection refused', type: 'x1' },
  ],
  [
    'felix/wireguard-programming-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: Wireguard programming failed, ensure full resync is performed next error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/wireguard-up-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: failed to set wireguard device up error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/wireguard-address-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: address not present on wireguard device, adding it address="10.20.0.7" error=connection refused',
    { error: 'connection refused', address: '10.20.0.7' },
  ],
  [
    'felix/wireguard-key-shared',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: Public key already associated with a node',
    {},
  ],
  [
    'felix/wireguard-mark-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/wireguard.go 123: Failed to allocate a mark bit for wireguard, not enough mark bits available.',
    {},
  ],
  [
    'felix/wireguard-bootstrap-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bootstrap.go 123: encountered errors during wireguard bootstrap: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/wireguard-bootstrap-error',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bootstrap.go 123: error bootstrapping IPv4 wireguard: timed out',
    { family: 'IPv4', error: 'timed out' },
  ],
  [
    'felix/wireguard-typha-unreachable',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bootstrap.go 123: None of the typhas will be accessible due to wireguard routing asymmetry - remove wireguard',
    {},
  ],
  [
    'felix/wireguard-removed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bootstrap.go 123: Removing wireguard device for bootstrapping',
    {},
  ],
  [
    'felix/wireguard-remove-failed',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/bootstrap.go 123: couldn't remove wireguard device after 5 retries: timed out",
    { tries: '5', error: 'timed out' },
  ],
  [
    'felix/wireguard-config-remove-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bootstrap.go 123: Failed to remove wireguard configuration error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/crashed-in',
    'github.com/projectcalico/calico/felix/dataplane/linux.(*vxlanManager).KeepDeviceInSync(0xc00098e000, 0x5aa)',
    { type: 'vxlanManager', function: 'KeepDeviceInSync' },
  ],
]

provesEntries([...felixConfigEntries, ...felixPythonEntries, ...felixRouteEntries], {
  logLines: rows,
  nearMisses: [
    ['a parameter of somebody else', 'Parameter timeout has a value'],
    ['a route in a table', '10.44.9.0/26 via 10.20.0.1 dev ens4 proto bird'],
    ['a wireguard interface that is fine', 'wireguard.cali: state UP'],
    ['a call that went well', 'system call (retcode : 0)'],
  ],
})
