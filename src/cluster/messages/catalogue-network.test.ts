/** Errors of Go’s network library, of the Kubernetes API and of etcd, as they stand in other programs’ lines. */
import { apiEntries } from '#cluster/messages/api.ts'
import { etcdEntries } from '#cluster/messages/etcd.ts'
import { netEntries } from '#cluster/messages/go-net.ts'
import { type MessageCase, provesEntries } from '#cluster/testing/message-cases.ts'

const rows: readonly MessageCase[] = [
  [
    'dial/timeout',
    'Get "https://10.43.0.1:443/version": dial tcp 10.43.0.1:443: i/o timeout',
    { address: '10.43.0.1', port: '443', error: 'i/o timeout' },
  ],
  [
    'dial/timeout',
    'dial tcp 192.0.2.7:2379: connect: connection timed out',
    { address: '192.0.2.7', port: '2379', error: 'connection timed out' },
  ],
  [
    'dial/refused',
    'Get "http://localhost:9099/liveness": dial tcp [::1]:9099: connect: connection refused',
    { address: '[::1]', port: '9099' },
  ],
  [
    'dial/refused',
    'dial tcp 192.0.2.7:6443: getsockopt: connection refused',
    { address: '192.0.2.7', port: '6443' },
  ],
  [
    'dial/no-route',
    'dial tcp 192.0.2.7:5473: connect: no route to host',
    { address: '192.0.2.7', port: '5473', error: 'no route to host' },
  ],
  [
    'dial/unreachable',
    'dial tcp [2001:db8::7]:443: connect: network is unreachable',
    { address: '[2001:db8::7]', port: '443' },
  ],
  [
    'dial/not-permitted',
    'dial tcp 192.0.2.7:443: connect: operation not permitted',
    { address: '192.0.2.7', port: '443', error: 'operation not permitted' },
  ],
  [
    'dial/reset',
    'read tcp 192.0.2.9:41234->192.0.2.7:6443: read: connection reset by peer',
    { local: '192.0.2.9:41234', address: '192.0.2.7', port: '6443' },
  ],
  [
    'dial/unix-failed',
    'dial unix /run/felix/policy.sock: connect: no such file or directory',
    { path: '/run/felix/policy.sock', error: 'no such file or directory' },
  ],
  [
    'net/read-timeout',
    'read udp 10.42.3.9:39871->192.0.2.53:53: i/o timeout',
    { protocol: 'udp', local: '10.42.3.9:39871', address: '192.0.2.53', port: '53' },
  ],
  [
    'net/dial-failed',
    'dial tcp 192.0.2.7:5473: connect: connection refused',
    { address: '192.0.2.7', port: '5473', error: 'connection refused' },
  ],
  [
    'net/listen-in-use',
    'listen tcp 127.0.0.1:9099: bind: address already in use',
    { protocol: 'tcp', address: '127.0.0.1', port: '9099' },
  ],
  [
    'net/listen-no-address',
    'listen tcp [::1]:9099: bind: cannot assign requested address',
    { protocol: 'tcp', address: '[::1]', port: '9099' },
  ],
  ['net/interface-unknown', 'route ip+net: no such network interface', {}],
  [
    'dns/lookup-failed',
    'dial tcp: lookup api.shop.example on 192.0.2.53:53: no such host',
    { name: 'api.shop.example', server: '192.0.2.53:53', error: 'no such host' },
  ],
  [
    'dns/lookup-failed',
    'lookup api.shop.example on 10.43.0.10:53: read udp 10.42.3.9:39871->10.43.0.10:53: read: connection refused',
    { name: 'api.shop.example', server: '10.43.0.10:53', error: 'connection refused' },
  ],
  [
    'dns/lookup-failed',
    'lookup etcd-1.shop.example on [fd00:10::a]:53: dial udp [fd00:10::a]:53: connect: network is unreachable',
    { name: 'etcd-1.shop.example', server: '[fd00:10::a]:53', error: 'network is unreachable' },
  ],
  [
    'dns/lookup-failed',
    'lookup node-7: Temporary failure in name resolution',
    { name: 'node-7', error: 'Temporary failure in name resolution' },
  ],
  [
    'net/lookup-failed',
    'lookup api.shop.example on 192.0.2.53:53: server misbehaving',
    { name: 'api.shop.example', server: '192.0.2.53:53', error: 'server misbehaving' },
  ],
  [
    'tls/unknown-authority',
    'x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "kubernetes")',
    { authority: 'kubernetes' },
  ],
  [
    'tls/expired',
    'tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026-02-03T04:05:06Z is after 2026-02-01T00:00:00Z',
    { now: '2026-02-03T04:05:06Z', side: 'after', limit: '2026-02-01T00:00:00Z' },
  ],
  [
    'tls/wrong-name',
    'x509: certificate is valid for 10.43.0.1, 192.0.2.7, not 192.0.2.8',
    { names: '10.43.0.1, 192.0.2.7', wanted: '192.0.2.8' },
  ],
  [
    'tls/wrong-name',
    "x509: cannot validate certificate for 192.0.2.8 because it doesn't contain any IP SANs",
    { wanted: '192.0.2.8' },
  ],
  ['tls/legacy-common-name', 'x509: certificate relies on legacy Common Name field, use SANs instead', {}],
  ['tls/handshake-timeout', 'Get "https://10.43.0.1:443/api": net/http: TLS handshake timeout', {}],
  ['tls/remote-error', 'remote error: tls: bad certificate', { alert: 'bad certificate' }],
  ['tls/not-tls', 'tls: first record does not look like a TLS handshake', {}],
  ['tls/key-mismatch', 'tls: private key does not match public key', {}],
  ['tls/pem-missing', 'tls: failed to find any PEM data in certificate input', { what: 'certificate' }],
  [
    'http/proxy-unreachable',
    'Get "https://10.43.0.1:443/version": proxyconnect tcp: dial tcp 192.0.2.80:3128: i/o timeout',
    { error: 'dial tcp 192.0.2.80:3128: i/o timeout' },
  ],
  [
    'http/answer',
    'Get "https://10.43.0.1:443/api/v1/nodes/foo": Forbidden',
    { url: 'https://10.43.0.1:443/api/v1/nodes/foo', status: 'Forbidden' },
  ],
  [
    'http/answer',
    'err="Get \\"https://10.43.0.1:443/version\\": Service Unavailable"',
    { url: 'https://10.43.0.1:443/version', status: 'Service Unavailable' },
  ],
  [
    'http/answer',
    'Post https://10.43.0.1:443/api/v1/namespaces: Proxy Authentication Required',
    { url: 'https://10.43.0.1:443/api/v1/namespaces', status: 'Proxy Authentication Required' },
  ],
  [
    'http/answer',
    'Head "https://registry.shop.example/v2/": Tunnel Connection Failed',
    { url: 'https://registry.shop.example/v2/', status: 'Tunnel Connection Failed' },
  ],
  [
    'http/awaiting-headers',
    'Get "http://192.0.2.9:8181/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    {},
  ],
  ['http/waiting-for-connection', 'net/http: request canceled while waiting for connection', {}],
  ['http/eof', 'Get "https://192.0.2.7:6443/healthz": EOF', { url: 'https://192.0.2.7:6443/healthz' }],
  ['http/not-https', 'http: server gave HTTP response to HTTPS client', {}],
  ['http/connection-lost', 'http2: client connection lost', {}],
  [
    'url/no-scheme',
    'parse "192.0.2.7:2379": first path segment in URL cannot contain colon',
    { url: '192.0.2.7:2379' },
  ],
  ['url/scheme-missing', 'parse "://192.0.2.7:2379": missing protocol scheme', { url: '://192.0.2.7:2379' }],
  ['go/unexpected-eof', 'error reading from server: unexpected EOF', {}],
  ['go/deadline-exceeded', 'failed to query: context deadline exceeded', {}],
  [
    'api/forbidden',
    'bgppeers.crd.projectcalico.org is forbidden: User "system:serviceaccount:shop:web" cannot list resource "bgppeers" in API group "crd.projectcalico.org" at the cluster scope: RBAC: clusterrole.rbac.authorization.k8s.io "canal-calico" not found',
    {
      kind: 'bgppeers.crd.projectcalico.org',
      user: 'system:serviceaccount:shop:web',
      verb: 'list',
      resource: 'bgppeers',
      apiGroup: 'crd.projectcalico.org',
      group: 'crd.projectcalico.org',
      missingRole: 'canal-calico',
    },
  ],
  [
    'api/forbidden',
    'nodes "node-7" is forbidden: User "system:node:node-8" cannot get resource "nodes" in API group "" at the cluster scope',
    {
      kind: 'nodes',
      name: 'node-7',
      user: 'system:node:node-8',
      verb: 'get',
      resource: 'nodes',
      apiGroup: '',
      group: '',
    },
  ],
  [
    'api/forbidden',
    'pods is forbidden: User "canal" cannot list pods in the namespace "shop"',
    { kind: 'pods', user: 'canal', verb: 'list', resource: 'pods', namespace: 'shop' },
  ],
  [
    'api/forbidden',
    'forbidden: User "system:anonymous" cannot get path "/readyz"',
    { user: 'system:anonymous', verb: 'get', path: '/readyz' },
  ],
  [
    'api/role-missing',
    'RBAC: clusterrole.rbac.authorization.k8s.io "canal-calico" not found',
    { kind: 'clusterrole', name: 'canal-calico' },
  ],
  ['api/unauthorized', 'error: You must be logged in to the server (Unauthorized)', {}],
  ['api/unauthorized', 'reflector.go:140: failed to list *v1.Node: Unauthorized', {}],
  [
    'api/list-failed',
    'failed to list *v1.EndpointSlice: etcdserver: request timed out',
    { type: 'v1.EndpointSlice', error: 'etcdserver: request timed out' },
  ],
  ['api/credentials-asked', 'the server has asked for the client to provide credentials (get nodes)', {}],
  [
    'api/admission-denied',
    'admission webhook "deny.policy.example" denied the request: hostNetwork is not allowed here',
    { webhook: 'deny.policy.example', error: 'hostNetwork is not allowed here' },
  ],
  [
    'api/webhook-failed',
    'Internal error occurred: failed calling webhook "deny.policy.example": failed to call webhook: Post "https://policy.shop.svc:443/check?timeout=10s": no endpoints available for service "policy"',
    {
      webhook: 'deny.policy.example',
      error:
        'failed to call webhook: Post "https://policy.shop.svc:443/check?timeout=10s": no endpoints available for service "policy"',
    },
  ],
  [
    'api/resource-unknown',
    'the server could not find the requested resource (get ippools.crd.projectcalico.org)',
    { request: 'get ippools.crd.projectcalico.org', verb: 'get', resource: 'ippools.crd.projectcalico.org' },
  ],
  ['api/resource-unknown', 'the server could not find the requested resource', {}],
  [
    'api/conflict',
    'Operation cannot be fulfilled on nodes "node-7": the object has been modified; please apply your changes to the latest version and try again',
    { kind: 'nodes', name: 'node-7' },
  ],
  ['api/watch-expired', 'too old resource version: 1042 (99887)', { version: '1042', oldest: '99887' }],
  [
    'api/already-exists',
    'ippools.crd.projectcalico.org "shop-pool" already exists',
    { kind: 'ippools.crd.projectcalico.org', name: 'shop-pool' },
  ],
  [
    'api/invalid',
    'The DaemonSet "canal" is invalid: spec.selector: Required value',
    { kind: 'DaemonSet', name: 'canal', error: 'spec.selector: Required value' },
  ],
  [
    'api/too-many-requests',
    'the server has received too many requests and has asked us to try again later (get pods)',
    {},
  ],
  [
    'api/server-timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
    {},
  ],
  [
    'api/not-found',
    'configmaps "canal-config" not found',
    { resource: 'configmaps', kind: 'configmaps', name: 'canal-config' },
  ],
  [
    'api/not-found',
    'err="secrets \\"bgp-keys\\" not found"',
    { resource: 'secrets', kind: 'secrets', name: 'bgp-keys' },
  ],
  [
    'api/kind-unknown',
    'unable to recognize "pool.yaml": no matches for kind "IPPool" in version "projectcalico.org/v3"',
    { kind: 'IPPool', version: 'projectcalico.org/v3' },
  ],
  [
    'api/kind-unregistered',
    'no kind "Tier" is registered for version "projectcalico.org/v3"',
    { kind: 'Tier', version: 'projectcalico.org/v3' },
  ],
  ['api/wait-timeout', 'error: timed out waiting for the condition on deployments/web', {}],
  [
    'api/pod-policy-refused',
    'Error creating: pods "net-agent-" is forbidden: PodSecurityPolicy: unable to admit pod: [spec.volumes[2]: Invalid value: "hostPath"]',
    { error: '[spec.volumes[2]: Invalid value: "hostPath"]' },
  ],
  ['api/restricted-policy-used', '  kubernetes.io/psp: 20-restricted-net', { policy: '20-restricted-net' }],
  [
    'api/security-context-denied',
    'pods "net-agent-x1" is forbidden: pod.Spec.SecurityContext.RunAsUser is forbidden',
    { field: 'pod.Spec.SecurityContext.RunAsUser' },
  ],
  [
    'api/account-missing',
    'pods "net-agent-" is forbidden: error looking up service account net/agent: serviceaccount "agent" not found',
    { namespace: 'net', name: 'agent' },
  ],
  [
    'api/object-forbidden',
    'Error creating: pods "net-agent-" is forbidden: exceeded quota: small',
    { kind: 'pods', name: 'net-agent-', error: 'exceeded quota: small' },
  ],
  [
    'api/pod-security-violated',
    'pods "web" is forbidden: violates PodSecurity "restricted:v1.30": runAsNonRoot != true (pod must set it)',
    { level: 'restricted:v1.30', error: 'runAsNonRoot != true (pod must set it)' },
  ],
  [
    'api/security-refused',
    'pods "web" is forbidden: unable to validate against any security context constraint: [provider "anyuid": Forbidden: not usable by user]',
    { policy: 'security context constraint', error: '[provider "anyuid": Forbidden: not usable by user]' },
  ],
  [
    'api/quota-exceeded',
    'pods "web" is forbidden: exceeded quota: small, requested: pods=1, used: pods=10, limited: pods=10',
    { quota: 'small', requested: 'pods=1' },
  ],
  [
    'api/admission-policy-denied',
    `pods "net-agent-x1" is forbidden: ValidatingAdmissionPolicy 'no-root' with binding 'all' denied request: failed expression: 1 == 2`,
    { policy: 'no-root', binding: 'all', error: 'failed expression: 1 == 2' },
  ],
  [
    'api/limit-range',
    'pods "web" is forbidden: maximum memory usage per Pod is 1Gi.  No limit is specified',
    { bound: 'maximum', resource: 'memory', of: 'Pod', amount: '1Gi' },
  ],
  [
    'api/quota-scope',
    'insufficient quota to match these scopes: [{PriorityClass In [system-node-critical system-cluster-critical]}]',
    { scopes: '[{PriorityClass In [system-node-critical system-cluster-critical]}]' },
  ],
  [
    'api/priority-class-missing',
    'no PriorityClass with name shop-critical was found',
    { name: 'shop-critical' },
  ],
  [
    'api/annotations-too-long',
    'metadata.annotations: Too long: must have at most 262144 bytes',
    { limit: '262144' },
  ],
  [
    'api/field-immutable',
    'spec.selector: Invalid value: v1.LabelSelector{}: field is immutable',
    { field: 'spec.selector' },
  ],
  ['kubectl/none-found', 'No resources found in shop namespace.', { namespace: 'shop' }],
  ['kubectl/crds-first', 'ensure CRDs are installed first', {}],
  [
    'kubectl/unrecognized',
    'error: unable to recognize "pool.yaml": no matches for kind "IPPool" in version "projectcalico.org/v3"',
    { file: 'pool.yaml', error: 'no matches for kind "IPPool" in version "projectcalico.org/v3"' },
  ],
  ['etcd/no-space', 'etcdserver: mvcc: database space exceeded', {}],
  [
    'etcd/server-error',
    'etcdserver: request timed out, possibly due to previous leader failure',
    { error: 'request timed out, possibly due to previous leader failure' },
  ],
  ['etcd/dial-timeout', 'Failed to start: grpc: timed out when dialing', {}],
  [
    'etcd/retrying',
    'retrying of unary invoker failed target=etcd-endpoints://0xc000/192.0.2.7:2379 attempt=0 error=rpc error: code = DeadlineExceeded',
    { target: 'etcd-endpoints://0xc000/192.0.2.7:2379', error: 'rpc error: code = DeadlineExceeded' },
  ],
  [
    'etcd/endpoint-deadline',
    'Failed to get the status of endpoint https://192.0.2.7:2379 (context deadline exceeded)',
    { endpoint: 'https://192.0.2.7:2379' },
  ],
  [
    'etcd/unavailable',
    'client: etcd cluster is unavailable or misconfigured; error #0: dial tcp 192.0.2.7:2379: i/o timeout',
    { error: 'error #0: dial tcp 192.0.2.7:2379: i/o timeout' },
  ],
  [
    'etcd/no-leader',
    'client: etcd member http://192.0.2.7:2379 has no leader',
    { endpoint: 'http://192.0.2.7:2379' },
  ],
  ['etcd/slow-apply', 'apply request took too long', {}],
  ['etcd/slow-disk', 'slow fdatasync', {}],
  ['etcd/clock-difference', 'prober found high clock drift', {}],
  [
    'grpc/handshake-failed',
    'connection error: desc = "transport: authentication handshake failed: x509: certificate signed by unknown authority"',
    { error: 'x509: certificate signed by unknown authority' },
  ],
  [
    'grpc/dial-failed',
    'connection error: desc = "transport: Error while dialing: dial tcp 192.0.2.7:2379: connect: connection refused"',
    { error: 'dial tcp 192.0.2.7:2379: connect: connection refused' },
  ],
]

provesEntries([...apiEntries, ...etcdEntries, ...netEntries], {
  texts: rows,
  nearMisses: [
    ['a connection that worked', 'Connected to 192.0.2.7:6443 over TLS'],
    ['a sentence about certificates', 'the certificate of the server is valid until spring'],
    ['a page that answered', 'Get "https://10.43.0.1:443/version": 200 OK'],
    ['a name that was found', 'lookup of api.shop.example took 3 ms'],
    ['a word of a person', 'access to the garden is forbidden'],
    ['an unauthorized person', 'an unauthorized person asked for the keys'],
    ['a file that a person did not find', 'the file "notes" was not there'],
    ['a parser at its end', 'unexpected end of file'],
  ],
})
