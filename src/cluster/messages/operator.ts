/** tigera-operator: what it logs (JSON) and says in TigeraStatus. */
import { from } from '#cluster/messages/entries.ts'
import { logged } from '#cluster/messages/sentences.ts'

const core = 'tigera/operator:pkg/controller/installation/core_controller.go'
const request = { 'Request\\.Name': 'name', reason: 'reason' }

export const operatorEntries = [
  ...from(core, {
    'operator/write-failed': [
      'error creating / updating ',
      logged(/Error creating \/ updating (?<what>resource|namespaces|IPPools|CRD resource)/, request),
      'the operator cannot write what it renders; its error says why',
    ],
    'operator/typha-secrets': [
      'error with typha/felix secrets',
      logged(/Error with Typha\/Felix secrets/, request),
      'the certificates of Typha and Felix are missing or damaged',
    ],
    'operator/conversion-failed': [
      'error converting existing installation',
      logged(/Error converting existing installation/, request),
      'an installation by manifest cannot be taken over',
    ],
    'operator/installation-unmanageable': [
      'existing calico installation can not be managed by tigera operator',
      logged(/Existing Calico installation can not be managed by Tigera Operator/, request),
      'an installation by manifest has settings that the operator does not know',
    ],
    'operator/installation-invalid': [
      'invalid installation provided',
      logged(/Invalid Installation provided(?:: (?<error3>.+))?/, request),
      'the Installation holds something that the operator refuses',
    ],
    'operator/computed-config-invalid': [
      'invalid computed config',
      logged(/Invalid computed config/, request),
      'the Installation does not fit the cluster',
    ],
    'operator/pools-mismatch': [
      'could not resolve caliconetwork ippool and ',
      /could not resolve CalicoNetwork IPPool and (?<source>kubeadm configuration|OpenShift network): (?<error>.+)/i,
      'the Installation’s pool lies outside the cluster’s pod network',
    ],
    'operator/aws-config': [
      'could not resolve aws node configuration',
      /could not resolve AWS node configuration: (?<error>.+)/i,
      'aws-node’s settings contradict the Installation',
    ],
    'operator/waiting-for-pools': [
      'waiting for enabled ip pools to be created',
      /waiting for enabled IP pools to be created/,
      'no pool is enabled',
    ],
    'operator/strict-affinity-windows': [
      'strictaffinity',
      logged(
        /(?:Invalid StrictAffinity, it must be set to 'true'|StrictAffinity is false, it must be set to 'true')/,
        request,
      ),
      'Windows nodes need strict affinity, which is off',
    ],
    'operator/felix-config-unreadable': [
      'unable to read ',
      logged(
        /Unable to read (?<resource>FelixConfiguration|BGPConfiguration|IPAMConfiguration|KubeControllersConfiguration|operator Deployment)/,
        request,
      ),
      'the operator cannot read one of Calico’s settings',
    ],
    'operator/ca-failed': [
      'unable to create the tigera ca',
      logged(/Unable to create the Tigera CA/, request),
      'the operator cannot make certificates',
    ],
    'operator/keypair-failed': [
      'unable to get or create tls key pair',
      logged(/Unable to get or create tls key pair/, request),
      'a certificate cannot be made or read',
    ],
    'operator/installation-query-failed': [
      'installation',
      logged(
        /(?:Error querying installation|An error occurred when querying the (?:'overlay' )?Installation resource)/,
        request,
      ),
      'the operator cannot read the Installation',
    ],
    'operator/typha-scale-failed': [
      'failed to scale typha',
      logged(/Failed to scale typha/, request),
      'the number of Typhas cannot be changed',
    ],
    'operator/non-privileged': [
      'non-privileged calico is deprecated and cannot be enabled',
      /non-privileged Calico is deprecated and cannot be Enabled/,
      'the Installation asks for what this operator no longer does',
    ],
  }),
  ...from('tigera/operator:pkg/controller/typhaautoscaler/autoscaler.go', {
    'operator/typha-autoscale-failed': [
      'failed to autoscale typha',
      logged(/Failed to autoscale typha(?: - (?<error3>.+))?/),
      'the number of Typhas cannot be changed',
    ],
    'operator/typha-nodes-short': [
      'not enough linux nodes to schedule typha pods on',
      /not enough linux nodes to schedule typha pods on, require (?<wanted>\d+) and have (?<count>\d+)/,
      'there are fewer schedulable nodes than Typhas',
    ],
    'operator/typha-scaled': [
      'updating typha replicas from ',
      /Updating typha replicas from (?<previous>\d+) to (?<count>\d+)/,
      'the number of Typhas changes',
    ],
    'operator/typha-scale-error': [
      'could not scale typha deployment',
      /could not scale Typha deployment: (?<error>.+)/,
      'the number of Typhas cannot be changed',
    ],
  }),
  ...from('tigera/operator:pkg/controller/migration/namespace_migration.go', {
    'operator/migration-waiting': [
      'waiting for ',
      /waiting for (?:kube-system\/calico-node to have|calico-node to) (?<wanted>\d+) replicas, (?:currently at (?<count>\d+)|ready at (?<count2>\d+))/,
      'the migration waits for pods of calico-node',
    ],
    'operator/migration-selector-not-ready': [
      'daemonset is not ready with the updated nodeselector',
      /(?:the )?kube-system node DaemonSet is not ready with the updated nodeSelector: (?<error>.+)/,
      'the migration waits for the old DaemonSet’s pods',
    ],
    'operator/migration-progress': [
      'migrated ',
      /Migrated (?<count>\d+) out of (?<wanted>\d+) nodes/,
      'how far the migration is',
    ],
    'operator/migration-complete': [
      'namespace migration complete',
      /Namespace migration complete/,
      'the move from kube-system to calico-system is done',
    ],
    'operator/migration-nodes-failed': [
      'failed to migrate all nodes',
      /failed to migrate all nodes: (?<error>.+)/,
      'the migration stopped between nodes',
    ],
    'operator/migration-label-failed': [
      'failed to label unmigrated nodes',
      /failed to label unmigrated nodes: (?<error>.+)/,
      'the migration cannot label nodes',
    ],
    'operator/migration-wait-failed': [
      'to be ready: ',
      /failed to wait for (?<what>calico-node daemonset|operator typha deployment) to be ready: (?<error>.+)/,
      'the migration waits for pods that do not get ready',
    ],
    'operator/migration-delete-failed': [
      'failed to delete kube-system ',
      /failed to delete kube-system (?<name>[\w-]+(?: \w+)?): (?<error>.+)/,
      'the migration cannot remove what was there before',
    ],
    'operator/typha-room': [
      'unable to ensure room for enough typhas',
      /unable to ensure room for enough typhas: (?<error>.+)/,
      'the migration finds no nodes for two sets of Typhas',
    ],
  }),
  ...from('tigera/operator:pkg/controller/status/status.go', {
    'operator/rolling-out': [
      'update is rolling out (',
      /(?<kind>DaemonSet|Deployment|Stateful[sS]et) \\?"(?<name>[^"\\]+)\\?" update is rolling out \((?<count>\d+) out of (?<wanted>\d+) updated\)/,
      'a component is being updated',
    ],
    'operator/not-scheduled': [
      ' is not yet scheduled on any nodes',
      /(?<kind>DaemonSet|Deployment) \\?"(?<name>[^"\\]+)\\?" is not yet scheduled on any nodes/,
      'a component runs nowhere: selector or taints',
    ],
    'operator/component-missing': [
      '" not found',
      /(?<kind>DaemonSet|Deployment|StatefulSet|CronJob) \\?"(?<name>[^"\\]+)\\?" not found/,
      'a component is not there',
    ],
    'operator/pod-failed': [
      ' has failed',
      /Pod (?<namespace>[a-z0-9-]+)\/(?<pod>[a-z0-9.-]+) has failed\b/,
      'a component’s pod ended',
    ],
    'operator/pod-not-ready': [
      ' is running but not ready',
      /Pod (?<namespace>[a-z0-9-]+)\/(?<pod>[a-z0-9.-]+) is running but not ready/,
      'a component’s pod is not ready',
    ],
    'operator/pod-pending': [
      ' is pending',
      /Pod (?<namespace>[a-z0-9-]+)\/(?<pod>[a-z0-9.-]+) is pending(?:: (?<error>.+))?/,
      'a component’s pod cannot be placed or started',
    ],
    'operator/pod-terminated': [
      ' has terminated container: ',
      /Pod (?<pod>\S+) has terminated container: (?<container>\S+)(?: \((?<reason>[^)]+)\))?/,
      'a container of a component ended',
    ],
    'operator/csr-pending': [
      'waiting on certificatesigningrequest',
      /Waiting on CertificateSigningRequest\(s\) with labels (?<labels>.+?) to be approved/,
      'a certificate waits for approval',
    ],
  }),
  ...from('tigera/operator:pkg/controller/ippool/pool_controller.go', {
    'operator/pools-need-apiserver': [
      ' ip pools while calico api server is unavailable',
      /Unable to (?<what>modify|delete) IP pools while Calico API server is unavailable/,
      'the Calico API server does not answer',
    ],
    'operator/pool-foreign': [
      'cannot update an ip pool not owned by the operator',
      logged(/Cannot update an IP pool not owned by the operator/, request),
      'somebody else made the pool that the Installation names',
    ],
    'operator/waiting-for-defaults': [
      'waiting for installation defaulting to occur',
      /Waiting for Installation defaulting to occur/,
      'the Installation has not been completed yet',
    ],
  }),
  ...from('tigera/operator:pkg/controller/apiserver/apiserver_controller.go', {
    'operator/waiting-for-apiserver': [
      ' api server to ',
      /Waiting for (?:the Calico|Tigera) API server to (?:be|become) ready/,
      'the Calico API server is not ready',
    ],
  }),
  ...from('tigera/operator:pkg/controller/utils/component.go', {
    'operator/object-update-failed': [
      'failed to update object',
      logged(/Failed to (?:update|create) object/, {
        Name: 'name',
        Kind: 'kind',
        Namespace: 'namespace',
        key: 'key',
      }),
      'the operator cannot write an object',
    ],
  }),
]
