/** calicoctl’s errors, and what it says of the datastore and of the node. */
import { from } from '#cluster/messages/entries.ts'

export const calicoctlEntries = [
  ...from('projectcalico/calicoctl:calico_containers/calico_ctl/node.py', {
    'calicoctl/address-detected': [
      'no ip provided. using detected ip',
      /No IP provided\. Using detected IP: (?<address>[\da-fA-F.:]+)/,
      'the address that an old calicoctl chose for its node',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/apply.go', {
    'calicoctl/field-invalid': [
      'error with field ',
      /(?:Failed to (?<operation>apply|create|replace|update|delete|patch) (?:any )?'(?<resource>\w{1,60})' resources?: \[?)?error with field (?<field>[\w.[\]/-]{1,200})(?: = '(?<value>[^']{0,1000})')?(?: \((?<error>.+)\))?/,
      'a resource holds a value that Calico refuses',
    ],
    'calicoctl/resource-failed': [
      "' resource",
      /Failed to (?<operation>apply|create|replace|update|delete|patch|get) (?:any )?'(?<resource>\w{1,60})' resources?: \[?(?<error>.+?)\]?$/,
      'calicoctl could not write a resource',
    ],
    'calicoctl/resources-failed': [
      ' resources: ',
      /Failed to (?<operation>apply any|create any|replace any|update any|delete any|get) resources: \[?(?<error>.+?)\]?$/,
      'calicoctl could not read or write resources',
    ],
    'calicoctl/partial-failure': [
      'hit error',
      /Hit error(?:\(s\))?: \[?(?<error>.+?)\]?$/,
      'calicoctl did a part only',
    ],
    'calicoctl/command-failed': [
      'failed to execute command: ',
      /Failed to execute command: (?<error>.+)/,
      'calicoctl could not begin',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/common/resources.go', {
    'calicoctl/client-failed': [
      'failed to create calico api client',
      /Failed to create Calico API client: (?<error>.+)/,
      'calicoctl has no way to the datastore',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/util/version.go', {
    'calicoctl/version-mismatch': [
      'version mismatch',
      /^(?:.{0,40}: )?[Vv]ersion mismatch\.?$/,
      'calicoctl and the cluster are of different versions',
    ],
    'calicoctl/version-unknown': [
      'unable to retrieve cluster version or type',
      /Unable to retrieve Cluster Version or Type: (?<error>.+)/i,
      'calicoctl cannot read the cluster’s version',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/node/status.go', {
    'calicoctl/running': [
      'calico process is running',
      /Calico process is running\./,
      'calico-node runs on this node',
    ],
    'calicoctl/bird-denied': [
      "couldn't connect to bird",
      /Couldn't connect to bird\.\s{1,4}Try running as root/i,
      'calicoctl may not use BIRD’s socket: it must run as root',
    ],
    'calicoctl/bird-unreachable': [
      'unable to connect to birdv',
      /Error querying BIRD: unable to connect to (?<service>BIRDv[46]) socket: (?<error>.+)/,
      'calicoctl does not reach BIRD’s control socket',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/node/checksystem.go', {
    'calicoctl/module-undetected': [
      'unable to detect the ',
      /Unable to detect the (?<module>[\w-]+) module/,
      'a kernel module was not found; some are optional',
    ],
    'calicoctl/kernel-too-old': [
      'minimum kernel version to run calico is ',
      /Minimum kernel version to run Calico is (?<wanted>\S+?)\. Detected kernel version: (?<version>\S+)/,
      'the kernel is too old',
    ],
    'calicoctl/modules-missing': [
      'kernel modules missing',
      /one of more kernel modules missing/,
      'kernel modules were not found',
    ],
  }),
  ...from('projectcalico/calico:calicoctl/calicoctl/commands/ipam/check.go', {
    'calicoctl/ipam-problems': [
      'check complete; found ',
      /Check complete; found (?<count>\d+) problems/,
      'how many problems of IPAM there are',
    ],
  }),
  ...from('etcd-io/etcd:client/v3/client.go', {
    'etcd/client-failed': [
      'could not initialize etcdv3 client',
      /could not initialize etcdv3 client: (?<error>.+)/,
      'etcd’s client cannot be made',
    ],
    'etcd/no-endpoints': [
      'no etcd endpoints specified',
      /no etcd endpoints specified/i,
      'nobody told Calico where etcd is',
    ],
  }),
]
