import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { nowMs, read, rows } from '#sources/text/readers/testing.ts'

type Case = readonly [string, string, RelationName, readonly object[]]

const pool = (encapsulation: string, disabled = false) => ({
  name: 'pool-a',
  cidr: '10.61.0.0/16',
  encapsulation,
  disabled,
})

describe('tables by their headers', () => {
  test.each<Case>([
    [
      'endpoints of a Service that nobody stands behind',
      'NAME           ENDPOINTS   AGE\ncalico-typha   <none>      9m',
      'endpoints',
      [{ namespace: '', name: 'calico-typha', addresses: [], seenBy: 'api' }],
    ],
    [
      'endpoints, cut by kubectl, with their namespace',
      'NAMESPACE   NAME         ENDPOINTS                                     AGE\ndefault     kubernetes   10.7.0.1:6443,10.7.0.2:6443 + 1 more...   30d',
      'endpoints',
      [
        {
          namespace: 'default',
          name: 'kubernetes',
          addresses: ['10.7.0.1:6443', '10.7.0.2:6443'],
          seenBy: 'api',
        },
      ],
    ],
    [
      'endpoint slices are their Service’s',
      'NAME                 ADDRESSTYPE   PORTS   ENDPOINTS           AGE\ncalico-typha-x2k9q   IPv4          5473    10.7.0.1,10.7.0.2   3d',
      'endpoints',
      [{ namespace: '', name: 'calico-typha', addresses: ['10.7.0.1:5473', '10.7.0.2:5473'], seenBy: 'api' }],
    ],
    [
      'services, squeezed by a chat',
      'NAMESPACE NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nkube-system kube-dns ClusterIP 10.96.0.10 <none> 53/UDP,53/TCP 3d',
      'services',
      [
        {
          namespace: 'kube-system',
          name: 'kube-dns',
          clusterIp: '10.96.0.10',
          type: 'ClusterIP',
          ports: ['53/UDP', '53/TCP'],
        },
      ],
    ],
    [
      'an aggregated API that is not there',
      'NAME                   SERVICE                       AVAILABLE                  AGE\nv3.projectcalico.org   calico-apiserver/calico-api   False (MissingEndpoints)   3d\nv1.apps                Local                         True                       3d',
      'apiServices',
      [
        { name: 'v1.apps', available: true },
        {
          name: 'v3.projectcalico.org',
          service: 'calico-apiserver/calico-api',
          available: false,
          reason: 'MissingEndpoints',
        },
      ],
    ],
    [
      'requests for certificates',
      'NAME        AGE   SIGNERNAME                                    REQUESTOR                 REQUESTEDDURATION   CONDITION\ncsr-7k2xq   12m   kubernetes.io/kube-apiserver-client-kubelet   system:node:k8s-worker-03   <none>              Pending\ncsr-zz9x4   3h    kubernetes.io/kubelet-serving                 system:node:k8s-worker-02   <none>              Approved,Issued',
      'signingRequests',
      [
        {
          name: 'csr-7k2xq',
          state: 'pending',
          signer: 'kubernetes.io/kube-apiserver-client-kubelet',
          requestor: 'system:node:k8s-worker-03',
        },
        {
          name: 'csr-zz9x4',
          state: 'issued',
          signer: 'kubernetes.io/kubelet-serving',
          requestor: 'system:node:k8s-worker-02',
        },
      ],
    ],
    [
      'a request for a certificate, without the header',
      'csr-7k2xq   12m   kubernetes.io/kube-apiserver-client-kubelet   system:node:k8s-worker-03   <none>   Denied',
      'signingRequests',
      [
        {
          name: 'csr-7k2xq',
          state: 'denied',
          signer: 'kubernetes.io/kube-apiserver-client-kubelet',
          requestor: 'system:node:k8s-worker-03',
        },
      ],
    ],
    [
      'a request for a certificate, of Kubernetes before 1.19',
      'NAME        AGE   REQUESTOR                 CONDITION\ncsr-7k2xq   12m   system:node:k8s-worker-03   Pending',
      'signingRequests',
      [{ name: 'csr-7k2xq', state: 'pending', requestor: 'system:node:k8s-worker-03' }],
    ],
    [
      'secrets, by name only',
      'NAME          TYPE                DATA   AGE\ntyphacerts    kubernetes.io/tls   2      3d',
      'secrets',
      [{ namespace: '', name: 'typhacerts', exists: true }],
    ],
    [
      'pools of calicoctl',
      'NAME     CIDR           NAT    IPIPMODE   VXLANMODE     DISABLED   DISABLEBGPEXPORT   SELECTOR\npool-a   10.61.0.0/16   true   Never      CrossSubnet   true       false              all()',
      'ipPools',
      [{ ...pool('vxlan-cross-subnet', true), natOutgoing: true, nodeSelector: 'all()' }],
    ],
    [
      'pools of a calicoctl that knew no VXLAN',
      'NAME CIDR NAT IPIPMODE DISABLED\npool-a 10.61.0.0/16 false Always false',
      'ipPools',
      [{ ...pool('ipip'), natOutgoing: false }],
    ],
    [
      'pools of native CRDs',
      'NAME     CIDR           VXLAN    IPIP          NAT     ALLOCATABLE   AGE\npool-a   10.61.0.0/16   Never    CrossSubnet   true    False         3d',
      'ipPools',
      [{ ...pool('ipip-cross-subnet', true), natOutgoing: true }],
    ],
    [
      'of narrow pools the range alone is known',
      'NAME     CIDR           SELECTOR\npool-a   10.61.0.0/16   all()',
      'ipamBlocks',
      [{ kind: 'pool', cidr: '10.61.0.0/16' }],
    ],
    [
      'nodes of calicoctl, one without an address',
      'NAME   ASN       IPV4          IPV6\nwk-1   (64512)   10.7.0.1/24   \nwk-2   (64512)                 fd00:7::2/64',
      'calicoNodes',
      [
        { name: 'wk-1', asNumber: '(64512)', ipv4: '10.7.0.1/24' },
        { name: 'wk-2', asNumber: '(64512)', ipv6: 'fd00:7::2/64' },
      ],
    ],
    [
      'BGP peers: of all nodes, of one, of some',
      "NAME   PEERIP        NODE               ASN\nrr     10.7.0.250    (global)           64512\ntor    10.7.0.251    wk-1               64513\nzone   10.7.0.252    rack == 'a'        64514",
      'bgpPeers',
      [
        { name: 'rr', peerIp: '10.7.0.250', asNumber: '64512' },
        { name: 'tor', peerIp: '10.7.0.251', asNumber: '64513', node: 'wk-1' },
        { name: 'zone', peerIp: '10.7.0.252', asNumber: '64514', nodeSelector: "rack == 'a'" },
      ],
    ],
    [
      'BGPConfigurations',
      'NAME      LOGSEVERITY   MESHENABLED   ASNUMBER\ndefault   -             false         -',
      'settings',
      [{ of: 'BGPConfiguration', in: 'default', name: 'nodeToNodeMeshEnabled', value: 'false' }],
    ],
    [
      'HostEndpoints',
      'NAME      NODE   INTERFACE   IPS                   PROFILES\nhep-eth   wk-1   eth0        10.7.0.1,192.0.2.7    ',
      'hostEndpoints',
      [
        {
          name: 'hep-eth',
          node: 'wk-1',
          interfaceName: 'eth0',
          expectedIps: ['10.7.0.1', '192.0.2.7'],
          labels: {},
        },
      ],
    ],
    [
      'ClusterInformation',
      'NAME      CLUSTERGUID   CLUSTERTYPE   CALICOVERSION   DATASTOREREADY\ndefault   0a1b          k8s,bgp,kdd   v3.28.1         true',
      'versions',
      [{ of: 'calico', version: 'v3.28.1' }],
    ],
    [
      'block affinities of a CRD without columns',
      'NAME                    AGE\nwk-1-10-61-4-64-26      3d',
      'ipamBlocks',
      [{ kind: 'block', cidr: '10.61.4.64/26', node: 'wk-1' }],
    ],
    [
      'the operator’s verdict',
      'NAME     AVAILABLE   PROGRESSING   DEGRADED   SINCE\ncalico   False       True          True       9m',
      'settings',
      [
        { of: 'Installation', in: 'calico', name: 'status.Available', value: 'False' },
        { of: 'Installation', in: 'calico', name: 'status.Degraded', value: 'True' },
        { of: 'Installation', in: 'calico', name: 'status.Progressing', value: 'True' },
      ],
    ],
    [
      'pods of custom columns, on nodes that are called after their addresses',
      'NAME                STATUS    IP         NODE\ncalico-node-x2k9q   Running   10.7.0.1   10.7.0.1',
      'pods',
      [
        {
          namespace: '',
          name: 'calico-node-x2k9q',
          component: 'calico-node',
          status: 'Running',
          ip: '10.7.0.1',
          node: '10.7.0.1',
          containers: [],
        },
      ],
    ],
    [
      'pods with labels',
      'NAME    READY   STATUS                       RESTARTS       AGE   LABELS\nweb-0   0/1     CreateContainerConfigError   3 (2m ago)     9m    app=web,tier=a',
      'pods',
      [
        {
          namespace: '',
          name: 'web-0',
          status: 'CreateContainerConfigError',
          ready: false,
          restarts: 3,
          lastRestartAtMs: nowMs - 120_000,
          createdAtMs: nowMs - 540_000,
          containers: [],
        },
      ],
    ],
    [
      'the images of a DaemonSet, wide',
      'calico-node   3   3   3   3   3   kubernetes.io/os=linux   3d   calico-node   docker.io/calico/node:v3.27.2   k8s-app=calico-node',
      'versions',
      [{ of: 'calico/node', version: 'v3.27.2' }],
    ],
    [
      'the images of a mirror',
      'NAME           READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS     IMAGES                                SELECTOR\ncalico-typha   0/1     1            0           3d    calico-typha   rancher/mirrored-calico-typha:v3.27.2   k8s-app=calico-typha',
      'versions',
      [{ of: 'calico/typha', version: 'v3.27.2' }],
    ],
  ])('%s', (_, text, relation, expected) => {
    expect(rows(text, relation)).toEqual(expected)
    expect(read(text).facts.coverage(relation)).toEqual({ kind: 'partial' })
  })

  test.each<Case>([
    [
      'a peer',
      'tor   10.7.0.251   (global)   64513',
      'bgpPeers',
      [{ name: 'tor', peerIp: '10.7.0.251', asNumber: '64513' }],
    ],
    [
      'a node of calicoctl',
      'wk-1   (unknown)   10.7.0.1/24',
      'calicoNodes',
      [{ name: 'wk-1', asNumber: '(unknown)', ipv4: '10.7.0.1/24' }],
    ],
    [
      'a pool',
      'pool-a   10.61.0.0/16   true   Always   Never   false   false   all()',
      'ipPools',
      [pool('ipip')],
    ],
    [
      'endpoints of Typha',
      'kube-system   calico-typha   <none>   9m',
      'endpoints',
      [{ namespace: 'kube-system', addresses: [] }],
    ],
    [
      'a pod with a person’s remark',
      'coredns-a1b2   0/1   CrashLoopBackOff   (no upstream)',
      'pods',
      [{ name: 'coredns-a1b2', status: 'CrashLoopBackOff', ready: false }],
    ],
    [
      'a pod that waits for its init containers',
      'calico-node-x2k9q   0/1   Init:0/3   0   9m',
      'pods',
      [{ status: 'Init:0/3', ready: false }],
    ],
    [
      'a pod, its state, address and node',
      'calico-node-x2k9q   Evicted   10.7.0.1   wk-1',
      'pods',
      [{ status: 'Evicted', node: 'wk-1' }],
    ],
  ])('without a header: %s', (_, text, relation, expected) => {
    expect(rows(text, relation)).toMatchObject(expected)
  })

  test.each<readonly [string, string, RelationName]>([
    ['a network policy without a header is not endpoints', 'allow-web   <none>   9m', 'endpoints'],
    [
      'policies whose rules are not printed are not policies without rules',
      'NAME    ORDER   SELECTOR\nlock    10      all()',
      'policies',
    ],
    ['a table of another program is not a pool', 'NAME   CIDR\nvpc    none', 'ipamBlocks'],
    [
      'an image of somebody else has no version',
      'NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES         SELECTOR\nweb    1/1     1            1           3d    web          shop/web:1.2   app=web',
      'versions',
    ],
  ])('near miss: %s', (_, text, relation) => {
    expect(rows(text, relation)).toEqual([])
  })
})
