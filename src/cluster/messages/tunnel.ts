/** The tunnel address allocator (`tunnel-ip-allocator/`, older `startup`-less `allocateip.go`). */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

/** Fields that every line of the allocator carries. */
const tunnel = { type: 'type', node: 'node' }

export const tunnelEntries = [
  ...from('projectcalico/calico:node/pkg/allocateip/allocateip.go', {
    'tunnel/pools-exhausted': [
      'unable to autoassign an address - pools are likely exhausted',
      /Unable to autoassign an address(?: for \w+)? - pools are likely exhausted/,
      'no block or address is left for the node’s tunnel device; calico-node stops',
    ],
    'tunnel/no-pools': [
      'unable to assign an address: no ip pools provided',
      /unable to assign an address: no IP pools provided/i,
      'no pool asks for this tunnel',
    ],
    'tunnel/pools-unreadable': [
      'unable to query ip pool configuration',
      logged(/Unable to query IP pool configuration(?:: (?<error3>.+))?/i),
      'the tunnel address allocator cannot read the pools',
    ],
    'tunnel/reconcile-failed': [
      'failed to reconcile tunnel address',
      logged(/failed to reconcile tunnel address(?:es)?(?:: (?<error3>.+))?/i),
      'the tunnel address allocator gave up',
    ],
    'tunnel/assigning': [
      ' tunnel address',
      logged(/Assign (?:a )?new tunnel address(?! to)/, { ...tunnel, IP: 'address' }),
      'the node gets a tunnel address',
    ],
    'tunnel/assigned': [
      'tunnel address to node',
      logged(/Assigned tunnel address to node/, { ...tunnel, IP: 'address' }),
      'the node has its tunnel address',
    ],
    'tunnel/address-kept': [
      'current address is still valid, do nothing',
      logged(/Current address is still valid, do nothing/, { ...tunnel, currentAddr: 'address' }),
      'the node keeps its tunnel address',
    ],
    'tunnel/address-replaced': [
      'current address is ',
      logged(/Current address is (?<reason>not in a valid pool|occupied|not assigned)/, {
        ...tunnel,
        currentAddr: 'address',
      }),
      'the tunnel address was not this node’s any more; it gets another',
    ],
    'tunnel/address-reused': [
      'ip address has been reused by something else',
      logged(/IP address has been reused by something else/, tunnel),
      'a pod holds what was the tunnel’s address',
    ],
    'tunnel/node-write-failed': [
      'failed to update node',
      logged(/Failed to update node(?=$| (?:error|node)=)/, tunnel),
      'the tunnel address cannot be written to the node',
    ],
    'tunnel/address-unparsable': [
      'failed to parse ',
      /Failed to parse (?:the CIDR|node tunnel address) '(?<address>[^']*)'/i,
      'the stored tunnel address is no address',
    ],
    'tunnel/attributes-unreadable': [
      'failed to get assignment attributes for cidr ',
      /failed to get assignment attributes for CIDR '(?<address>[^']*)'(?:: (?<error>.+))?/i,
      'the allocator cannot look up who holds the tunnel’s address',
    ],
    'tunnel/release-failed': [
      'error releasing ',
      logged(/Error releasing (?:IP )?address\b(?<what> on failure| from IPAM| by handle)?/, tunnel),
      'an old tunnel address cannot be given back',
    ],
    'tunnel/no-node-name': [
      'nodename environment is not set',
      /NODENAME environment is not set/,
      'the tunnel address allocator does not know its node',
    ],
  }),
]
