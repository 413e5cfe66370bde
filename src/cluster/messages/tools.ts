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
    'calicoctl/requirements-not-met': [
      'meet one or more minimum system',
      /system doesn't meet one or more minimum systems? requirements to run Calico/,
      'the kernel lacks something that Calico needs',
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
      /the server is currently unable to handle the request/,
      'an API that another program serves does not answer',
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
