/** IPAM: the plugin (`calico-ipam`), its library, and pools and blocks as every Calico program words them. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

export const ipamEntries = [
  ...from('projectcalico/calico:libcalico-go/lib/ipam/ipam.go', {
    'ipam/claimed': [
      'successfully claimed ips: [',
      /Successfully claimed IPs: \[(?<address>[\da-f.:]{2,45})(?:\/\d{1,3})?\](?:[^\n]{0,200}? handle="?(?<handle>[\w.:-]{1,300}))?/,
      'an address was taken out of a block, for the owner that the handle names',
    ],
    'ipam/windows-strict-affinity': [
      'global strict affinity should not be false for windows node',
      /global strict affinity should not be false for Windows node/,
      'Windows nodes need strict affinity, which is off',
    ],
    'ipam/no-pools': [
      'no configured calico pools',
      /no configured Calico pools(?! for node)(?: for (?<owner>[\w.:-]+))?/i,
      'no enabled pool exists',
    ],
    'ipam/address-outside-pools': [
      ' is not in a configured pool',
      /the provided IP address (?:(?<address>[\da-fA-F.:]+) )?is not in a configured pool/i,
      'an address was asked for that no pool holds',
    ],
    'ipam/pools-wrong-family': [
      'ippools list contains one or more ',
      /provided (?<family>IPv[46]) IPPools list contains one or more (?<other>IPv[46]) IPPools/,
      'pools of the wrong family are configured',
    ],
    'ipam/no-free-block': [
      'no free blocks found in any pool',
      /No free blocks found in any pool/,
      'the pools have no block left for this node',
    ],
    'ipam/pool-exhausted': [
      'all addresses exhausted in pool ',
      /All addresses exhausted in pool (?<pool>\S+)/,
      'a pool is used up',
    ],
    'ipam/blocks-used-up': [
      'ran out of existing affine blocks for host',
      logged(/Ran out of existing affine blocks for host/, { host: 'node' }),
      'the node’s own blocks are full; it asks for another',
    ],
    'ipam/block-limit-reached': [
      'unable to allocate a new ipam block; host already has ',
      /Unable to allocate a new IPAM block; host already has (?<count>\d+) blocks but blocks per host limit is (?<limit>\d+)/,
      'the node holds as many blocks as it may',
    ],
    'ipam/block-limit-per-host': [
      'cannot allocate new block due to per host block limit',
      /cannot allocate new block due to per host block limit/,
      'the node holds as many blocks as it may',
    ],
    'ipam/borrowing': [
      'from non-affine block',
      logged(
        /(?:Attempting to assign (?<count>\d+) more addresses from non-affine blocks|Successfully assigned IPs from non-affine block (?<cidr>\S+)|Failed to assign IPs from non-affine block in pool (?<pool>\S+))/,
      ),
      'the node borrows addresses of another node’s block',
    ],
    'ipam/assigned-short': [
      'requested ipv',
      /Assigned (?<count>\d+) out of (?<wanted>\d+) requested (?<family>IPv[46]) addresses(?:; (?<reason>[^"\\]+))?/,
      'fewer addresses were given than were asked for',
    ],
    'ipam/block-claimed-by-other': [
      'someone else claimed block ',
      /Someone else claimed block (?<cidr>\S+) before us/,
      'harmless: two nodes wanted one block',
    ],
    'ipam/affinity-mismatch': [
      'mismatched affinity: ',
      /Mismatched affinity: (?<node>\S+) != (?<other>\S+)/,
      'a block’s two records name different nodes; the stale one goes',
    ],
    'ipam/handle-failed': [
      'crement handle',
      logged(/Failed to (?<what>in|de)crement handle/),
      'an address’s bookkeeping cannot be written',
    ],
    'ipam/find-block-failed': [
      'failed to find or claim a block',
      logged(/failed to find or claim a block/i),
      'no block could be had for this node',
    ],
    'ipam/unclaimed-block-failed': [
      'failed to find an unclaimed block',
      logged(/failed to find an unclaimed block/i),
      'no block could be had for this node',
    ],
    'ipam/claim-failed': [
      'failed to claim ',
      logged(/Failed to claim (?:block|affinity)(?:: (?<error3>.+))?/),
      'a block could not be made this node’s',
    ],
    'ipam/affinity-not-set': [
      'with no affinity',
      /Attempt(?:ing)? to assign (?:from block|IPs? from block)(?: (?<cidr>\S+))? with no affinity/,
      'a block without an owner is used under strict affinity',
    ],
    'ipam/config-unreadable': [
      'error getting ipam config',
      logged(/Error getting IPAM Config(?:: (?<error3>.+))?/i),
      'the IPAM settings cannot be read',
    ],
    'ipam/pool-wrong-use': [
      'which is not allowed for use ',
      /IP address (?<address>\S+) is in IP pool "(?<pool>[^"]+)", which is not allowed for use "?(?<use>\w+)/,
      'a pool is not meant for this purpose',
    ],
    'ipam/cooldown': [
      ' is in cooldown',
      /address (?<address>\S+) is in cooldown/,
      'an address was given back a moment ago',
    ],
  }),
  ...from('projectcalico/calico:cni-plugin/pkg/ipamplugin/ipam_plugin.go', {
    'ipam/allocated-fewer': [
      'ipam allocated only ',
      /[Ff]ailed to request (?<wanted>\d+) (?<family>IPv[46]) addresses\. IPAM allocated only (?<count>\d+)/,
      'fewer addresses were given than were asked for',
    ],
    'ipam/request': [
      'calico cni ipam request ',
      /Calico CNI IPAM request (?:count IPv4=(?<ipvFour>\d+) IPv6=(?<ipvSix>\d+)|IP: (?<address>\S+))/,
      'a pod asks for addresses',
    ],
    'ipam/assigned': [
      'calico cni ipam assigned addresses',
      /Calico CNI IPAM assigned addresses IPv4=\[(?<addresses>[^\]]*)\]/,
      'a pod got its addresses',
    ],
    'ipam/lock': [
      'host-wide ipam lock',
      /(?<what>About to acquire|Acquired|Released) host-wide IPAM lock/,
      'who holds the node’s IPAM lock; a log that ends at “About to acquire” waits for another process',
    ],
    'ipam/lock-failed': [
      ' ipam lock',
      logged(/Failed to (?<what>make directory for|grab|release) IPAM lock/),
      'the node’s IPAM lock cannot be used',
    ],
    'ipam/release-failed': [
      'failed to release address',
      logged(/Failed to release address/, { ContainerID: 'container', HandleID: 'handle' }),
      'a pod’s address cannot be given back: a leak in the making',
    ],
    'ipam/release-missing': [
      "asked to release address but it doesn't exist",
      logged(/Asked to release address but it doesn't exist/, { HandleID: 'handle' }),
      'harmless: the address was given back before',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/clientv3/ippool.go', {
    'ippool/overlap': [
      ' cidr overlaps with ippool(',
      /IPPool\((?<pool>[^)]+)\) CIDR overlaps with IPPool\((?<other>[^)]+)\) CIDR (?<cidr>[\da-fA-F.:/]+)/,
      'a pool’s range overlaps another pool’s',
    ],
    'ippool/vxlan-on-ipv6': [
      "vxlanmode other than 'never' is not supported on an ipv6 ip pool",
      /VXLANMode other than 'Never' is not supported on an IPv6 IP pool/,
      'a pool of IPv6 asks for VXLAN, which this version has only for IPv4',
    ],
    'ippool/ipip-on-ipv6': [
      'is not supported on an ipv6 ip pool',
      /IPIP(?:Mode other than 'Never')? is not supported on an IPv6 IP pool/,
      'a pool of IPv6 asks for IPIP, which is only for IPv4',
    ],
    'ippool/link-local': [
      'link local range ',
      /IP ?[Pp]ool (?:CIDR|range) overlaps with (?<family>IPv[46]) Link Local range (?<cidr>[\da-fA-F.:/]+)/,
      'a pool’s range holds link-local addresses',
    ],
    'ippool/both-tunnels': [
      'ipipmode and vxlanmode cannot both be enabled',
      /IPIPMode and VXLANMode cannot both be enabled/i,
      'a pool asks for two tunnels at once',
    ],
  }),
  ...from('projectcalico/calico:libcalico-go/lib/validator/v3/validator.go', {
    'ippool/too-small': [
      'ip pool size is too small',
      /IP pool size is too small(?: \(min (?<wanted>\/\d{1,3})\))?/,
      'a pool is smaller than one block',
    ],
    'ippool/not-masked': [
      'ip pool cidr is not strictly masked',
      /IP pool CIDR is not strictly masked/,
      'a pool’s range has bits behind its length',
    ],
  }),
  ...from('tigera/operator:pkg/controller/installation/validation.go', {
    'ippool/block-size-invalid': [
      'blocksize must be ',
      /ipPool\.blockSize must be (?<wanted>greater than \d{1,3} and less than or equal to \d{1,3})/,
      'a pool’s block size is not allowed',
    ],
  }),
  ...from('projectcalico/calico:cni-plugin/pkg/upgrade/migrate.go', {
    'upgrade-ipam/client-failed': [
      ' api client',
      logged(/failed to (?:load|initialize) api client(?: config)?/),
      'the init container has no usable kubeconfig',
    ],
    'upgrade-ipam/retry': [
      'failed to migrate ipam, retrying',
      logged(/failed to migrate ipam, retrying/),
      'addresses of host-local cannot be taken over yet',
    ],
    'upgrade-ipam/no-node-name': [
      'kubernetes_node_name not specified, refusing to migrate',
      /KUBERNETES_NODE_NAME not specified, refusing to migrate/,
      'the init container does not know its node',
    ],
  }),
]
