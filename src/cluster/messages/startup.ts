/** calico-node's start-up (`startup/`, `complete-startup/`, `shutdown/`), the tunnel address allocator and start_runit. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const startup = 'projectcalico/calico:node/pkg/lifecycle/startup/startup.go'

export const startupEntries = [
  ...from(startup, {
    'startup/starting': [
      'starting node ',
      /Starting node (?<node>[\w.-]+) with version (?<version>v?[\d.]+\S*)/,
      'calico-node starts',
    ],
    'startup/datastore-retry': [
      'hit error connecting to datastore - retry',
      logged(/Hit error connecting to datastore - retry/),
      'start-up cannot reach the API server and tries again every second',
    ],
    'startup/datastore-unauthorized': [
      'connection to the datastore is unauthorized',
      /Connection to the datastore is unauthorized/,
      'start-up’s token or rights are refused; it ends and the container restarts',
    ],
    'startup/datastore-ready': ['datastore is ready', /Datastore is ready/, 'start-up reached the datastore'],
    'startup/datastore-config-error': [
      'error: error ',
      /ERROR: Error (?:loading datastore config|accessing the Calico datastore): (?<error>.+)/,
      'start-up has no usable datastore configuration',
    ],
    'startup/address-in-use': [
      ' is already using the ipv',
      /Calico node '(?<other>[^']+)' is already using the (?<family>IPv[46]) address (?<address>[\da-fA-FxX*.:]+?|<[^<>\s]{1,40}>|\[[^\]\s]{1,40}\])\.?(?:$|\s)/,
      'another node is registered with this node’s address; start-up refuses to go on',
    ],
    'startup/address-conflict': [
      'conflicting node detected: ',
      /conflicting node detected: (?<family>IPv[46]) address conflict/,
      'another node is registered with this node’s address; start-up refuses to go on',
    ],
    'startup/address-changed': [
      'address has changed. this could happen if there are multiple nodes',
      logged(
        /(?<family>IPv[46]) address has changed\. This could happen if there are multiple nodes with the same name/,
        { node: 'node', original: 'previous', updated: 'address' },
      ),
      'this node was registered with another address before',
    ],
    'startup/no-addresses': [
      'required for calico networking',
      /No IPv4 or IPv6 addresses configured or detected, required for Calico networking/i,
      'no address for this node: BGP cannot work',
    ],
    'startup/nodename-unwritable': [
      'unable to write to /var/lib/calico/nodename',
      logged(/Unable to write to (?<path>\/var\/lib\/calico\/nodename)/),
      'start-up may not write its file on the host',
    ],
    'startup/mount-missing': [
      'to be mounted into the container but it wasn',
      /Expected (?<path>\/\S{1,200}) to be mounted into the container but it wasn't present/,
      'the pod lacks a folder of the host',
    ],
    'startup/node-write-failed': [
      'unable to set node resource configuration',
      logged(/Unable to set node resource configuration(?:: (?<error3>.+))?/),
      'start-up may not write its node, or Calico’s resources are not there',
    ],
    'startup/node-read-failed': [
      'unable to query node configuration',
      logged(/Unable to query node configuration(?:: (?<error3>.+))?/),
      'start-up cannot read its node',
    ],
    'startup/pools-read-failed': [
      'unable to fetch ip pool list',
      logged(/Unable to fetch IP pool list(?:: (?<error3>.+))?/),
      'start-up cannot read the IP pools',
    ],
    'startup/kubeadm-config-failed': [
      'failed to query kubeadm',
      logged(/failed to query kubeadm's config map/),
      'start-up cannot read kubeadm’s configuration; only some errors of this kind are tolerated',
    ],
    'startup/pool-env-invalid': [
      'invalid ',
      /Invalid (?:CIDR specified in CALICO_IPV[46]POOL_CIDR|blocksize|node selector|configuration with NO_DEFAULT_POOLS)(?<error>.*)/,
      'the environment asks for a default pool that cannot be made',
    ],
    'startup/as-number-invalid': [
      'the as number specified in the environment',
      /The AS number specified in the environment \(AS=(?<as>[^)]*)\) is not valid/,
      'the environment’s AS number is not valid',
    ],
    'startup/resource-init-failed': [
      'unable to ',
      logged(
        /Unable to (?:initialize (?<resource>ClusterInformation|[\w-]+ Tier)|set global default configuration)/,
      ),
      'start-up cannot write Calico’s default resources',
    ],
    'startup/using-node-name': ['using node name: ', /Using node name: (?<node>[\w.-]+)/, 'start-up is done'],
    'startup/determined-node-name': [
      'determined node name: ',
      /Determined node name: (?<node>[\w.-]+)/,
      'the name under which calico-node works',
    ],
    'startup/network-unavailable-failed': [
      'networkunavailable',
      logged(
        /(?:Unable to set NetworkUnavailable to (?:False|True)|Failed to set NetworkUnavailable; will retry)/i,
      ),
      'calico-node cannot write its condition on the node',
    ],
    'startup/not-ready-yet': [
      'calico is not ready yet, waiting',
      /Calico is not ready yet, waiting\.\.\.(?: reason=(?<reason>.+))?/,
      'start-up waits for Felix and BIRD before it lifts NetworkUnavailable',
    ],
    'startup/not-ready-anyway': [
      'calico failed to become ready, continuing anyway',
      /Calico failed to become ready, continuing anyway/,
      'Felix or BIRD were not ready after five minutes',
    ],
    'startup/terminating': ['terminating', /^Terminating$/, 'start-up gave up'],
  }),
  ...from('projectcalico/calico:node/pkg/lifecycle/startup/autodetection/autodetection_methods.go', {
    'startup/address-autodetected': [
      'using autodetected ipv',
      /Using autodetected (?<family>IPv[46]) address (?:on (?:matching )?interface (?<interface>\S+?): )?(?<address>[\da-fA-F.:]+(?:\/\d+)?)(?:, detected by connecting to (?<destination>\S+)| on (?:matching )?interface (?<interface2>\S+)| while|,|$)/,
      'the address that calico-node chose for this node, and where it found it',
    ],
    'startup/autodetect-failed': [
      'auto',
      /(?:Unable to auto-?detect an? (?<family>IPv[46]) address|Couldn't autodetect an? (?<family2>IPv[46]) address|failed to autodetect an? (?<family3>IPv[46]) address|Unable to auto-detect (?<family4>IPv[46]) address by connecting to (?<destination>\S+?)(?=: |$))(?:[^:]{0,80}: (?<error>.+))?/i,
      'no address of this host fits the way calico-node was told to look for one',
    ],
    'startup/autodetect-method-invalid': [
      'ip autodetection method',
      /Invalid (?:IP autodetection method: (?<method>\S+)|CIDR "?(?<cidr>\S+?)"? for IP autodetection method)/,
      'the way to look for the node’s address is spelt wrong',
    ],
    'startup/address-env-invalid': [
      'environment does not contain a valid ipv',
      /Environment does not contain a valid (?<family>IPv[46]) address: (?<value>\S+)/,
      'the environment gives the node an address that is none',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/lifecycle/utils/utils.go', {
    'node/calico-is-up': [
      'calico is running on this node',
      /Calico is running on this node/,
      'calico-node started here once; no proof that it runs now',
    ],
    'node/calico-is-down': [
      'calico is shutting down on this node',
      /Calico is shutting down on this node/,
      'calico-node ended here in good order and has not come up since',
    ],
  }),
  ...from('projectcalico/calico:node/filesystem/sbin/start_runit', {
    'startup/failed': [
      'calico node failed to start',
      /Calico node failed to start/,
      'start-up failed; the lines before say why',
    ],
    'startup/succeeded': [
      'calico node started successfully',
      /Calico node started successfully/,
      'start-up is done, the services start',
    ],
  }),
  ...from('projectcalico/calico:node/filesystem/etc/rc.local', {
    'startup/nodename-missing': [
      '/var/lib/calico/nodename does not exist, exiting',
      /\/var\/lib\/calico\/nodename does not exist, exiting/,
      'start-up ended well, yet its file cannot be seen: deleted, or its folder is closed to this user',
    ],
    'startup/backend-without-bgp': [
      'calico_networking_backend is ',
      /CALICO_NETWORKING_BACKEND is (?<backend>none|vxlan)/,
      'this node runs no BIRD, by its settings',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/allocateip/allocateip.go', {
    'tunnel/no-address': [
      'unable to ',
      /Unable to autoassign an (?:(?<family>IPv[46]) )?address\b(?! (?:for \w+ )?- pools)(?:.*? error=(?<error>.+?)(?= [A-Za-z_]\w{0,40}=|$))?|unable to assign an address: no IP pools provided/i,
      'the node’s tunnel device gets no address',
    ],
    'tunnel/no-datastore': [
      'failed to fetch node resource',
      /failed to fetch node resource '(?<node>[^']+)': (?<error>.+)/,
      'the tunnel address allocator cannot read its node',
    ],
  }),
]
