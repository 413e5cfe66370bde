/** The CNI plugin's errors as containerd, CRI-O and kubelet pass them on; its installer; its token refresher. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const cniEntries = [
  ...from('projectcalico/calico:cni-plugin/pkg/plugin/plugin.go', {
    'cni/nodename-missing': [
      'check that the calico/node container is running',
      /stat (?<path>\/\S{1,200}): (?<error>[^:]{1,80}): check that the calico\/node container is running/,
      'calico-node never finished its start-up on this node (or the folder is not mounted): the plugin refuses to work',
    ],
    'cni/unauthorized': [
      'error getting clusterinformation: connection is unauthorized: unauthorized',
      /error getting ClusterInformation: connection is unauthorized: Unauthorized/,
      'the token in the CNI plugin’s kubeconfig is expired or revoked',
    ],
    'cni/forbidden': [
      'error getting clusterinformation: connection is unauthorized: ',
      /error getting ClusterInformation: connection is unauthorized: (?<error>.*is forbidden.*)/,
      'the CNI plugin’s account lacks a right',
    ],
    'cni/cluster-information-missing': [
      'error getting clusterinformation: resource does not exist',
      /error getting ClusterInformation: resource does not exist: (?<error>.+)/,
      'Calico’s resource (or its CRD) is gone, or start-up never ran',
    ],
    'cni/api-unreachable': [
      'error getting clusterinformation: get ',
      /error getting ClusterInformation: Get "?(?<url>https?:\/\/[^" ]{1,300}?)"?: (?<error>.+)/,
      'the CNI plugin does not reach the API server',
    ],
    'cni/datastore-not-ready': [
      'calico is currently not ready to process requests',
      /Calico is currently not ready to process requests/,
      'the datastore is locked (migration) or was never marked ready',
    ],
    'cni/client-failed': [
      'error creating calico client: ',
      /error creating calico client: (?<error>.+)/,
      'the CNI plugin has no usable kubeconfig',
    ],
    'cni/mtu-file-missing': [
      'failed to read mtu file',
      /failed to read MTU file: (?<error>.+)/,
      'Felix has not written the pods’ MTU on this node',
    ],
    'cni/no-pod-cidr': [
      'no podcidr for node ',
      /no podCidr for node (?<node>\S+)/,
      'the node has no PodCIDR',
    ],
    'cni/pool-unparsable': [
      'error parsing pool ',
      /error parsing pool \\{0,3}"(?<pool>[^"\\]{1,253})\\{0,3}": (?<error>[^\n]{1,200})/,
      'a pool that the pod or the plugin’s configuration names is neither a range nor a pool’s name',
    ],
    'cni/ipam-empty': [
      'ipam plugin returned ',
      /IPAM plugin returned (?:no IP addresses in result|missing IP config)/,
      'the IPAM plugin gave no address',
    ],
    'cni/route-exists': [
      'already exists for an interface other than ',
      /error adding host side routes for interface: (?<interface>[^,\s]+), error: route \([^)]{0,120}Dst: (?<route>[^,)]+)[^)]{0,120}\) already exists for an interface other than/,
      'a route to the pod’s new address leads to another interface: a leaked or doubled address, or another plugin’s left-over',
    ],
    'cni/endpoint-status-timeout': [
      'timed out waiting for endpoint status file',
      /timed out waiting for endpoint status file '(?<path>[^']+)'/,
      'Felix does not program the pod’s endpoint in time',
    ],
    'cni/panic': [
      'calico cni panicked during ',
      /Calico CNI panicked during (?<operation>ADD|DEL): (?<error>.+)/,
      'a bug in the plugin',
    ],
    'cni/config-invalid': [
      'failed to load netconf: ',
      /failed to load netconf: (?<error>.+)/,
      'the CNI configuration is damaged',
    ],
  }),
  ...from('containernetworking/cni:pkg/invoke/find.go', {
    'cni/plugin-missing': [
      'failed to find plugin ',
      /failed to find plugin \\?"(?<plugin>[^"\\]+)\\?" in path \[(?<path>[^\]]+)\]/,
      'the plugin’s program is not on the host: never installed, or removed',
    ],
  }),
  ...from('containerd/go-cni:cni.go', {
    'cni/not-initialized': [
      'cni ',
      /(?:(?<runtime>docker): network plugin is not ready: )?cni (?:plugin not initialized|config (?:not initialized|uninitialized))/,
      'no CNI configuration in /etc/cni/net.d that the runtime can use',
    ],
    'cni/config-load-failed': [
      'cni config load failed: ',
      /cni config load failed: (?<error>.+)/,
      'the CNI configuration is there and the runtime cannot read it',
    ],
  }),
  ...from('cri-o/ocicni:pkg/ocicni/ocicni.go', {
    'cni/no-configuration-file': [
      'no cni configuration file in ',
      /no CNI configuration file in (?<path>\/\S{1,200}?)\.? Has your network provider started/i,
      'no CNI configuration on this node',
    ],
  }),
  ...from('projectcalico/calico:cni-plugin/pkg/install/install.go', {
    'install-cni/no-writeable-directory': [
      'found no writeable directory, exiting',
      logged(/found no writeable directory, exiting/),
      'the host’s folder for CNI programs cannot be written (read-only file system)',
    ],
    'install-cni/install-failed': [
      'failed to install ',
      logged(/Failed to install (?<path>\/[^"\s]{1,200})/),
      'a CNI program could not be put on the host',
    ],
    'install-cni/binary-unusable': [
      'failed to verify installed binary ',
      logged(/Failed to verify installed binary (?<path>\S+)/),
      'a CNI program that was installed does not run on the host',
    ],
    'install-cni/config-invalid': [
      'cni config is not valid json',
      /CNI config is not valid JSON: (?<error>.+)/,
      'the template of the CNI configuration is damaged',
    ],
    'install-cni/done': [
      'done configuring cni',
      /Done configuring CNI\.\s+Sleep= ?(?<sleep>\w+)/,
      'the CNI plugin is installed on this node',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/cni/token_watch.go', {
    'cni/token-create-failed': [
      'unable to create token for cni kubeconfig',
      logged(/Unable to create token for CNI kubeconfig/),
      'no new token for the CNI plugin: a right is missing, its account is gone, or the API server is out of reach',
    ],
    'cni/token-write-failed': [
      'failed to write cni plugin kubeconfig file',
      logged(/Failed to write CNI plugin kubeconfig file/),
      'the CNI plugin’s kubeconfig cannot be written',
    ],
    'cni/token-update-failed': [
      'failed to update cni token, retrying',
      logged(/Failed to update CNI token, retrying\.\.\./),
      'the CNI plugin’s token was not renewed; it works until it expires',
    ],
    'cni/token-updated': [
      'wrote updated cni kubeconfig file',
      /Wrote updated CNI kubeconfig file/,
      'the CNI plugin’s token was renewed',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/ipam/ipam.go', {
    'ipam/no-free-address': [
      'no ips available in pools',
      /No IPs available in pools: \[(?<pools>[^\]]*)\]/,
      'the pools are used up',
    ],
    'ipam/block-limit': [
      'blocks reached for this node',
      /limit of (?<limit>\d+) blocks reached for this node/,
      'the node holds as many blocks as it may',
    ],
    'ipam/strict-affinity-full': [
      'no more free affine blocks and strict affinity enabled',
      /No more free affine blocks and strict affinity enabled/,
      'the node’s own blocks are full and it may not borrow',
    ],
    'ipam/no-pool-for-node': [
      'no configured calico pools for node ',
      /no configured Calico pools for node (?<node>[^\s"\\]+)/,
      'no enabled pool selects this node',
    ],
    'ipam/no-qualified-pool': [
      'cannot find a qualified ippool',
      /cannot find a qualified ippool(?:, no pools match the required use)?/,
      'no pool may be used for pods',
    ],
    'ipam/pool-unknown': [
      'the given pool (',
      // Before 3.0 it ended there.
      /[Tt]he given pool \((?<pool>[^)\s]{1,60})\) does not exist(?:, or is not enabled)?/,
      'an annotation names a pool that is not there',
    ],
    'ipam/address-assigned': [
      'address already assigned in block',
      /(?:IP\((?<address>[^)]+)\) with error: )?Address already assigned in block/,
      'the wanted address is taken',
    ],
    'ipam/contention': [
      'max retries hit - excessive concurrent ipam requests',
      /Max retries hit - excessive concurrent IPAM requests/,
      'too many requests for addresses at once',
    ],
    'ipam/assigned-none': [
      'failed to request ipv',
      /failed to request (?<family>IPv[46]) addresses: (?<error>.+)/,
      'no address was given to the pod',
    ],
  }),
]
