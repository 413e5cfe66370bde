/** What kube-proxy, CoreDNS, the API server, the scheduler, controllers and clouds say. */
import { controlPlaneEntries } from '#cluster/messages/control-plane.ts'
import { serviceEntries } from '#cluster/messages/services.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'kube-proxy/node-missing',
    '"Failed to retrieve node info" err="nodes \\"node-7\\" not found"',
    { node: 'node-7', what: 'not found' },
  ],
  [
    'kube-proxy/node-missing',
    'Failed to retrieve node info: nodes "node-7" is forbidden: User "x" cannot get',
    { node: 'node-7', what: 'is forbidden' },
  ],
  [
    'kube-proxy/node-ip-assumed',
    "can't determine this node's IP, assuming 127.0.0.1; if this is incorrect, please set the --bind-address flag",
    { address: '127.0.0.1' },
  ],
  [
    'kube-proxy/node-ip-invalid',
    'invalid nodeIP, initialize kube-proxy with 127.0.0.1 as nodeIP',
    { address: '127.0.0.1' },
  ],
  [
    'api/discovery-incomplete',
    'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.example/v1: stale GroupVersion discovery',
    { groups: 'metrics.example/v1: stale GroupVersion discovery' },
  ],
  ['kube-proxy/mode-unknown', 'Unknown proxy mode, assuming iptables proxy', { mode: 'iptables' }],
  [
    'kube-proxy/ipvs-unusable',
    "can't use the IPVS proxier: error getting ipset version",
    { error: 'error getting ipset version' },
  ],
  [
    'kube-proxy/ipvs-modules-missing',
    'IPVS proxier will not be used because the following required kernel modules are not loaded: [ip_vs_wrr ip_vs_sh]',
    { modules: 'ip_vs_wrr ip_vs_sh' },
  ],
  [
    'kube-proxy/cluster-cidr-missing',
    'Detect-local-mode set to ClusterCIDR, but no cluster CIDR defined',
    {},
  ],
  [
    'kube-proxy/bridge-sysctl-unset',
    'Missing br-netfilter module or unset sysctl br-nf-call-iptables, proxy may not work as intended',
    {},
  ],
  [
    'kube-proxy/restore-failed',
    '"Failed to execute iptables-restore" err="exit status 1 (iptables-restore: line 99 failed)"',
    { error: 'exit status 1 (iptables-restore: line 99 failed)' },
  ],
  [
    'kube-proxy/ensure-failed',
    '"Failed to ensure that filter chain KUBE-SERVICES jumps to INPUT" err="exit status 4"',
    { chain: 'KUBE-SERVICES', error: 'exit status 4' },
  ],
  ['kube-proxy/sync-failed', '"Sync failed" ipFamily="IPv4" retryingTime="30s"', {}],
  [
    'kube-proxy/cidr-unspecified',
    'ClusterCIDR not specified, unable to distinguish between internal and external traffic',
    {},
  ],
  [
    'kube-proxy/conntrack-unset',
    'open /proc/sys/net/netfilter/nf_conntrack_max: permission denied',
    { sysctl: 'nf_conntrack_max', error: 'permission denied' },
  ],
  [
    'kube-proxy/conntrack-delete-failed',
    'conntrack command returned: "conntrack v1.4.6: Operation failed"',
    { error: 'conntrack v1.4.6: Operation failed' },
  ],
  [
    'kube-proxy/iptables-missing',
    'exec: "iptables-restore": executable file not found in $PATH',
    { program: 'iptables-restore' },
  ],
  ['kube-proxy/iptables-unavailable', 'iptables is not available on this host', {}],
  [
    'kube-proxy/canary-lost',
    '"iptables canary deleted" table="nat" iptables canary nat/KUBE-PROXY-CANARY deleted',
    { chain: 'nat/KUBE-PROXY-CANARY' },
  ],
  [
    'coredns/upstream-failed',
    'plugin/errors: 2 api.shop.example. AAAA: read udp 10.42.3.9:39871->192.0.2.53:53: i/o timeout',
    {
      name: 'api.shop.example.',
      type: 'AAAA',
      error: 'read udp 10.42.3.9:39871->192.0.2.53:53: i/o timeout',
    },
  ],
  ['coredns/waiting', '[INFO] plugin/ready: Still waiting on: "kubernetes"', { plugins: 'kubernetes' }],
  [
    'coredns/waiting-for-api',
    '[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server',
    {},
  ],
  [
    'coredns/loop',
    '[FATAL] plugin/loop: Loop (127.0.0.1:41234 -> :53) detected for zone ".", see https://coredns.io/plugins/loop',
    { path: '127.0.0.1:41234 -> :53', zone: '.' },
  ],
  [
    'apiservice/no-response',
    'v3.projectcalico.org failed with: failing or missing response from https://10.42.3.9:5443/apis/projectcalico.org/v3: Get "https://10.42.3.9:5443/apis/projectcalico.org/v3": context deadline exceeded',
    {
      apiService: 'v3.projectcalico.org',
      url: 'https://10.42.3.9:5443/apis/projectcalico.org/v3',
      address: '10.42.3.9',
      port: '5443',
      error: 'Get "https://10.42.3.9:5443/apis/projectcalico.org/v3": context deadline exceeded',
    },
  ],
  [
    'apiservice/unavailable',
    'v3.projectcalico.org   calico-apiserver/calico-api   False (FailedDiscoveryCheck)   9d',
    { apiService: 'v3.projectcalico.org', reason: 'FailedDiscoveryCheck' },
  ],
  [
    'apiservice/no-endpoints',
    'endpoints for service/calico-api in "calico-apiserver" have no addresses with port name "apiserver"',
    { service: 'calico-api', namespace: 'calico-apiserver' },
  ],
  [
    'apiserver/authentication-failed',
    '"Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"',
    { error: '[invalid bearer token, service account token has expired]' },
  ],
  [
    'token/invalid',
    '[invalid bearer token, square/go-jose/jwt: validation failed, token is expired (exp)]',
    { error: 'square/go-jose/jwt: validation failed, token is expired (exp)' },
  ],
  ['token/expired', 'Token is expired', {}],
  ['token/not-yet-valid', 'service account token is not valid yet', {}],
  ['token/not-yet-valid', 'validation failed, token not valid yet (nbf)', { claim: 'nbf' }],
  ['token/used-before-issued', 'Token used before issued', {}],
  ['token/issued-in-future', 'token issued in the future (iat)', {}],
  ['token/invalidated', 'Service account token has been invalidated', {}],
  [
    'scheduler/no-node',
    "0/5 nodes are available: 2 Insufficient cpu, 3 node(s) didn't have free ports for the requested pod ports. preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.",
    {
      available: '0',
      total: '5',
      reasons: "2 Insufficient cpu, 3 node(s) didn't have free ports for the requested pod ports",
      preemption: '0/5 nodes are available: 5 No preemption victims found for incoming pod',
    },
  ],
  [
    'scheduler/ports-taken',
    "0/5 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.",
    { count: '3' },
  ],
  [
    'scheduler/untolerated-taint',
    '0/5 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
    { count: '2', taint: 'node.kubernetes.io/not-ready', value: '' },
  ],
  [
    'scheduler/no-resources',
    '0/5 nodes are available: 2 Insufficient memory.',
    { count: '2', resource: 'memory' },
  ],
  [
    'controller/create-failed',
    'Error creating: pods "web-" is forbidden: exceeded quota: small',
    { error: 'pods "web-" is forbidden: exceeded quota: small' },
  ],
  [
    'controller/daemon-pod-failed',
    'Found failed daemon pod shop/web-x7k2p on node node-7, will try to kill it',
    { namespace: 'shop', pod: 'web-x7k2p', node: 'node-7' },
  ],
  ['controller/pod-cidr-unavailable', 'Node node-7 status is now: CIDRNotAvailable', {}],
  [
    'controller/pod-cidrs-used-up',
    'CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range',
    {},
  ],
  [
    'cloud/route-failed',
    'Could not create route 1f2e 10.42.3.0/24 for node node-7 after 812.5ms: quota exceeded',
    { name: '1f2e', cidr: '10.42.3.0/24', node: 'node-7', after: '812.5ms', error: 'quota exceeded' },
  ],
  ['cloud/route-condition', 'RouteController failed to create a route', {}],
  ['cloud/route-created', 'RouteController created a route', {}],
  ['cloud/route-waiting', 'Node created without a route', {}],
  ['cloud/node-uninitialized', 'failed to initialize node node-7 at cloudprovider', { node: 'node-7' }],
  [
    'kube-proxy/ipvs-unusable',
    '"Can\'t use the IPVS proxier" err="unsupported scheduler"',
    { error: 'unsupported scheduler' },
  ],
  [
    'kube-proxy/restore-failed',
    'Failed to execute iptables-restore: exit status 2 (Bad argument)',
    { error: 'exit status 2 (Bad argument)' },
  ],
  [
    'apiserver/authentication-failed',
    'Unable to authenticate the request due to an error: invalid bearer token',
    { error: 'invalid bearer token' },
  ],
]

provesEntries([...controlPlaneEntries, ...serviceEntries], {
  texts: rows,
  nearMisses: [
    ['a proxy that works', '"Using iptables Proxier"'],
    ['a name server that is ready', '[INFO] 127.0.0.1:41234 - 7 "HINFO IN 1.2. udp 57 false 512" NXDOMAIN'],
    ['an API that is served', 'v3.projectcalico.org   calico-apiserver/calico-api   True   9d'],
    ['a token of a game', 'he took the token and moved on'],
    ['nodes that are counted', '5 nodes are there'],
    ['a route that was made', 'Created route for node node-7 10.42.3.0/24'],
  ],
})
