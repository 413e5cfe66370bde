/** Felix’s iptables, nftables, IP sets and eBPF: a line for every entry, in the format of its log. */
import { felixBpfEntries } from '#cluster/messages/felix-bpf.ts'
import { felixTableEntries } from '#cluster/messages/felix-tables.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'felix/iptables-diagnostics',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Failed to program iptables, loading diags before panic. error=connection refused ipVersion=0x4 table="filter"',
    { error: 'connection refused', table: 'filter', ipVersion: '0x4' },
  ],
  [
    'felix/iptables-recovered',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Succeeded after retry. error=connection refused ipVersion=0x4 table="filter"',
    { error: 'connection refused', table: 'filter', ipVersion: '0x4' },
  ],
  [
    'felix/iptables-retry-error',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Retrying... error=exit status 2 ipVersion=0x6 table="raw"',
    { error: 'exit status 2', table: 'raw', ipVersion: '0x6' },
  ],
  [
    'felix/foreign-chain',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Found chain that doesn\'t belong to us, marking for cleanup chainName="x1" error=connection refused ipVersion=0x4 table="filter"',
    { error: 'connection refused', table: 'filter', ipVersion: '0x4', chain: 'x1' },
  ],
  [
    'felix/early-rules-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Failed inserting some early rules to filter OUTPUT, some flows may get temporarily disrupted. error=connection refused',
    { chain: 'OUTPUT', error: 'connection refused' },
  ],
  [
    'felix/iptables-write-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: writing out buffer: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/chains-read-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Failed to load iptables state error=connection refused ipVersion=0x4 table="filter"',
    { error: 'connection refused', table: 'filter', ipVersion: '0x4' },
  ],
  [
    'felix/iptables-backend-differs',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/feature_detect_linux.go 123: Iptables backend specified does not match the detected backend, using specified backend detectedBackend="x1" error=connection refused specifiedBackend="1400"',
    { error: 'connection refused', detected: 'x1', value: '1400' },
  ],
  [
    'felix/iptables-command-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/feature_detect_linux.go 123: Failed to find iptables command command="x1" error=connection refused ipVersion=0x4',
    { error: 'connection refused', command: 'x1', ipVersion: '0x4' },
  ],
  [
    'felix/iptables-version-unknown',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/feature_detect_linux.go 123: Failed to get iptables version, assuming old version with no optional features error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/iptables-backend-mode',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/feature_detect_linux.go 123: Looked up iptables command backendMode="x1" command="x1" error=connection refused',
    { error: 'connection refused', backend: 'x1', command: 'x1' },
  ],
  [
    'felix/nft-transaction-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Failed to run nft transaction error=connection refused ipVersion=0x4 stderr="bad input" table="filter"',
    { error: 'connection refused', errorOutput: 'bad input', table: 'filter', ipVersion: '0x4' },
  ],
  [
    'felix/nft-command-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: nftables command failed after retries error=connection refused stderr="bad input"',
    { last: 'after retries', error: 'connection refused', errorOutput: 'bad input' },
  ],
  [
    'felix/nft-table-recreated',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Recreating table due to prior nftables programming error',
    {},
  ],
  [
    'felix/nft-list-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/table.go 123: Failed to list nftables objects, skipping resync error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/nft-mode-undetected',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/driver.go 123: Unable to detect kube-proxy nftables mode, shutting down error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/nft-client-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/driver.go 123: Failed to create knftables client error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/nft-mode-changed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/driver.go 123: kube-proxy nftables mode changed. Restart felix.',
    {},
  ],
  [
    'felix/ipset-parse-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Failed to parse ipset cali40all error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    { set: 'cali40all', error: 'connection refused', family: 'IPv4', errorOutput: 'bad input' },
  ],
  [
    'felix/ipset-recreated',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Failed to parse required Calico-owned ipset that is needed, will try recreating it. error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    { error: 'connection refused', family: 'IPv4', set: 'cali40all', errorOutput: 'bad input' },
  ],
  [
    'felix/ipset-retry',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Retrying after an ipsets update failure... error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    { error: 'connection refused', family: 'IPv4', set: 'cali40all', errorOutput: 'bad input' },
  ],
  [
    'felix/ipset-start-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Failed to start ipset restore. error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    {
      what: 'start',
      error: 'connection refused',
      family: 'IPv4',
      set: 'cali40all',
      errorOutput: 'bad input',
    },
  ],
  [
    'felix/ipset-resync-marked',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Persistently failed to update IP sets. Will do full resync. error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    { error: 'connection refused', family: 'IPv4', set: 'cali40all', errorOutput: 'bad input' },
  ],
  [
    'felix/ipset-delete-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Failed to delete IP set. error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    { error: 'connection refused', family: 'IPv4', set: 'cali40all', errorOutput: 'bad input' },
  ],
  [
    'felix/ipset-temp-delete-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/ipsets.go 123: Failed to delete temp IP set. Will retry... error=connection refused family="IPv4" setID="cali40all" stderr="bad input"',
    { error: 'connection refused', family: 'IPv4', set: 'cali40all', errorOutput: 'bad input' },
  ],
  [
    'felix/sysctl-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/endpoint_mgr.go 123: failed to set net.ipv4.conf.cali12.proxy_arp=1: read-only file system',
    { parameter: 'net.ipv4.conf.cali12.proxy_arp', value: '1', error: 'read-only file system' },
  ],
  [
    'felix/accept-ra-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/endpoint_mgr.go 123: Could not set accept_ra error=connection refused ifaceName="ens4"',
    { error: 'connection refused', interface: 'ens4' },
  ],
  [
    'felix/rp-filter-unknown',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/endpoint_mgr.go 123: could not determine default rp_filter setting, defaulting to strict error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-map-create-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: failed to create map (cali_v4_ct): exit status 255 Error: map create failed: Operation not permitted',
    { map: 'cali_v4_ct', error: 'exit status 255 Error: map create failed: Operation not permitted' },
  ],
  [
    'felix/bpf-command-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: failed to show map (4): x x',
    { operation: 'show', map: '4', error: 'x x' },
  ],
  [
    'felix/bpf-kernel-too-old',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: kernel is too old (have: 4.14.0 but want at least: 5.3.0)',
    { version: '4.14.0', wanted: '5.3.0' },
  ],
  [
    'felix/bpf-program-load-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: failed to load BPF program (cali_tc): invalid argument',
    { program: 'cali_tc', error: 'invalid argument' },
  ],
  [
    'felix/bpf-verifier',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: BPF_PROG_LOAD failed, BPF Verifier output:',
    { output: '' },
  ],
  [
    'felix/bpf-cgroup-conflict',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: something that's not cgroup v2 is already mounted in /sys/fs/bpf",
    { path: '/sys/fs/bpf' },
  ],
  [
    'felix/bpf-mount-missing',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: /sys/fs/bpf is not mounted',
    { path: '/sys/fs/bpf' },
  ],
  [
    'felix/bpf-fs-mount-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf.go 123: failed to mount bpffs: timed out',
    { error: 'timed out' },
  ],
  [
    'felix/bpf-maps-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: error creating bpf maps error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-endpoint-manager-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to create BPF endpoint manager. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-connect-time-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: BPFConnTimeLBEnabled but failed to attach connect-time load balancer, bailing out. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-healthz-failed',
    '2026-03-04 05:06:07.089 [ERROR][71] felix/int_dataplane.go 123: BPF Proxy Healthz server failed, restarting error=listen tcp :10256: bind: address already in use',
    { error: 'listen tcp :10256: bind: address already in use' },
  ],
  [
    'felix/bpf-kube-proxy-panic',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to start kube-proxy. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-kube-proxy-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: kube-proxy failed to start error=connection refused',
    { what: 'start', error: 'connection refused' },
  ],
  [
    'felix/bpf-no-kubernetes-client',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: BPF enabled but no Kubernetes client available, unable to run kube-proxy module.',
    {},
  ],
  [
    'felix/bpf-enabled',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: BPF enabled, starting BPF endpoint manager and map manager.',
    {},
  ],
  [
    'felix/bpf-kube-proxy-cleanup',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: BPF enabled, configuring iptables layer to clean up kube-proxy's rules.",
    {},
  ],
  [
    'felix/bpf-memlock-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Failed to increase RLIMIT_MEMLOCK, loading BPF programs may fail error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/xdp-disabled',
    "2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Can't enable XDP acceleration. error=connection refused",
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-ctlb-with-host-nat',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/int_dataplane.go 123: Both BPFConnectTimeLoadBalancing and BPFHostNetworkedNATWithoutCTLB are enabled. Disabling BPFHostNetworkedNATWithoutCTLB. Set BPFConnectTimeLoadBalancing=TCP if you want disable it for other protocols.',
    {},
  ],
  [
    'felix/bpf-policy-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf_ep_mgr.go 123: Failed to apply policy to interface, will retry error=connection refused ifaceName="ens4" wep="x1"',
    { what: 'interface, will retry', error: 'connection refused', interface: 'ens4', endpoint: 'x1' },
  ],
  [
    'felix/bpf-default-policy-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/bpf_ep_mgr.go 123: Failed to load default policies, some programs may default to DENY. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'felix/bpf-services',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/syncer.go 123: Applying new state, 57 service',
    { count: '57' },
  ],
  [
    'felix/bpf-services-state',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/syncer.go 123: Applying new state, map[default/web:tcp:10.96.0.9]',
    { state: 'map[default/web:tcp:10.96.0.9]' },
  ],
  [
    'felix/bpf-map-loaded',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/syncer.go 123: Loaded BPF map state from dataplane',
    { what: 'Loaded' },
  ],
  [
    'felix/bpf-maps-inconsistent',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/syncer.go 123: found inconsistencies in existing BPF maps, will rewrite maps from scratch',
    {},
  ],
  [
    'felix/bpf-service-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/syncer.go 123: failed to apply ExternalIP 10.20.0.9 for service default/web : no backend',
    { kind: 'ExternalIP', address: '10.20.0.9', service: 'default/web', error: 'no backend' },
  ],
  [
    'felix/bpf-no-route',
    '2026-03-04 05:06:07.089 [WARNING][71] felix/syncer.go 123: No route for 10.20.0.7',
    { address: '10.20.0.7' },
  ],
  [
    'bpf-init/mount-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] mountns/calico-init_linux.go 123: failed to mount BPF filesystem: timed out',
    { what: 'BPF', error: 'timed out' },
  ],
  [
    'bpf-init/network-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] mountns/calico-init_linux.go 123: Failed to initialize BPF network. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'bpf-init/maps-failed',
    '2026-03-04 05:06:07.089 [WARNING][71] mountns/calico-init_linux.go 123: Failed to create bpf maps. error=connection refused',
    { error: 'connection refused' },
  ],
  [
    'bpf-init/mounted',
    '2026-03-04 05:06:07.089 [WARNING][71] mountns/calico-init_linux.go 123: BPF filesystem is not mounted. Trying to mount it...',
    { what: 'BPF', state: 'not mounted' },
  ],
  [
    'bpf-init/service-programmed',
    '2026-03-04 05:06:07.089 [WARNING][71] mountns/calico-init_linux.go 123: Included kubernetes service (10.96.0.1:443) and endpoints (10.20.0.7:6443) in the Nat Maps.',
    { address: '10.96.0.1:443', endpoints: '10.20.0.7:6443' },
  ],
  [
    'bpf-init/address-invalid',
    '2026-03-04 05:06:07.089 [WARNING][71] mountns/calico-init_linux.go 123: invalid address format: missing port in address',
    { error: 'missing port in address' },
  ],
]

provesEntries([...felixTableEntries, ...felixBpfEntries], {
  logLines: rows,
  nearMisses: [
    ['a retry of somebody else', 'Retrying in 5 s'],
    ['a map of a city', 'failed to find the map'],
    ['a kube-proxy that works', 'kube-proxy started'],
    ['an IP set that is listed', 'Name: cali40s'],
  ],
})
