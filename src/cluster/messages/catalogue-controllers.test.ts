/** Kube-controllers, tigera-operator and calico-apiserver: a line for every entry, in the format of its log. */
import { calicoApiserverEntries } from '#cluster/messages/calico-apiserver.ts'
import { kubeControllersEntries } from '#cluster/messages/kube-controllers.ts'
import { operatorEntries } from '#cluster/messages/operator.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'kube-controllers/ip-valid',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam_allocation.go 123: Confirmed valid IP after 15m0s block="x1" error=connection refused handle="k8s-pod-network.77" ip="10.20.0.7" namespace="kube-system" node="node-a" pod="web-0"',
    {
      after: '15m0s',
      error: 'connection refused',
      handle: 'k8s-pod-network.77',
      address: '10.20.0.7',
      node: 'node-a',
      pod: 'web-0',
      block: 'x1',
      namespace: 'kube-system',
    },
  ],
  [
    'kube-controllers/handle-empty',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam_allocation.go 123: No allocations with handle error=connection refused handle="k8s-pod-network.77"',
    { error: 'connection refused', handle: 'k8s-pod-network.77' },
  ],
  [
    'kube-controllers/leaks-released',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Garbage collecting leaked IP addresses error=connection refused num=3',
    { error: 'connection refused', count: '3' },
  ],
  [
    'kube-controllers/leak-released',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Successfully garbage collected leaked IP address block="x1" error=connection refused handle="k8s-pod-network.77" ip="10.20.0.7" namespace="kube-system" node="node-a" pod="web-0"',
    {
      error: 'connection refused',
      handle: 'k8s-pod-network.77',
      address: '10.20.0.7',
      node: 'node-a',
      pod: 'web-0',
      block: 'x1',
      namespace: 'kube-system',
    },
  ],
  [
    'kube-controllers/leak-release-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Leaked IP address was not successfully garbage collected block="x1" error=connection refused handle="k8s-pod-network.77" ip="10.20.0.7" namespace="kube-system" node="node-a" pod="web-0"',
    {
      error: 'connection refused',
      handle: 'k8s-pod-network.77',
      address: '10.20.0.7',
      node: 'node-a',
      pod: 'web-0',
      block: 'x1',
      namespace: 'kube-system',
    },
  ],
  [
    'kube-controllers/leak-resurrected',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Leaked IP has been resurrected block="x1" error=connection refused handle="k8s-pod-network.77" ip="10.20.0.7" namespace="kube-system" node="node-a" pod="web-0"',
    {
      error: 'connection refused',
      handle: 'k8s-pod-network.77',
      address: '10.20.0.7',
      node: 'node-a',
      pod: 'web-0',
      block: 'x1',
      namespace: 'kube-system',
    },
  ],
  [
    'kube-controllers/block-released',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Releasing affinity for empty block (node has 3 total blocks) block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { count: '3', error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/block-release-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: unable or unwilling to release affinity for block block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/node-release-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Failed to release block affinities for node block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/node-affinities-cleaned',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Cleaning up IPAM affinities for deleted node block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/node-cleanup-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Error cleaning up node, will retry on next sync block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/node-still-used',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Can\'t cleanup node yet - IPs still in use on this node block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/allocation-unknown',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: IP allocation on node is from an unknown source. Will be unable to cleanup block until it is removed. block="x1" calicoNode="node-a" error=connection refused ip="10.20.0.7" k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1', address: '10.20.0.7' },
  ],
  [
    'kube-controllers/pod-moved',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Pod rescheduled on new node. Allocation no longer valid block="x1" error=connection refused handle="k8s-pod-network.77" ip="10.20.0.7" namespace="kube-system" node="node-a" pod="web-0"',
    {
      error: 'connection refused',
      handle: 'k8s-pod-network.77',
      address: '10.20.0.7',
      node: 'node-a',
      pod: 'web-0',
      block: 'x1',
      namespace: 'kube-system',
    },
  ],
  [
    'kube-controllers/ipam-sync-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Periodic IPAM sync failed error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'kube-controllers/ipam-sync-error',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: error syncing IPAM data error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'kube-controllers/datastore-locked',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: datastore is locked, skipping ipam sync',
    { what: 'ipam' },
  ],
  [
    'kube-controllers/node-unknown',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Calico Node referenced in IPAM data does not exist block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/node-name-unknown',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Unable to get corresponding k8s node name block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/orphaned-block',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/ipam.go 123: Orphaned block 10.44.9.0/26 block="x1" calicoNode="node-a" error=connection refused k8sNode="x1"',
    { cidr: '10.44.9.0/26', error: 'connection refused', kubernetesNode: 'x1', node: 'node-a', block: 'x1' },
  ],
  [
    'kube-controllers/datastore-ensuring',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: Ensuring Calico datastore is initialized',
    {},
  ],
  [
    'kube-controllers/datastore-ready',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: Calico datastore is initialized',
    {},
  ],
  [
    'kube-controllers/datastore-unverified',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: Failed to verify datastore error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'kube-controllers/config-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: configuration changed; restarting',
    {},
  ],
  [
    'kube-controllers/health-retry',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: Health check is not ready, retrying in 2 seconds with new timeout: 8s',
    { timeout: '8s' },
  ],
  [
    'kube-controllers/client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: failed to build Calico client: timed out',
    { what: 'Calico client', error: 'timed out' },
  ],
  [
    'kube-controllers/config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/main.go 123: unable to get KubeControllersConfiguration(default) error=connection refused',
    { what: 'get', error: 'connection refused' },
  ],
  [
    'kube-controllers/api-unreachable',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/status.go 123: Error reaching apiserver: <nil> with http status code: 500',
    { error: '<nil>', status: '500' },
  ],
  [
    'kube-controllers/datastore-not-ready',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/status.go 123: Error verifying datastore: timed out',
    { error: 'timed out' },
  ],
  [
    'kube-controllers/not-started',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/status.go 123: initialized to false',
    {},
  ],
  [
    'kube-controllers/status-file-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/status.go 123: Failed to read status file /status/status.json: open /status/status.json: no such file or directory',
    { path: '/status/status.json', error: 'open /status/status.json: no such file or directory' },
  ],
  [
    'kube-controllers/stale-nodes-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/node_deleter.go 123: Error deleting any stale nodes error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'kube-controllers/node-delete-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/node_deleter.go 123: Error deleting Calico node: timed out',
    { error: 'timed out' },
  ],
  [
    'kube-controllers/node-list-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] kube-controllers/node_deleter.go 123: Error listing Calico nodes error=connection refused',
    { kind: 'Calico', error: 'connection refused' },
  ],
  [
    'operator/write-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Error creating / updating IPPools","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { what: 'IPPools', error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/typha-secrets',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Error with Typha/Felix secrets","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/conversion-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Error converting existing installation","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/installation-unmanageable',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Existing Calico installation can not be managed by Tigera Operator as it is configured in a way that Operator does not currently support. Please update your existing Calico install config","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/installation-invalid',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Invalid Installation provided: no such device","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'no such device', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/computed-config-invalid',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Invalid computed config","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/pools-mismatch',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"could not resolve CalicoNetwork IPPool and kubeadm configuration: IPPool 10.44.0.0/16 is not within the platform’s pod network 10.50.0.0/16","stacktrace":"a.b\\n\\t/c.go:1"}',
    {
      source: 'kubeadm configuration',
      error: 'IPPool 10.44.0.0/16 is not within the platform’s pod network 10.50.0.0/16',
    },
  ],
  [
    'operator/aws-config',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"could not resolve AWS node configuration: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/waiting-for-pools',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"waiting for enabled IP pools to be created","stacktrace":"a.b\\n\\t/c.go:1"}',
    {},
  ],
  [
    'operator/strict-affinity-windows',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Invalid StrictAffinity, it must be set to \'true\' when using Calico IPAM on Windows","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/felix-config-unreadable',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Unable to read FelixConfiguration","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { resource: 'FelixConfiguration', error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/ca-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Unable to create the Tigera CA","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/keypair-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Unable to get or create tls key pair","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/installation-query-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Error querying installation","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/typha-scale-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Failed to scale typha","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/non-privileged',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"non-privileged Calico is deprecated and cannot be Enabled; please, remove this field from your installation spec","stacktrace":"a.b\\n\\t/c.go:1"}',
    {},
  ],
  [
    'operator/typha-autoscale-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Failed to autoscale typha - timed out","error":"connection refused","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/typha-nodes-short',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"not enough linux nodes to schedule typha pods on, require 3 and have 2","stacktrace":"a.b\\n\\t/c.go:1"}',
    { wanted: '3', count: '2' },
  ],
  [
    'operator/typha-scaled',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Updating typha replicas from 5 to 5","stacktrace":"a.b\\n\\t/c.go:1"}',
    { previous: '5', count: '5' },
  ],
  [
    'operator/typha-scale-error',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"could not scale Typha deployment: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/migration-waiting',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"waiting for calico-node to 5 replicas, ready at 3, up-to-date at 3, available at 3","stacktrace":"a.b\\n\\t/c.go:1"}',
    { wanted: '5', count: '3' },
  ],
  [
    'operator/migration-selector-not-ready',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"the kube-system node DaemonSet is not ready with the updated nodeSelector: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/migration-progress',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Migrated 3 out of 5 nodes","stacktrace":"a.b\\n\\t/c.go:1"}',
    { count: '3', wanted: '5' },
  ],
  [
    'operator/migration-complete',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Namespace migration complete","stacktrace":"a.b\\n\\t/c.go:1"}',
    {},
  ],
  [
    'operator/migration-nodes-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"failed to migrate all nodes: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/migration-label-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"failed to label unmigrated nodes: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/migration-wait-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"failed to wait for calico-node daemonset to be ready: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { what: 'calico-node daemonset', error: 'timed out' },
  ],
  [
    'operator/migration-delete-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"failed to delete kube-system node DaemonSet: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { name: 'node DaemonSet', error: 'timed out' },
  ],
  [
    'operator/typha-room',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"unable to ensure room for enough typhas: timed out","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'timed out' },
  ],
  [
    'operator/rolling-out',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"DaemonSet \\"calico-system/calico-node\\" update is rolling out (3 out of 5 updated)","stacktrace":"a.b\\n\\t/c.go:1"}',
    { kind: 'DaemonSet', name: 'calico-system/calico-node', count: '3', wanted: '5' },
  ],
  [
    'operator/not-scheduled',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"DaemonSet \\"calico-system/calico-node\\" is not yet scheduled on any nodes","stacktrace":"a.b\\n\\t/c.go:1"}',
    { kind: 'DaemonSet', name: 'calico-system/calico-node' },
  ],
  [
    'operator/component-missing',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"DaemonSet \\"calico-system/calico-node\\" not found","stacktrace":"a.b\\n\\t/c.go:1"}',
    { kind: 'DaemonSet', name: 'calico-system/calico-node' },
  ],
  [
    'operator/pod-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Pod calico-system/calico-node-abcde has failed","stacktrace":"a.b\\n\\t/c.go:1"}',
    { namespace: 'calico-system', pod: 'calico-node-abcde' },
  ],
  [
    'operator/pod-not-ready',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Pod calico-system/calico-node-abcde is running but not ready","stacktrace":"a.b\\n\\t/c.go:1"}',
    { namespace: 'calico-system', pod: 'calico-node-abcde' },
  ],
  [
    'operator/pod-pending',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Pod calico-system/calico-node-abcde is pending: no node fits","stacktrace":"a.b\\n\\t/c.go:1"}',
    { namespace: 'calico-system', pod: 'calico-node-abcde', error: 'no node fits' },
  ],
  [
    'operator/pod-terminated',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Pod calico-system/calico-node-abcde has terminated container: install-cni (Error, exit code 1)","stacktrace":"a.b\\n\\t/c.go:1"}',
    { pod: 'calico-system/calico-node-abcde', container: 'install-cni', reason: 'Error, exit code 1' },
  ],
  [
    'operator/csr-pending',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Waiting on CertificateSigningRequest(s) with labels map[k8s-app:calico-typha] to be approved","stacktrace":"a.b\\n\\t/c.go:1"}',
    { labels: 'map[k8s-app:calico-typha]' },
  ],
  [
    'operator/pools-need-apiserver',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Unable to modify IP pools while Calico API server is unavailable","stacktrace":"a.b\\n\\t/c.go:1"}',
    { what: 'modify' },
  ],
  [
    'operator/pool-foreign',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Cannot update an IP pool not owned by the operator","Request.Name":"default","error":"connection refused","reason":"shutdown","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', reason: 'shutdown' },
  ],
  [
    'operator/waiting-for-defaults',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Waiting for Installation defaulting to occur","stacktrace":"a.b\\n\\t/c.go:1"}',
    {},
  ],
  [
    'operator/waiting-for-apiserver',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Waiting for Tigera API server to be ready","stacktrace":"a.b\\n\\t/c.go:1"}',
    {},
  ],
  [
    'operator/object-update-failed',
    '{"level":"error","ts":"2026-03-04T05:06:07Z","logger":"controller_installation","msg":"Failed to update object.","Kind":"x1","Name":"default","Namespace":"kube-system","error":"connection refused","key":"x1","stacktrace":"a.b\\n\\t/c.go:1"}',
    { error: 'connection refused', name: 'default', kind: 'x1', namespace: 'kube-system', key: 'x1' },
  ],
  [
    'calico-apiserver/ended',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/apiserver.go 123: error running server (timed out)',
    { error: 'timed out' },
  ],
  [
    'calico-apiserver/running',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/apiserver.go 123: Running the API server',
    {},
  ],
  [
    'calico-apiserver/auth-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/apiserver.go 123: Unable to watch the extension auth ConfigMap: /var/lib/calico/nodename',
    { error: '/var/lib/calico/nodename' },
  ],
  [
    'calico-apiserver/auth-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/apiserver.go 123: Detected change in extension-apiserver-authentication ConfigMap, exiting so apiserver can be restarted',
    {},
  ],
  [
    'calico-apiserver/client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/resource.go 123: Failed creating client: "timed out"',
    { error: 'timed out' },
  ],
  [
    'calico-apiserver/client-config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/resource.go 123: Failed to load client config: "timed out"',
    { error: 'timed out' },
  ],
  [
    'calico-apiserver/write-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/resource.go 123: Error creating resource IPPool key blue error denied',
    { resource: 'IPPool', key: 'blue', error: 'denied' },
  ],
  [
    'calico-apiserver/service-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] apiserver/remote_available_controller.go 123: service/calico-api in "calico-apiserver" is not present',
    { service: 'calico-api', namespace: 'calico-apiserver' },
  ],
]

provesEntries([...kubeControllersEntries, ...operatorEntries, ...calicoApiserverEntries], {
  logLines: rows,
  nearMisses: [
    ['another program’s garbage', 'garbage collecting 4 images'],
    ['a pod that runs', 'Pod calico-system/calico-node-abcde is running'],
    ['a DaemonSet that is complete', 'DaemonSet "calico-system/calico-node" is available'],
    ['a file that moved', 'Migrated 3 files'],
  ],
})
