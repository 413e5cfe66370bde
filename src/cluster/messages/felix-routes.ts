/** Felix’s routes, routing rules, tunnel devices, their neighbours (FDB, ARP) and WireGuard. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

/** Fields of every line of a routing table. */
const table = { ifaceName: 'interface', ipVersion: 'ipVersion', tableIndex: 'table', ifaceRegex: 'regex' }

const route = { ...table, cidr: 'cidr', targetCIDR: 'cidr', dest: 'cidr' }

export const felixRouteEntries = [
  ...from('projectcalico/felix:routetable/route_table.go', {
    'felix/route-add-failed': [
      'failed to add route',
      logged(/Failed to add route\b(?! (?:inside|encap|\())/, route),
      'the kernel refused one of Felix’s routes: `file exists` means that another interface has it',
    ],
    'felix/rules-list-failed': [
      'failed to list routing rules',
      logged(/Failed to list routing rules/, table),
      'Felix cannot read the kernel’s routing rules',
    ],
    'felix/route-delete-failed': [
      'failed to delete ',
      logged(/Failed to delete (?:old |conflicting )?route\b/, route),
      'the kernel did not let Felix remove a route',
    ],
    'felix/route-sync-gave-up': [
      'failed to sync routes to interface',
      logged(/Failed to sync routes to interface(?<last> even after retries)?/, table),
      'the routes of this interface stay wrong until the next full pass',
    ],
    'felix/route-interface-missing': [
      'interface missing, will retry if it appears',
      logged(/Interface missing, will retry if it appears/, table),
      'Felix has routes for an interface that is not there: normal for a pod that just ended',
    ],
    'felix/route-interface-grace': [
      'interface in cleanup grace period',
      logged(/Interface in cleanup grace period, will retry after/, table),
      'a new interface is left alone for some seconds',
    ],
    'felix/route-removed-old': [
      ' old route',
      logged(/(?:Remove|Syncing routes: removing) old route\b/, route),
      'Felix removes a route that it does not expect, perhaps of a live pod',
    ],
    'felix/route-unexpected': [
      'syncing routes: found unexpected route',
      logged(/Syncing routes: found unexpected route/, route),
      'Felix sees a route that is not its own and leaves it alone for some seconds',
    ],
  }),
  ...from('projectcalico/calico:felix/routetable/route_table.go', {
    'felix/route-update-failed': [
      ' attempt at updating routing table failed',
      logged(/(?<which>First|Second) attempt at updating routing table failed/, table),
      'Felix’s routes were refused; a second failure means that they are missing now',
    ],
    'felix/route-errors': [
      'encountered some errors when trying to ',
      logged(
        /Encountered some errors when trying to (?<what>delete old routes|update routes|add static ARP entries)/,
        {
          ...table,
          errors: 'error',
        },
      ),
      'the kernel refused some of Felix’s routes; the errors say which',
    ],
    'felix/route-interface-up-refused': [
      'failed to access interface but it appears to be up',
      logged(/Failed to access interface but it appears to be up/, table),
      'the kernel refuses a route though the interface is up: another route is in the way',
    ],
    'felix/route-interface-failed': [
      'failed to access interface after a failure',
      logged(/Failed to access interface after a failure/, table),
      'Felix cannot look at an interface',
    ],
    'felix/route-list-failed': [
      'error listing routes',
      logged(/Error listing routes/, table),
      'Felix cannot read the kernel’s routes',
    ],
    'felix/netlink-connect-failed': [
      'connect to netlink',
      logged(/Failed to (?:\(re\))?connect to netlink(?: while processing another error)?/, table),
      'Felix gets no netlink socket: rights or a seccomp profile',
    ],
    'felix/netlink-handle-failed': [
      'failed to create netlink handle',
      logged(/Failed to create netlink handle/),
      'Felix gets no netlink socket: rights or a seccomp profile',
    ],
    'felix/interfaces-unreadable': [
      'failed to list interfaces',
      logged(/failed to list interfaces(?: during resync)?(?:: (?<error3>.+))?/i),
      'Felix cannot list the host’s interfaces',
    ],
  }),
  ...from('projectcalico/calico:felix/ifacemonitor/iface_monitor.go', {
    'felix/netlink-watch-failed': [
      'failed to subscribe to netlink',
      logged(/failed to subscribe to netlink(?:: (?<error3>.+))?/i),
      'Felix cannot watch interfaces and ends',
    ],
    'felix/netlink-read-failed': [
      'failed to read from netlink',
      logged(/failed to read from netlink(?: \([^)]*\))?(?:: (?<error3>.+))?/i),
      'Felix lost its watch of interfaces and ends',
    ],
    'felix/netlink-subscribe-failed': [
      'failed to subscribe to ',
      logged(/Failed to subscribe to (?<what>link|route) updates/),
      'Felix cannot watch interfaces or routes',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/int_dataplane.go', {
    'felix/route-sync-failed': [
      'failed to synchronize routing ',
      logged(/Failed to synchronize routing (?<what>table|rules), will retry/, table),
      'Felix’s routes or rules are not in place yet',
    ],
    'felix/fdb-sync-failed': [
      'failed to synchronize vxlan fdb entries',
      logged(/Failed to synchronize VXLAN FDB entries, will retry/),
      'the VXLAN device does not know all other nodes yet',
    ],
    'felix/link-address-sync-failed': [
      'failed to synchronize link addr entries',
      logged(/Failed to synchronize link addr entries, will retry/),
      'an address is not on its interface yet',
    ],
    'felix/forwarding-failed': [
      ' forwarding sysctl',
      logged(/Failed to set (?<family>IPv[46]) forwarding sysctl/),
      'Felix may not switch forwarding on: pods reach only their own node',
    ],
    'felix/mtu-undetermined': [
      'unable to detect host mtu',
      logged(/Unable to detect host MTU, shutting down/),
      'Felix finds no MTU and ends',
    ],
    'felix/mtu-changed': [
      'host mtu changed',
      logged(/Host MTU changed/, { new: 'value', old: 'previous' }),
      'the host’s MTU changed; Felix restarts',
    ],
    'felix/mtu-determined': [
      'determined pod mtu',
      logged(/Determined pod MTU/, { mtu: 'mtu' }),
      'the MTU that new pods get',
    ],
    'felix/ipip-query-failed': [
      'ipip disabled and failed to query ipip device',
      logged(/IPIP disabled and failed to query IPIP device/),
      'an unused tunl0 cannot be looked at',
    ],
    'felix/modprobe': [
      'attempted to modprobe ',
      logged(/attempted to modprobe (?<module>[\w-]+)/, { output: 'output' }),
      'Felix asked for a kernel module; harmless where it is built in',
    ],
  }),
  ...from('projectcalico/calico:felix/vxlanfdb/vxlan_fdb.go', {
    'felix/fdb-write-failed': [
      ' fdb entr',
      logged(/Failed to (?<what>add|delete|remove|list|update) (?:some )?FDB entr(?:y|ies)/i, {
        numErrors: 'count',
      }),
      'the kernel refused neighbours of the VXLAN device',
    ],
    'felix/vxlan-arp-write-failed': [
      ' arp/ndp entr',
      logged(/Failed to (?<what>add|delete|remove|list|update) (?:some )?ARP\/NDP entr(?:y|ies)/i, {
        numErrors: 'count',
      }),
      'the kernel refused neighbours of the VXLAN device',
    ],
    'felix/vxlan-device-down': ['vxlan device is down', /VXLAN device is down/, 'the VXLAN device is down'],
    'felix/fdb-synced': [
      'vxlan fdb now in sync',
      /VXLAN FDB now in sync/,
      'the VXLAN device knows all other nodes',
    ],
  }),
  ...from('projectcalico/calico:felix/dataplane/linux/route_mgr.go', {
    'felix/tunnel-parent-missing': [
      'failed to find parent device',
      logged(/Failed to find parent device, retrying/, { ipVersion: 'ipVersion' }),
      'the node’s registered address is on none of its interfaces',
    ],
    'felix/tunnel-mtu-failed': [
      'tunnel device mtu',
      logged(/failed to set (?:vxlan )?tunnel device MTU/i),
      'the tunnel’s MTU cannot be set',
    ],
    'felix/tunnel-up-failed': [
      'failed to set tunnel ',
      logged(/Failed to set tunnel (?:device|admin) up/),
      'the tunnel device cannot be switched on',
    ],
    'felix/tunnel-address-failed': [
      'failed to ensure address of interface',
      /failed to ensure address of interface: (?<error>.+)/,
      'the tunnel device cannot be given its address',
    ],
    'felix/tunnel-address-removed': [
      'removing unwanted ip from ',
      logged(/Removing unwanted IP from tunnel device/, { tunnelDevice: 'interface', unwanted: 'address' }),
      'the tunnel device had an address that is not its own',
    ],
    'felix/checksum-offload-failed': [
      'failed to disable checksum offload',
      /failed to disable checksum offload: (?<error>.+)/,
      'wrong checksums may leave this node through the tunnel',
    ],
    'felix/vxlan-create-failed': [
      'failed to create vxlan interface',
      /failed to create vxlan interface: (?<error>.+)/,
      'the kernel refused the VXLAN device',
    ],
    'felix/tunnel-absent': [
      "tunnel device, assuming it isn't present",
      logged(/Failed to get (?:(?<kind>IPIP|VXLAN) )?tunnel device, assuming it isn't present/),
      'the tunnel device is not there yet; Felix makes it next',
    ],
    'felix/tunnel-configured': [
      'tunnel device configured',
      /(?:(?<kind>IPIP|VXLAN) )?[Tt]unnel device configured/,
      'the tunnel device is in place',
    ],
    'felix/parent-changed': [
      'parent device changed from ',
      /parent device changed from \\?"(?<previous>[^"\\]*)\\?" to \\?"(?<interface>[^"\\]*)/,
      'the node’s address moved to another interface',
    ],
  }),
  ...from('projectcalico/calico:felix/calc/l3_route_resolver.go', {
    'felix/node-address-shared': [
      'some nodes share ip address',
      logged(/Some nodes share IP address, route calculation may choose wrong node/, {
        nodes: 'nodes',
        ip: 'address',
      }),
      'two nodes are registered with one address',
    ],
  }),
  ...from('projectcalico/calico:felix/wireguard/wireguard.go', {
    'felix/wireguard-link-failed': [
      ' wireguard link, retrying',
      logged(/Unable to create wireguard link, retrying/, { ifaceName: 'interface', iface: 'interface' }),
      'the WireGuard device cannot be made',
    ],
    'felix/wireguard-client-failed': [
      'error obtaining wireguard client',
      logged(/error obtaining wireguard client/),
      'Felix cannot talk to WireGuard',
    ],
    'felix/wireguard-query-failed': [
      'error querying wireguard ',
      logged(/error querying wireguard (?<what>configuration|device)/),
      'Felix cannot read WireGuard’s state',
    ],
    'felix/wireguard-wrong-type': [
      'interface is not of type wireguard',
      logged(/interface is not of type wireguard/i, { type: 'type' }),
      'something else has the WireGuard device’s name',
    ],
    'felix/wireguard-programming-failed': [
      'wireguard programming failed',
      logged(/Wireguard programming failed, ensure full resync/),
      'WireGuard’s peers are not in place; Felix tries again',
    ],
    'felix/wireguard-up-failed': [
      'failed to set wireguard device up',
      logged(/failed to set wireguard device up/),
      'the WireGuard device cannot be switched on',
    ],
    'felix/wireguard-address-missing': [
      'address not present on wireguard device',
      logged(/address not present on wireguard device, adding it/, { addr: 'address', address: 'address' }),
      'the WireGuard device lacked its address',
    ],
    'felix/wireguard-key-shared': [
      'public key already associated with a node',
      /Public key already associated with a node/,
      'two nodes have one WireGuard key',
    ],
    'felix/wireguard-mark-missing': [
      'failed to allocate a mark bit for wireguard',
      /Failed to allocate a mark bit for wireguard/,
      'the mark mask leaves no bit for WireGuard',
    ],
  }),
  ...from('projectcalico/calico:felix/wireguard/bootstrap.go', {
    'felix/wireguard-bootstrap-failed': [
      'encountered errors during wireguard bootstrap',
      /encountered errors during wireguard bootstrap: (?<error>.+)/,
      'stale WireGuard state could not be cleared at start',
    ],
    'felix/wireguard-bootstrap-error': [
      'error bootstrapping ipv',
      logged(/error bootstrapping (?<family>IPv[46]) wireguard(?:: (?<error3>.+))?/i),
      'stale WireGuard state could not be cleared at start',
    ],
    'felix/wireguard-typha-unreachable': [
      'none of the typhas will be accessible due to wireguard',
      /None of the typhas will be accessible due to wireguard routing asymmetry/,
      'this node’s WireGuard state would keep it from every Typha',
    ],
    'felix/wireguard-removed': [
      'removing wireguard device for bootstrapping',
      /Removing wireguard device for bootstrapping/,
      'Felix starts with fresh WireGuard state',
    ],
    'felix/wireguard-remove-failed': [
      "couldn't remove wireguard device after ",
      /couldn't remove wireguard device after (?<tries>\d+) retries: (?<error>.+)/,
      'stale WireGuard state could not be removed',
    ],
    'felix/wireguard-config-remove-failed': [
      'failed to remove wireguard configuration',
      logged(/Failed to remove wireguard configuration/),
      'stale WireGuard state could not be removed',
    ],
  }),
  ...from('projectcalico/calico:felix/aws/ec2.go', {
    'felix/src-dst-check-failed': [
      'failed to set source-destination-check',
      /Failed to set source-destination-check: (?<error>.+)/,
      'AWS does not let this node switch off the check that drops packets with pods’ addresses; Felix is not ready until it does',
    ],
    'felix/src-dst-check-set': [
      'successfully set source-destination-check',
      /Successfully set source-destination-check to (?<value>\w+)/,
      'AWS’s check of senders and receivers is as it was asked for',
    ],
  }),
  ...from('golang/go:src/runtime/traceback.go', {
    'felix/crashed-in': [
      'felix/dataplane/linux.(*',
      /felix\/dataplane\/linux\.\(\*(?<type>\w{2,60})\)\.(?<function>\w{2,80})\(/,
      'where Felix was when it crashed (a line of its stack trace)',
    ],
  }),
]
