/** Command-line tools that people paste: calicoctl, kubectl; and sentences that stand in for a program's line. */
import { from } from '#cluster/messages/entries.ts'

export const toolEntries = [
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/node/status.go', {
    'calicoctl/not-root': [
      'need super user privileges',
      /Need super user privileges: Operation not permitted/,
      'calicoctl node status must run as root; says nothing about the node',
    ],
    'calicoctl/not-running': [
      'calico process is not running',
      /Calico process is not running/,
      'calico-node does not run on this node (3.33 and newer: also printed on healthy nodes)',
    ],
    'calicoctl/bird-not-running': [
      ' process: ',
      /INFO: (?<family>BIRDv[46]) process: '(?<service>bird6?)' is not running/,
      'BIRD does not run on this node',
    ],
    'calicoctl/no-bird': [
      'the bgp backend process (bird) is not running',
      /The BGP backend process \(BIRD\) is not running/,
      'BIRD does not run on this node',
    ],
    'calicoctl/no-peers': [
      ' peers found',
      /No (?<family>IPv[46]) peers found/,
      'BIRD of this node has no BGP peer of this family configured (usual for IPv6)',
    ],
    'calicoctl/requirements-not-met': [
      'meet one or more minimum system',
      /system doesn't meet one or more minimum systems? requirements to run Calico/,
      'the kernel lacks something that Calico needs',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/ipam/check.go', {
    'calicoctl/ipam-leaked': [
      'allocated in ipam but not actually in use',
      /Found (?<count>[1-9]\d{0,8}) IPs that are allocated in IPAM but not actually in use/,
      'IPAM holds addresses for pods that are gone',
    ],
    'calicoctl/ipam-unallocated': [
      'no corresponding ipam allocation',
      /Found (?<count>[1-9]\d{0,8}) in-use IPs that are in active IP pools but have no corresponding IPAM allocation/,
      'pods use addresses that IPAM may give to others',
    ],
    'calicoctl/ipam-outside-pools': [
      'not in active ip pools',
      /Found (?<count>[1-9]\d{0,8}) in-use IPs that are not in active IP pools/,
      'pods use addresses of a range that no enabled pool holds',
    ],
    'calicoctl/ipam-multiple-owners': [
      'has multiple owners',
      /(?<ip>[\da-f.:]{3,45}) has multiple owners\./,
      'one address is used by two pods or nodes',
    ],
  }),
  ...from('kubernetes/kubectl:pkg/cmd/util/helpers.go', {
    'kubectl/api-unreachable': [
      'the connection to the server ',
      /The connection to the server (?<server>\S+) was refused/,
      'kubectl does not reach the API server',
    ],
    'kubectl/service-unavailable': [
      'the server is currently unable to handle the request',
      /(?:(?<group>[\w.-]{1,120}\/v\w{1,12}): )?the server is currently unable to handle the request(?: \((?<verb>\w{2,12}) (?<resource>[\w.-]{1,200}))?/,
      'an API that another program serves does not answer',
    ],
    'kubectl/none-found': [
      'no resources found',
      /^No resources found(?: in (?<namespace>[a-z0-9-]{1,63}) namespace)?\.?$/,
      'what was asked for is not there, in this namespace or anywhere',
    ],
    'kubectl/unrecognized': [
      'unable to recognize ',
      /unable to recognize \\{0,3}"(?<file>[^"\\]{0,300})\\{0,3}": (?<error>[^\n]+)/,
      'a file holds a kind that the API server does not serve',
    ],
    'kubectl/crds-first': [
      'ensure crds are installed first',
      /ensure CRDs are installed first/,
      'a file holds resources whose kind is not defined yet',
    ],
  }),
  // No Calico prints this sentence: an incident review words BIRD's refusal in its own way. Real ones print
  // `bird: Cannot create control socket …: Permission denied`. It is a person's report, not a program's line.
  ...from('published incident review of a node whose /var/run/calico had wrong permissions', {
    'hearsay/bird-denied': [
      'failed to initialize bird',
      /Failed to initialize BIRD: (?<error>.{1,120}?permission denied) on (?<path>\/[\w/.-]*\w)/i,
      'somebody’s words for: BIRD may not use Calico’s folder under /run. No Calico prints this line',
    ],
  }),
]
