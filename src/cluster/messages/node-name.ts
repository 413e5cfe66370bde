/** What start-up says of this node's name, address, AS number and pools, once it has read its settings. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const startup = 'projectcalico/calico:node/pkg/lifecycle/startup/startup.go'

export const nodeNameEntries = [
  ...from('projectcalico/calico:node/pkg/lifecycle/utils/utils.go', {
    'startup/node-name-from-environment': [
      ' for node name',
      /(?:Using )?(?<parameter>NODENAME|HOSTNAME) environment (?:\(lowercase\) )?for node name(?: (?<node>[\w.-]+))?/,
      'the node’s name comes from the environment',
    ],
    'startup/node-name-stored': [
      'using stored node name ',
      /Using stored node name (?<node>[\w.-]+) from (?<path>\/[\w./-]+)/,
      'the node’s name comes from the file that an earlier start wrote',
    ],
    'startup/node-name-guessed': [
      'using auto-detected node name',
      /Using auto-detected node name/,
      'nobody told calico-node its name; it takes the host’s',
    ],
    'startup/node-name-unset': [
      'nodename environment not specified - check hostname',
      /NODENAME environment not specified - check HOSTNAME/,
      'nobody told calico-node its name; it takes the host’s',
    ],
    'startup/nodename-unreadable': [
      'failed to read ',
      logged(/Failed to read (?<path>\/var\/lib\/calico\/nodename)/),
      'start-up cannot read its own file on the host',
    ],
  }),
  ...from(startup, {
    'startup/log-level': [
      'early log level set to ',
      /Early log level set to (?<value>\w+)/,
      'the first line of a start',
    ],
    'startup/bgp-initialized': [
      'initialize bgp data',
      /Initialize BGP data/,
      'start-up found no BGP settings on its node',
    ],
    'startup/node-resource-created': [
      'building new node resource',
      logged(/Building new node resource/, { Name: 'node' }),
      'start-up found no node of this name and registers one',
    ],
    'startup/node-unreachable': [
      'unable to access datastore to query node configuration',
      /Unable to access datastore to query node configuration/,
      'start-up cannot read its node from the datastore (etcd: mostly certificates or endpoints)',
    ],
    'startup/node-ip-changed': [
      ' changed, will check for conflicts',
      /Node (?<family>IPv[46]) changed, will check for conflicts/,
      'the node’s address is another than before',
    ],
    'startup/address-not-on-host': [
      ' is assigned to this host',
      /Unable to confirm (?<family>IPv[46]) address (?<address>[\da-fA-F.:]+) is assigned to this host/,
      'the registered or configured address is on none of the host’s interfaces',
    ],
    'startup/address-kept': [
      ', keeping existing value: ',
      /(?:Autodetection of (?<family>IPv[46]) address failed|Autodetection for (?<family2>IPv[46]) disabled), keeping existing value: (?<address>[\da-fA-F.:/]*)/,
      'no address was detected; the stored one stays',
    ],
    'startup/address-cleared': [
      'clearing out-of-date ipv',
      logged(/Clearing out-of-date (?<family>IPv[46]) address from this node/, { IP: 'address' }),
      'the stored address goes: the settings ask for none',
    ],
    'startup/address-from-environment': [
      ' address from environment: ',
      /Using (?<family>IPv[46]) address from environment: (?<parameter>\w+)=(?<address>[\da-fA-F.:/]+)/,
      'the node’s address is written in the environment',
    ],
    'startup/address-config-failed': [
      'failed to configure ip addresses',
      logged(/failed to configure IP addresses(?: and subnets: (?<error3>.+))?/i),
      'start-up found no usable address for this node',
    ],
    'startup/addresses-none-optional': [
      'some features may not work properly',
      /No IPv4 or IPv6 addresses configured or detected\. Some features may not work properly/,
      'no address for this node, and no BGP that needs one',
    ],
    'startup/interfaces-unreadable': [
      'unable to query host interfaces',
      logged(/Unable to query host interfaces/),
      'start-up cannot list the host’s interfaces',
    ],
    'startup/interface-mask-unknown': [
      'unable to find matching host interface for ip ',
      /Unable to find matching host interface for IP (?<address>[\da-fA-F.:/]+)/,
      'the node’s address is on none of its interfaces; its mask is not known',
    ],
    'startup/method-needs-kubernetes': [
      "cannot use method 'kubernetes-internal-ip'",
      /Cannot use method 'kubernetes-internal-ip' when not running on a Kubernetes cluster/,
      'the way to look for the node’s address needs the API server',
    ],
    'startup/datastore-verified': [
      'datastore connection',
      /(?<what>Datastore connection verified|Skipping datastore connection test|Checking datastore connection)/,
      'what start-up did about its way to the datastore',
    ],
    'startup/as-number': [
      'as number ',
      /(?:Using AS number specified in environment \(AS=(?<as>[^)]*)\)|Using AS number (?<as2>\S+) configured in node resource|No AS number configured on node resource, using (?:global|default) value)/,
      'the AS number under which this node speaks BGP',
    ],
    'startup/kubernetes-node-unreadable': [
      'failed to read node from datastore',
      logged(/failed to read Node from datastore(?:: (?<error3>.+))?/i),
      'start-up cannot read its Kubernetes node',
    ],
    'startup/rancher-config-failed': [
      "failed to query rancher's cluster state config map",
      logged(/failed to query Rancher's cluster state config map/),
      'start-up cannot read Rancher’s configuration',
    ],
    'startup/kubeadm-config-unauthorized': [
      'unauthorized to query ',
      logged(/Unauthorized to query (?<what>kubeadm|rancher) configmap/),
      'harmless: start-up may not read this map and detects no CIDR from it',
    ],
    'startup/ipam-upgrade-failed': [
      "unable to upgrade host's ipam resources",
      logged(/Unable to upgrade host's IPAM resources/),
      'start-up cannot bring the node’s blocks up to date',
    ],
    'startup/pool-created': [
      ' with nat outgoing ',
      /Created default (?<family>IPv[46]) pool \((?<cidr>[^)]+)\) with NAT outgoing (?<nat>\w+)\.(?: IPIP mode: (?<ipip>\w+))?(?:, VXLAN mode: (?<vxlan>\w+))?/,
      'start-up made the first pool',
    ],
    'startup/pool-create-failed': [
      'failed to create default ipv',
      logged(/Failed to create default (?<family>IPv[46]) IP pool: (?<cidr>\S+)/),
      'start-up cannot make the first pool',
    ],
    'startup/pool-mode-invalid': [
      'mode specified in calico_ipv',
      /Unrecognized (?<what>IPIP|VXLAN) mode specified in (?<parameter>CALICO_IPV[46]POOL_\w+) '(?<value>[^']*)'/,
      'the environment asks for a tunnel mode that does not exist',
    ],
    'startup/default-pool-selected': [
      'selected default ip pool is ',
      /Selected default IP pool is '(?<cidr>[^']+)'/,
      'start-up chose the first pool’s range by itself',
    ],
    'startup/kubeadm-cidr': [
      ' in the kubeadm config map',
      /found (?<what>v[46])=(?<cidr>\S+) in the kubeadm config map/,
      'the first pool’s range comes from kubeadm',
    ],
    'startup/felix-config-failed': [
      'g felix ',
      logged(/Error (?<what>creating|updating|getting) Felix (?:global|node) config/),
      'start-up cannot write Felix’s default settings',
    ],
    'startup/bgp-config-failed': [
      ' bgpconfig',
      logged(/Error (?<what>creating|getting) (?:default|global) BGPConfig/),
      'start-up cannot write the default BGP settings',
    ],
    'startup/ipam-config-failed': [
      ' default ipamconfiguration',
      logged(/Error (?<what>creating|getting) default IPAMConfiguration/),
      'start-up cannot write the default IPAM settings',
    ],
    'startup/monitor-failed': [
      'monitor addresses failed',
      logged(/Monitor addresses failed/),
      'calico-node no longer watches its own address',
    ],
    'startup/status-reporter-failed': [
      'status reporter failed',
      logged(/Status reporter failed/),
      'CalicoNodeStatus is no longer written on this node',
    ],
    'tunnel/allocator-failed': [
      'tunnel ip allocator failed',
      logged(/Tunnel IP allocator failed/),
      'the tunnel address allocator ended',
    ],
    'cni/token-monitor-failed': [
      'cni config monitor failed',
      logged(/CNI config monitor failed/),
      'nobody renews the CNI plugin’s token on this node',
    ],
    'startup/node-write-retry': [
      'unable to set node resource configuration, retrying',
      logged(/Unable to set node resource configuration, retrying/),
      'a changed address cannot be written; calico-node tries again',
    ],
    'startup/folder-create-failed': [
      'unable to create directory /var/',
      logged(/Unable to create directory (?<path>\/var\/[\w./-]+)(?:: (?<error3>.+))?/),
      'start-up cannot make its folder on the host',
    ],
    'startup/folder-owner-failed': [
      'unable to chown /var/',
      logged(/Unable to chown (?<path>\/var\/[\w./-]+)(?:: (?<error3>.+))?/),
      'start-up cannot own its folder on the host',
    ],
    'startup/service-exited': [
      'node services exiting due to error',
      logged(/Node services exiting due to error/),
      'calico-node’s helpers ended together',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/lifecycle/startup/autodetection/reachaddr.go', {
    'startup/interface-scan': [
      'checking interface cidrs',
      logged(/Checking interface CIDRs/, { Name: 'interface' }),
      'autodetection looks at this interface',
    ],
    'startup/cidr-checked': [
      'checking cidr',
      logged(/Checking CIDR/, { CIDR: 'cidr' }),
      'autodetection looks at this range of an interface',
    ],
    'startup/reach-address': [
      'auto-detected address by connecting to remote',
      logged(/Auto-detected address by connecting to remote/, { Destination: 'destination', IP: 'address' }),
      'the address from which the host reaches a destination',
    ],
  }),
]
