/** Calico-node’s start-up, the tunnel address allocator, the installer and the CNI plugin: a line for every entry, in the format of its log. */
import { cniPluginEntries } from '#cluster/messages/cni-plugin.ts'
import { installCniEntries } from '#cluster/messages/install-cni.ts'
import { nodeNameEntries } from '#cluster/messages/node-name.ts'
import { tunnelEntries } from '#cluster/messages/tunnel.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'startup/node-name-from-environment',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/utils.go 123: Using NODENAME environment for node name node-a',
    { parameter: 'NODENAME', node: 'node-a' },
  ],
  [
    'startup/node-name-stored',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/utils.go 123: Using stored node name node-a from /var/lib/calico/nodename',
    { node: 'node-a', path: '/var/lib/calico/nodename' },
  ],
  [
    'startup/node-name-guessed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/utils.go 123: Using auto-detected node name. It is recommended that an explicit value is supplied using the NODENAME environment variable.',
    {},
  ],
  [
    'startup/node-name-unset',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/utils.go 123: NODENAME environment not specified - check HOSTNAME',
    {},
  ],
  [
    'startup/nodename-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/utils.go 123: Failed to read /var/lib/calico/nodename error=connection refused',
    { path: '/var/lib/calico/nodename', error: 'connection refused' },
  ],
  [
    'startup/log-level',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Early log level set to info',
    { value: 'info' },
  ],
  [
    'startup/bgp-initialized',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Initialize BGP data',
    {},
  ],
  [
    'startup/node-resource-created',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Building new node resource Name="node-a" error=connection refused',
    { error: 'connection refused', node: 'node-a' },
  ],
  [
    'startup/node-unreachable',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to access datastore to query node configuration',
    {},
  ],
  [
    'startup/node-ip-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Node IPv4 changed, will check for conflicts',
    { family: 'IPv4' },
  ],
  [
    'startup/address-not-on-host',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to confirm IPv6 address 10.20.0.7 is assigned to this host',
    { family: 'IPv6', address: '10.20.0.7' },
  ],
  [
    'startup/address-kept',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Autodetection of IPv4 address failed, keeping existing value: 10.20.0.7/24',
    { family: 'IPv4', address: '10.20.0.7/24' },
  ],
  [
    'startup/address-cleared',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Clearing out-of-date IPv4 address from this node IP="10.20.0.7" error=connection refused',
    { family: 'IPv4', error: 'connection refused', address: '10.20.0.7' },
  ],
  [
    'startup/address-from-environment',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Using IPv4 address from environment: IP=10.20.0.7',
    { family: 'IPv4', parameter: 'IP', address: '10.20.0.7' },
  ],
  [
    'startup/address-config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: failed to configure IP addresses and subnets: timed out',
    { error: 'timed out' },
  ],
  [
    'startup/addresses-none-optional',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: No IPv4 or IPv6 addresses configured or detected. Some features may not work properly.',
    {},
  ],
  [
    'startup/interfaces-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to query host interfaces error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'startup/interface-mask-unknown',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to find matching host interface for IP 10.20.0.7',
    { address: '10.20.0.7' },
  ],
  [
    'startup/method-needs-kubernetes',
    "2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Cannot use method 'kubernetes-internal-ip' when not running on a Kubernetes cluster",
    {},
  ],
  [
    'startup/datastore-verified',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Datastore connection verified',
    { what: 'Datastore connection verified' },
  ],
  [
    'startup/as-number',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Using AS number specified in environment (AS=64513)',
    { as: '64513' },
  ],
  [
    'startup/kubernetes-node-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: failed to read Node from datastore: timed out',
    { error: 'timed out' },
  ],
  [
    'startup/rancher-config-failed',
    "2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: failed to query Rancher's cluster state config map error=connection refused",
    { error: 'connection refused' },
  ],
  [
    'startup/kubeadm-config-unauthorized',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unauthorized to query kubeadm configmap, assuming not on kubeadm. CIDR detection will not occur. error=connection refused',
    { what: 'kubeadm', error: 'connection refused' },
  ],
  [
    'startup/ipam-upgrade-failed',
    "2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to upgrade host's IPAM resources. error=connection refused",
    { error: 'connection refused' },
  ],
  [
    'startup/pool-created',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Created default IPv4 pool (10.44.0.0/16) with NAT outgoing true. IPIP mode: Always, VXLAN mode: Never, DisableBGPExport: false',
    { family: 'IPv4', cidr: '10.44.0.0/16', nat: 'true', ipip: 'Always', vxlan: 'Never' },
  ],
  [
    'startup/pool-create-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Failed to create default IPv6 IP pool: 10.44.3.0/26 error=connection refused',
    { family: 'IPv6', cidr: '10.44.3.0/26', error: 'connection refused' },
  ],
  [
    'startup/pool-mode-invalid',
    "2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unrecognized IPIP mode specified in CALICO_IPV4POOL_IPIP 'x'",
    { what: 'IPIP', parameter: 'CALICO_IPV4POOL_IPIP', value: 'x' },
  ],
  [
    'startup/default-pool-selected',
    "2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Selected default IP pool is '10.44.3.0/26'",
    { cidr: '10.44.3.0/26' },
  ],
  [
    'startup/kubeadm-cidr',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: found v4=10.44.0.0/16 in the kubeadm config map',
    { what: 'v4', cidr: '10.44.0.0/16' },
  ],
  [
    'startup/felix-config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Error creating Felix global config error=connection refused',
    { what: 'creating', error: 'connection refused' },
  ],
  [
    'startup/bgp-config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Error getting global BGPConfig. error=connection refused',
    { what: 'getting', error: 'connection refused' },
  ],
  [
    'startup/ipam-config-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Error getting default IPAMConfiguration. error=connection refused',
    { what: 'getting', error: 'connection refused' },
  ],
  [
    'startup/monitor-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Monitor addresses failed error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'startup/status-reporter-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Status reporter failed error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'tunnel/allocator-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/startup.go 123: Tunnel IP allocator failed error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'cni/token-monitor-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/startup.go 123: CNI config monitor failed error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'startup/node-write-retry',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to set node resource configuration, retrying... error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'startup/folder-create-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to create directory /var/lib/calico/: no such device',
    { path: '/var/lib/calico/', error: 'no such device' },
  ],
  [
    'startup/folder-owner-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Unable to chown /var/lib/calico/: no such device',
    { path: '/var/lib/calico/', error: 'no such device' },
  ],
  [
    'startup/service-exited',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/startup.go 123: Node services exiting due to error error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'startup/interface-scan',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/reachaddr.go 123: Checking interface CIDRs Name="ens4" error=connection refused',
    { error: 'connection refused', interface: 'ens4' },
  ],
  [
    'startup/cidr-checked',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/reachaddr.go 123: Checking CIDR CIDR="10.44.3.0/26" error=connection refused',
    { error: 'connection refused', cidr: '10.44.3.0/26' },
  ],
  [
    'startup/reach-address',
    '2026-03-04 05:06:07.089 [WARNING][71] startup/reachaddr.go 123: Auto-detected address by connecting to remote Destination="x1" IP="10.20.0.7" error=connection refused',
    { error: 'connection refused', destination: 'x1', address: '10.20.0.7' },
  ],
  [
    'tunnel/pools-exhausted',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Unable to autoassign an address - pools are likely exhausted.',
    {},
  ],
  [
    'tunnel/no-pools',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Unable to assign an address: no IP pools provided',
    {},
  ],
  [
    'tunnel/pools-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: unable to query IP pool configuration: timed out',
    { error: 'timed out' },
  ],
  [
    'tunnel/reconcile-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: failed to reconcile tunnel address: timed out',
    { error: 'timed out' },
  ],
  [
    'tunnel/assigning',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Assign new tunnel address IP="10.20.0.7" error=connection refused node="node-a" type="x1"',
    { error: 'connection refused', type: 'x1', node: 'node-a', address: '10.20.0.7' },
  ],
  [
    'tunnel/assigned',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Assigned tunnel address to node IP="10.20.0.7" error=connection refused node="node-a" type="x1"',
    { error: 'connection refused', type: 'x1', node: 'node-a', address: '10.20.0.7' },
  ],
  [
    'tunnel/address-kept',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Current address is still valid, do nothing currentAddr="10.20.0.7" error=connection refused node="node-a" type="x1"',
    { error: 'connection refused', type: 'x1', node: 'node-a', address: '10.20.0.7' },
  ],
  [
    'tunnel/address-replaced',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Current address is occupied, assign a new one currentAddr="10.20.0.7" error=connection refused node="node-a" type="x1"',
    { reason: 'occupied', error: 'connection refused', type: 'x1', node: 'node-a', address: '10.20.0.7' },
  ],
  [
    'tunnel/address-reused',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: IP address has been reused by something else error=connection refused node="node-a" type="x1"',
    { error: 'connection refused', type: 'x1', node: 'node-a' },
  ],
  [
    'tunnel/node-write-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Failed to update node error=connection refused node="node-a" type="x1"',
    { error: 'connection refused', type: 'x1', node: 'node-a' },
  ],
  [
    'tunnel/address-unparsable',
    "2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Failed to parse the CIDR '10.44.3'",
    { address: '10.44.3' },
  ],
  [
    'tunnel/attributes-unreadable',
    "2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Failed to get assignment attributes for CIDR '10.20.0.7': no such device",
    { address: '10.20.0.7', error: 'no such device' },
  ],
  [
    'tunnel/release-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: Error releasing address by handle error=connection refused node="node-a" type="x1"',
    { what: 'by handle', error: 'connection refused', type: 'x1', node: 'node-a' },
  ],
  [
    'tunnel/no-node-name',
    '2026-03-04 05:06:07.089 [WARNING][71] tunnel-ip-allocator/allocateip.go 123: NODENAME environment is not set',
    {},
  ],
  [
    'install-cni/directory-read-only',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: /host/opt/cni/bin is not writeable, skipping',
    { path: '/host/opt/cni/bin' },
  ],
  [
    'install-cni/binaries-written',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Wrote Calico CNI binaries to /host/opt/cni/bin',
    { path: '/host/opt/cni/bin' },
  ],
  [
    'install-cni/plugin-version',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: CNI plugin version: v3.28.1',
    { version: 'v3.28.1' },
  ],
  [
    'install-cni/config-created',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Created /host/etc/cni/net.d/10-calico.conflist',
    { path: '/host/etc/cni/net.d/10-calico.conflist' },
  ],
  [
    'install-cni/directory-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Failed to create directory /host/opt/cni/bin error=connection refused',
    { path: '/host/opt/cni/bin', error: 'connection refused' },
  ],
  [
    'install-cni/client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Unable to create client for generating CNI token error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'install-cni/namespace-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Failed to read service account namespace file error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'install-cni/tls-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Error loading TLS files. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'install-cni/ipam-unfit',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Calico VXLAN requires IPAM type calico-ipam, not host-local',
    { value: 'host-local' },
  ],
  [
    'install-cni/in-pod',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Running as a Kubernetes pod',
    {},
  ],
  [
    'install-cni/skipped',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install.go 123: Skipping installation of /host/opt/cni/bin/tuning',
    { path: '/host/opt/cni/bin/tuning' },
  ],
  [
    'install-cni/not-mounted',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install-cni.go 123: /host/opt/cni/bin is non-writeable, skipping',
    { path: '/host/opt/cni/bin' },
  ],
  [
    'install-cni/copy-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install-cni.go 123: Failed to copy /opt/cni/bin/calico to /host/opt/cni/bin. This may be caused by selinux configuration on the host, or something else.',
    { what: 'copy', source: '/opt/cni/bin/calico', path: '/host/opt/cni/bin' },
  ],
  [
    'install-cni/copy-refused',
    "2026-03-04 05:06:07.089 [WARNING][71] cni-installer/install-cni.go 123: cp: can't create '/host/opt/cni/bin/calico': Text file busy",
    { program: 'cp', path: '/host/opt/cni/bin/calico', error: 'Text file busy' },
  ],
  [
    'cni/token-update-triggered',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/token_watch.go 123: Update of CNI kubeconfig triggered based on elapsed time.',
    { reason: 'elapsed time' },
  ],
  [
    'cni/token-rotated',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/token_watch.go 123: Projected service account token changed; refreshing CNI kubeconfig immediately',
    {},
  ],
  [
    'cni/token-watcher-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/token_watch.go 123: Failed to set up CNI token directory watcher; refresh will rely on timer only error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'cni/own-token-unreadable',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/token_watch.go 123: Failed parsing service account token error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'cni/kubeconfig-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/token_watch.go 123: Error generating kube config. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'cni/final-error',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: Final result of CNI ADD was an error. ContainerID="calico-node" Namespace="kube-system" Node="node-a" Pod="web-0" error=connection refused',
    {
      operation: 'ADD',
      error: 'connection refused',
      container: 'calico-node',
      pod: 'web-0',
      namespace: 'kube-system',
      node: 'node-a',
    },
  ],
  [
    'cni/datastore-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: data store connection failed ContainerID="calico-node" Namespace="kube-system" Node="node-a" Pod="web-0" error=connection refused',
    {
      error: 'connection refused',
      container: 'calico-node',
      pod: 'web-0',
      namespace: 'kube-system',
      node: 'node-a',
    },
  ],
  [
    'cni/endpoint-unblocked',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: Error waiting for endpoint to become ready. Unblocking pod creation... ContainerID="calico-node" Namespace="kube-system" Node="node-a" Pod="web-0" error=connection refused',
    {
      error: 'connection refused',
      container: 'calico-node',
      pod: 'web-0',
      namespace: 'kube-system',
      node: 'node-a',
    },
  ],
  [
    'cni/version-unsupported',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: unsupported CNI version 0.1.0',
    { version: '0.1.0' },
  ],
  [
    'cni/dataplane-invalid',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: cannot connect to grpc dataplane: context deadline exceeded',
    { error: 'context deadline exceeded' },
  ],
  [
    'cni/gates-not-ready',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: endpoint is not ready, response code returned:3',
    { status: '3' },
  ],
  [
    'cni/existing-endpoint',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: Calico CNI found existing endpoint: node-a-k8s-web--0-eth0',
    { endpoint: 'node-a-k8s-web--0-eth0' },
  ],
  [
    'cni/endpoint-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/plugin.go 123: error deleting endpoint: endpoint was modified before it could be deleted: timed out',
    { error: 'timed out' },
  ],
  [
    'cni/annotations-conflict',
    "2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/k8s.go 123: can't have both annotations: 'ipAddrs' and 'ipAddrsNoIpam' in use at the same time",
    {},
  ],
  [
    'cni/feature-off',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/k8s.go 123: requested feature is not enabled: floating_ips',
    { feature: 'floating_ips' },
  ],
  [
    'cni/annotation-ipam',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/k8s.go 123: ipAddrs is not compatible with configured IPAM: x',
    { annotation: 'ipAddrs', value: 'x' },
  ],
  [
    'cni/annotation-unparsable',
    "2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/k8s.go 123: failed to parse 'blue' as JSON: invalid character",
    { value: 'blue', error: 'invalid character' },
  ],
  [
    'cni/ipam-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/k8s.go 123: error getting IP from IPAM: timed out',
    { error: 'timed out' },
  ],
  [
    'cni/kubernetes-client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/k8s.go 123: error creating K8s client: timed out',
    { error: 'timed out' },
  ],
  [
    'cni/veth-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: error adding veth: timed out',
    { error: 'timed out' },
  ],
  [
    'cni/host-netlink-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: failed to create host netlink handle: protocol not supported',
    { error: 'protocol not supported' },
  ],
  [
    'cni/route-add-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: failed to add route (Ifindex: 93, Dst: 10.44.3.9/32, Scope: link, Iface: cali12): network is down',
    { ifindex: '93', route: '10.44.3.9/32', interface: 'cali12', error: 'network is down' },
  ],
  [
    'cni/container-route-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: failed to add route inside the container: timed out',
    { error: 'timed out' },
  ],
  [
    'cni/container-gateway-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: failed to add IPv4 route for 0.0.0.0/0 via 169.254.1.1: file exists',
    { family: 'IPv4', route: '0.0.0.0/0', nextHop: '169.254.1.1', error: 'file exists' },
  ],
  [
    'cni/link-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: failed to lookup "eth0": Link not found',
    { interface: 'eth0', error: 'Link not found' },
  ],
  [
    'cni/link-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: failed to set "cali12ab34cd56e" up: no such device',
    { interface: 'cali12ab34cd56e', state: 'up', error: 'no such device' },
  ],
  [
    'cni/container-sysctl-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: error configuring sysctls for interface: ens4, error: timed out',
    { interface: 'ens4', error: 'timed out' },
  ],
  [
    'cni/link-local-timeout',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: Gave up waiting for host-side link local address: timed out.',
    { error: 'timed out.' },
  ],
  [
    'cni/mac-mismatch',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: Host-side veth MAC 0a:58:0a:00:00:01 does not match expected ee:ee:ee:ee:ee:ee. Retrying...',
    { value: '0a:58:0a:00:00:01', wanted: 'ee:ee:ee:ee:ee:ee' },
  ],
  [
    'cni/netns-delete-timeout',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: timed out deleting device in netns /var/run/netns/cni-77',
    { path: '/var/run/netns/cni-77' },
  ],
  [
    'cni/add-cleanup-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] cni-plugin/dataplane_linux.go 123: Failed to clean up IP allocations for failed ADD ContainerID="calico-node" Namespace="kube-system" Node="node-a" Pod="web-0" error=connection refused',
    {
      error: 'connection refused',
      container: 'calico-node',
      pod: 'web-0',
      namespace: 'kube-system',
      node: 'node-a',
    },
  ],
]

provesEntries([...nodeNameEntries, ...tunnelEntries, ...installCniEntries, ...cniPluginEntries], {
  logLines: rows,
  nearMisses: [
    ['a node’s name in a sentence', 'The node name is determined by the cloud'],
    ['an address that is assigned', '10.20.0.7 is assigned to this pod'],
    ['another program’s plugin', 'unsupported plugin version 0.1.0'],
    ['a copy that went well', 'cp /opt/cni/bin/calico /host/opt/cni/bin'],
  ],
})
