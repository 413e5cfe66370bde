/** calico-kube-controllers: start-up, health, IPAM garbage collection, nodes. Start-up texts of `typha.ts` apart. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const allocation = {
  handle: 'handle',
  ip: 'address',
  node: 'node',
  pod: 'pod',
  block: 'block',
  namespace: 'namespace',
}
const owner = { node: 'node', k8sNode: 'kubernetesNode', calicoNode: 'node', block: 'block' }

export const kubeControllersEntries = [
  ...from('projectcalico/calico:kube-controllers/pkg/controllers/node/ipam_allocation.go', {
    'kube-controllers/ip-valid': [
      'confirmed valid ip after',
      logged(/Confirmed valid IP after (?<after>\S+)/, allocation),
      'a suspected address is in use after all',
    ],
    'kube-controllers/handle-empty': [
      'no allocations with handle',
      logged(/No allocations with handle/, { handle: 'handle' }),
      'an address’s record refers to nothing',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/pkg/controllers/node/ipam.go', {
    'kube-controllers/leaks-released': [
      'garbage collecting leaked ip addresses',
      logged(/Garbage collecting leaked IP addresses/, { num: 'count' }),
      'leaked addresses are given back',
    ],
    'kube-controllers/leak-released': [
      'successfully garbage collected leaked ip address',
      logged(/Successfully garbage collected leaked IP address/, allocation),
      'a leaked address was given back',
    ],
    'kube-controllers/leak-release-failed': [
      ' garbage collect',
      logged(
        /(?:Leaked IP address was not successfully garbage collected|Failed to garbage collect one or more leaked IP addresses)/,
        allocation,
      ),
      'leaked addresses cannot be given back',
    ],
    'kube-controllers/leak-resurrected': [
      'leaked ip has been resurrected',
      logged(/Leaked IP has been resurrected/, allocation),
      'a suspected address is in use after all',
    ],
    'kube-controllers/block-released': [
      'releasing affinity for empty block',
      logged(/Releasing affinity for empty block(?: \(node has (?<count>\d+) total blocks\))?/, owner),
      'a node gives back an empty block',
    ],
    'kube-controllers/block-release-failed': [
      'unable or unwilling to release affinity for block',
      logged(/unable or unwilling to release affinity for block/, owner),
      'an empty block cannot be given back',
    ],
    'kube-controllers/node-release-failed': [
      'failed to release block affinities for node',
      logged(/Failed to release block affinities for node/, owner),
      'a node’s blocks cannot be given back',
    ],
    'kube-controllers/node-affinities-cleaned': [
      'cleaning up ipam affinities for deleted node',
      logged(/Cleaning up IPAM affinities for deleted node/, owner),
      'the blocks of a node that is gone are given back',
    ],
    'kube-controllers/node-cleanup-failed': [
      'error cleaning up node, will retry on next sync',
      logged(/Error cleaning up node, will retry on next sync/, owner),
      'the blocks of a node that is gone cannot be given back',
    ],
    'kube-controllers/node-still-used': [
      "can't cleanup node yet",
      logged(/Can't cleanup node yet - IPs still in use on this node/, owner),
      'a node is gone while its addresses are in use',
    ],
    'kube-controllers/allocation-unknown': [
      'ip allocation on node is from an unknown source',
      logged(/IP allocation on node is from an unknown source/, { ...owner, ip: 'address' }),
      'an address keeps a block from being given back',
    ],
    'kube-controllers/pod-moved': [
      'pod rescheduled on new node',
      logged(/Pod rescheduled on new node\. Allocation no longer valid/, allocation),
      'a pod’s old address is no longer its own',
    ],
    'kube-controllers/ipam-sync-failed': [
      'periodic ipam sync failed',
      logged(/Periodic IPAM sync failed/),
      'the collection of leaked addresses does not run',
    ],
    'kube-controllers/ipam-sync-error': [
      'error syncing ipam data',
      logged(/error syncing IPAM data/),
      'the collection of leaked addresses does not run',
    ],
    'kube-controllers/datastore-locked': [
      'datastore is locked, skipping ',
      /datastore is locked, skipping (?<what>ipam|metrics) sync/,
      'the datastore is locked (migration)',
    ],
    'kube-controllers/node-unknown': [
      'calico node referenced in ipam data',
      logged(
        /(?:Calico Node referenced in IPAM data does not exist|failed to query Calico Node referenced in IPAM data)/,
        owner,
      ),
      'addresses belong to a node that Calico does not know',
    ],
    'kube-controllers/node-name-unknown': [
      'unable to get corresponding k8s node name',
      logged(/Unable to get corresponding k8s node name/, owner),
      'a node of Calico has no Kubernetes node',
    ],
    'kube-controllers/orphaned-block': [
      'orphaned block',
      logged(/Orphaned block(?: (?<cidr>[\da-fA-F.:/]+))?/i, owner),
      'a block has no node',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/cmd/kube-controllers/main.go', {
    'kube-controllers/datastore-ensuring': [
      'ensuring calico datastore is initialized',
      /Ensuring Calico datastore is initialized/,
      'kube-controllers starts',
    ],
    'kube-controllers/datastore-ready': [
      'calico datastore is initialized',
      /(?<!Ensuring )Calico datastore is initialized/,
      'kube-controllers reached the datastore',
    ],
    'kube-controllers/datastore-unverified': [
      'failed to verify datastore',
      logged(/Failed to verify datastore/),
      'kube-controllers lost the datastore',
    ],
    'kube-controllers/config-changed': [
      'configuration changed; restarting',
      /configuration changed; restarting/,
      'kube-controllers restarts once for new settings',
    ],
    'kube-controllers/health-retry': [
      'health check is not ready, retrying in ',
      /Health check is not ready, retrying in 2 seconds with new timeout: (?<timeout>\S+)/,
      'the API server answers slowly',
    ],
    'kube-controllers/client-failed': [
      'failed to build ',
      /failed to build (?<what>kubernetes client(?: config)?|Calico (?:Kubernetes v3 )?client): (?<error>.+)/i,
      'kube-controllers has no usable way to the datastore',
    ],
    'kube-controllers/config-failed': [
      'kubecontrollersconfiguration',
      logged(
        /unable to (?<what>get|list|watch|perform status update on) KubeControllersConfigurations?(?:\(default\))?/,
      ),
      'kube-controllers cannot read its settings',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/pkg/status/status.go', {
    'kube-controllers/api-unreachable': [
      'error reaching apiserver: ',
      /Error reaching apiserver: (?<error>.*?) with http status code: (?<status>\d+)/,
      'kube-controllers’ probe: the API server does not answer well',
    ],
    'kube-controllers/datastore-not-ready': [
      'error verifying datastore: ',
      /Error verifying datastore: (?<error>.+)/,
      'kube-controllers’ probe: the datastore cannot be read',
    ],
    'kube-controllers/not-started': [
      'initialized to false',
      /initialized to false/,
      'kube-controllers’ probe: it has not got that far',
    ],
    'kube-controllers/status-file-missing': [
      'failed to read status file ',
      /Failed to read status file (?<path>[^\s:]+)(?:: (?<error>.+))?/,
      'kube-controllers’ probe: it wrote no status yet, or may not',
    ],
  }),
  ...from('projectcalico/calico:kube-controllers/pkg/controllers/node/node_deleter.go', {
    'kube-controllers/stale-nodes-failed': [
      'error deleting any stale nodes',
      logged(/Error deleting any stale nodes/),
      'entries of nodes that are gone cannot be removed',
    ],
    'kube-controllers/node-delete-failed': [
      'error deleting calico node: ',
      /Error deleting Calico node: (?<error>.+)/,
      'the entry of a node that is gone cannot be removed',
    ],
    'kube-controllers/node-list-failed': [
      'error listing ',
      logged(/Error listing (?<kind>K8s|Calico) nodes/),
      'kube-controllers cannot list nodes',
    ],
  }),
]
