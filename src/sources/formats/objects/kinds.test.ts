import { describe, expect, test } from 'vitest'
import { kindRows } from '#sources/formats/objects/kinds.ts'

const v3 = 'projectcalico.org/v3'
const crd = 'crd.projectcalico.org/v1'

/** `relation: row` of each row. */
const rowsOf = (object: unknown): readonly object[] => (kindRows(object) ?? []).map(({ row }) => row)

/** `of in name=value` of each setting. */
const settingsOf = (object: unknown): readonly string[] =>
  (kindRows(object) ?? []).flatMap((told) =>
    told.relation === 'settings'
      ? [
          [told.row.of, told.row.in, told.row.node, `${told.row.name}=${told.row.value}`]
            .filter((word) => word !== undefined)
            .join(' '),
        ]
      : [],
  )

describe('settings of resources', () => {
  test.each<[string, object, readonly string[]]>([
    [
      'FelixConfiguration of the cluster',
      {
        apiVersion: crd,
        kind: 'FelixConfiguration',
        metadata: { name: 'default' },
        spec: { bpfEnabled: true },
      },
      ['FelixConfiguration default bpfEnabled=true'],
    ],
    [
      'FelixConfiguration of one node; an empty list is a value',
      {
        apiVersion: v3,
        kind: 'FelixConfiguration',
        metadata: { name: 'node.edge-7' },
        spec: { failsafeInboundHostPorts: [], vxlanPort: 8472 },
      },
      [
        'FelixConfiguration node.edge-7 edge-7 failsafeInboundHostPorts=[]',
        'FelixConfiguration node.edge-7 edge-7 vxlanPort=8472',
      ],
    ],
    [
      'BGPConfiguration: items of a list have the path of their list',
      {
        kind: 'BGPConfiguration',
        metadata: { name: 'default' },
        spec: {
          nodeToNodeMeshEnabled: false,
          serviceClusterIPs: [{ cidr: '10.43.0.0/16' }, { cidr: 'fd43::/112' }],
        },
      },
      [
        'BGPConfiguration default nodeToNodeMeshEnabled=false',
        'BGPConfiguration default serviceClusterIPs.cidr=10.43.0.0/16',
        'BGPConfiguration default serviceClusterIPs.cidr=fd43::/112',
      ],
    ],
    [
      'IPAMConfiguration is IPAMConfig',
      {
        apiVersion: v3,
        kind: 'IPAMConfiguration',
        metadata: { name: 'default' },
        spec: { strictAffinity: true },
      },
      ['IPAMConfig default strictAffinity=true'],
    ],
    [
      'KubeControllersConfiguration',
      {
        kind: 'KubeControllersConfiguration',
        metadata: { name: 'default' },
        spec: { controllers: { node: { hostEndpoint: { autoCreate: 'Enabled' } } } },
      },
      ['KubeControllersConfiguration default controllers.node.hostEndpoint.autoCreate=Enabled'],
    ],
    [
      'Installation with what the operator says of it',
      {
        apiVersion: 'operator.tigera.io/v1',
        kind: 'Installation',
        metadata: { name: 'default' },
        spec: { calicoNetwork: { mtu: 1410, ipPools: [{ cidr: '10.52.0.0/16', encapsulation: 'IPIP' }] } },
        status: { conditions: [{ type: 'Degraded', status: 'True' }] },
      },
      [
        'Installation default calicoNetwork.mtu=1410',
        'Installation default calicoNetwork.ipPools.cidr=10.52.0.0/16',
        'Installation default calicoNetwork.ipPools.encapsulation=IPIP',
        'Installation default status.Degraded=True',
      ],
    ],
    [
      'TigeraStatus',
      {
        kind: 'TigeraStatus',
        metadata: { name: 'apiserver' },
        status: { conditions: [{ type: 'Available', status: 'False' }] },
      },
      ['Installation apiserver status.Available=False'],
    ],
    [
      'ConfigMap of the API server’s address',
      {
        kind: 'ConfigMap',
        metadata: { name: 'kubernetes-services-endpoint', namespace: 'tigera-operator' },
        data: { KUBERNETES_SERVICE_HOST: 'lb.example.org', KUBERNETES_SERVICE_PORT: '6443' },
      },
      [
        'env kubernetes-services-endpoint KUBERNETES_SERVICE_HOST=lb.example.org',
        'env kubernetes-services-endpoint KUBERNETES_SERVICE_PORT=6443',
      ],
    ],
    [
      'calico-config, whose CNI template is no JSON yet',
      {
        kind: 'ConfigMap',
        metadata: { name: 'calico-config' },
        data: {
          veth_mtu: '1380',
          cni_network_config:
            '{"name":"pods","plugins":[{"type":"calico","mtu":__CNI_MTU__,"ipam":{"type":"host-local"}},{"type":"portmap"}]}',
        },
      },
      [
        'env calico-config veth_mtu=1380',
        'cni calico-config name=pods',
        'cni calico-config plugins.type=calico',
        'cni calico-config plugins.type=portmap',
        'cni calico-config type=calico',
        'cni calico-config mtu=__CNI_MTU__',
        'cni calico-config ipam.type=host-local',
      ],
    ],
    [
      'kube-proxy’s own file in its ConfigMap',
      {
        kind: 'ConfigMap',
        metadata: { name: 'kube-proxy' },
        data: {
          'config.conf':
            'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nclusterCIDR: 10.50.0.0/16\n',
          'kubeconfig.conf': 'kind: Config',
        },
      },
      [
        'kube-proxy kube-proxy mode=ipvs',
        'kube-proxy kube-proxy clusterCIDR=10.50.0.0/16',
        'other cluster-cidr=10.50.0.0/16',
      ],
    ],
    [
      'kubeadm’s address ranges',
      {
        kind: 'ClusterConfiguration',
        networking: { podSubnet: '10.60.0.0/16', serviceSubnet: '10.61.0.0/16', dnsDomain: 'c.local' },
      },
      ['other podSubnet=10.60.0.0/16', 'other serviceSubnet=10.61.0.0/16'],
    ],
    [
      'an application’s ConfigMap',
      { kind: 'ConfigMap', metadata: { name: 'web' }, data: { LOG_LEVEL: 'debug', IP_LIST: 'a' } },
      [],
    ],
    [
      'what may be a secret is hidden',
      { kind: 'FelixConfiguration', metadata: { name: 'default' }, spec: { someToken: 'abc' } },
      ['FelixConfiguration default someToken=<hidden>'],
    ],
  ])('%s', (_, object, expected) => expect(settingsOf(object)).toEqual(expected))
})

describe('rows of resources', () => {
  const metadata = { name: 'x' }

  test.each<[string, object, readonly object[]]>([
    [
      'an IPPool',
      {
        apiVersion: v3,
        kind: 'IPPool',
        metadata,
        spec: {
          cidr: '10.52.0.0/16',
          vxlanMode: 'CrossSubnet',
          natOutgoing: false,
          blockSize: 27,
          allowedUses: ['Workload'],
        },
      },
      [
        {
          cidr: '10.52.0.0/16',
          encapsulation: 'vxlan-cross-subnet',
          natOutgoing: false,
          blockSize: 27,
          allowedUses: ['Workload'],
        },
      ],
    ],
    [
      'a pool of the first API',
      {
        kind: 'ipPool',
        metadata: { cidr: '10.52.0.0/16' },
        spec: { ipip: { enabled: true, mode: 'cross-subnet' }, 'nat-outgoing': true },
      },
      [{ name: '10.52.0.0/16', encapsulation: 'ipip-cross-subnet', natOutgoing: true }],
    ],
    [
      'values of a chart',
      {
        kind: 'HelmChartConfig',
        metadata,
        spec: { valuesContent: 'felixConfiguration:\n  wireguardEnabled: true\n' },
      },
      [{ of: 'FelixConfiguration', name: 'wireguardEnabled', value: 'true' }],
    ],
    [
      'a BGPPeer names its password and never holds it',
      {
        kind: 'BGPPeer',
        metadata,
        spec: {
          peerIP: '10.9.0.1',
          asNumber: 65010,
          password: { secretKeyRef: { name: 'peers', key: 'one' } },
        },
      },
      [{ name: 'x', peerIp: '10.9.0.1', asNumber: '65010', passwordSecret: { name: 'peers', key: 'one' } }],
    ],
    [
      'an IPAMBlock counts what is given away',
      {
        kind: 'IPAMBlock',
        spec: {
          cidr: '10.52.1.0/30',
          affinity: 'host:edge-7',
          allocations: [0, null, 1, null],
          attributes: [{ handle_id: 'vxlan-tunnel-addr-edge-7' }, { handle_id: 'k8s-pod-network.77' }],
        },
      },
      [{ kind: 'block', cidr: '10.52.1.0/30', node: 'edge-7', total: 4, used: 2, holdsTunnelAddress: true }],
    ],
    [
      'an IPAMBlock of pods alone',
      {
        kind: 'IPAMBlock',
        spec: {
          cidr: '10.52.1.0/30',
          affinity: 'host:edge-7',
          attributes: [{ handle_id: 'k8s-pod-network.77' }],
        },
      },
      [{ kind: 'block', cidr: '10.52.1.0/30', node: 'edge-7', holdsTunnelAddress: false }],
    ],
    [
      'an IPAMBlock without owner',
      { kind: 'IPAMBlock', spec: { cidr: '10.52.1.0/30' } },
      [{ kind: 'block', cidr: '10.52.1.0/30', node: null }],
    ],
    [
      'a BlockAffinity',
      {
        kind: 'BlockAffinity',
        spec: { cidr: '10.52.1.0/30', node: 'edge-7', state: 'confirmed', deleted: 'false' },
      },
      [{ kind: 'block', cidr: '10.52.1.0/30', node: 'edge-7' }],
    ],
    [
      'a BlockAffinity that is given up',
      {
        kind: 'BlockAffinity',
        spec: { cidr: '10.52.1.0/30', node: 'edge-7', state: 'confirmed', deleted: 'true' },
      },
      [],
    ],
    [
      'Calico’s Node',
      {
        apiVersion: v3,
        kind: 'Node',
        metadata,
        spec: {
          bgp: { ipv4Address: '10.9.0.7/24', ipv4IPIPTunnelAddr: '10.52.1.1' },
          ipv4VXLANTunnelAddr: '10.52.1.2',
        },
        status: { wireguardPublicKey: 'k=' },
      },
      [
        {
          name: 'x',
          ipv4: '10.9.0.7/24',
          ipipTunnel: '10.52.1.1',
          vxlanTunnel: '10.52.1.2',
          wireguardPublicKey: 'k=',
        },
      ],
    ],
    [
      'a HostEndpoint',
      {
        kind: 'HostEndpoint',
        metadata: { name: 'x', labels: { zone: 'a' } },
        spec: { node: 'edge-7', interfaceName: 'eth1', expectedIPs: ['10.9.0.7'] },
      },
      [
        {
          name: 'x',
          node: 'edge-7',
          interfaceName: 'eth1',
          expectedIps: ['10.9.0.7'],
          labels: { zone: 'a' },
        },
      ],
    ],
    [
      'a NetworkPolicy of Kubernetes: its rules allow, one for each protocol',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name: 'x', namespace: 'shop' },
        spec: {
          podSelector: { matchLabels: { app: 'web' } },
          egress: [
            {
              ports: [
                { port: 53, protocol: 'UDP' },
                { port: 8000, endPort: 8010 },
              ],
            },
            {},
          ],
        },
      },
      [
        {
          kind: 'NetworkPolicy',
          namespace: 'shop',
          name: 'x',
          selector: "app == 'web'",
          types: ['Ingress', 'Egress'],
          rules: [
            { direction: 'Egress', action: 'Allow', protocol: 'UDP', ports: ['53'] },
            { direction: 'Egress', action: 'Allow', protocol: 'TCP', ports: ['8000:8010'] },
            { direction: 'Egress', action: 'Allow' },
          ],
        },
      ],
    ],
    [
      'a GlobalNetworkPolicy: types follow its rules, no selector is everything',
      {
        apiVersion: crd,
        kind: 'GlobalNetworkPolicy',
        metadata,
        spec: { egress: [{ action: 'Deny', protocol: 'TCP', destination: { ports: [179] } }], preDNAT: true },
      },
      [
        {
          kind: 'GlobalNetworkPolicy',
          selector: '',
          types: ['Egress'],
          rules: [{ direction: 'Egress', action: 'Deny', protocol: 'TCP', ports: ['179'] }],
          preDnat: true,
        },
      ],
    ],
    [
      'a Service',
      {
        kind: 'Service',
        metadata: { name: 'x', namespace: 'n' },
        spec: { clusterIP: '10.43.0.9', type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] },
      },
      [{ namespace: 'n', name: 'x', clusterIp: '10.43.0.9', type: 'NodePort', ports: ['80:30080/TCP'] }],
    ],
    [
      'Endpoints: nobody ready is an empty list',
      {
        kind: 'Endpoints',
        metadata: { name: 'x', namespace: 'n' },
        subsets: [{ notReadyAddresses: [{ ip: '10.9.0.7' }], ports: [{ port: 5473 }] }],
      },
      [{ namespace: 'n', name: 'x', addresses: [], notReady: ['10.9.0.7:5473'], seenBy: 'api' }],
    ],
    [
      'an EndpointSlice is of the Service in its label',
      {
        kind: 'EndpointSlice',
        metadata: { name: 'x-abcde', namespace: 'n', labels: { 'kubernetes.io/service-name': 'x' } },
        endpoints: [{ addresses: ['fd00::7'], conditions: { ready: true } }],
        ports: [{ port: 443 }],
      },
      [{ namespace: 'n', name: 'x', addresses: ['[fd00::7]:443'], seenBy: 'api' }],
    ],
    [
      'a ClusterRole',
      {
        kind: 'ClusterRole',
        metadata,
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
      },
      [
        {
          kind: 'ClusterRole',
          name: 'x',
          rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }],
        },
      ],
    ],
    [
      'a webhook configuration, one row for each webhook',
      {
        kind: 'MutatingWebhookConfiguration',
        metadata,
        webhooks: [
          {
            name: 'pods.example.org',
            failurePolicy: 'Fail',
            clientConfig: { service: { namespace: 'n', name: 's' } },
            rules: [{ resources: ['pods'] }, { resources: ['pods', 'services'] }],
          },
          {
            name: 'all.example.org',
            clientConfig: { url: 'https://hooks.example.org' },
            rules: [{ resources: ['*'] }],
          },
        ],
      },
      [
        {
          name: 'pods.example.org',
          kind: 'mutating',
          failurePolicy: 'Fail',
          service: 'n/s',
          resources: ['pods', 'services'],
        },
        { name: 'all.example.org', kind: 'mutating', url: 'https://hooks.example.org', resources: ['*'] },
      ],
    ],
    [
      'a CertificateSigningRequest that waits',
      {
        kind: 'CertificateSigningRequest',
        metadata: { name: 'csr-7k2xq' },
        spec: {
          signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
          username: 'system:node:k8s-worker-03',
          request: 'LS0t',
        },
        status: {},
      },
      [
        {
          name: 'csr-7k2xq',
          state: 'pending',
          signer: 'kubernetes.io/kube-apiserver-client-kubelet',
          requestor: 'system:node:k8s-worker-03',
        },
      ],
    ],
    [
      'a CertificateSigningRequest that was approved and cannot be signed',
      {
        kind: 'CertificateSigningRequest',
        metadata: { name: 'csr-zz9x4' },
        spec: { username: 'alice' },
        status: { conditions: [{ type: 'Approved' }, { type: 'Failed' }] },
      },
      [{ name: 'csr-zz9x4', state: 'failed', requestor: 'alice' }],
    ],
    [
      'an APIService',
      {
        kind: 'APIService',
        metadata: { name: 'v3.projectcalico.org' },
        spec: { service: { namespace: 'calico-apiserver', name: 'calico-api' } },
        status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
      },
      [
        {
          name: 'v3.projectcalico.org',
          available: false,
          reason: 'MissingEndpoints',
          service: 'calico-apiserver/calico-api',
        },
      ],
    ],
    [
      'a Secret: that it is there, and nothing else',
      { kind: 'Secret', metadata: { name: 'x', namespace: 'n' }, data: { key: 'c2VjcmV0' } },
      [{ namespace: 'n', name: 'x', exists: true }],
    ],
    [
      'a CalicoNodeStatus: states that it cannot name are not up',
      {
        kind: 'CalicoNodeStatus',
        spec: { node: 'edge-7' },
        status: {
          bgp: {
            peersV4: [
              { peerIP: '10.9.0.1', type: 'GlobalPeer', state: 'Established' },
              { peerIP: '10.9.0.2', type: 'NodeMesh' },
            ],
          },
        },
      },
      [
        { node: 'edge-7', peer: '10.9.0.1', kind: 'global', up: true, state: 'Established' },
        { node: 'edge-7', peer: '10.9.0.2', kind: 'mesh', up: false, state: '' },
      ],
    ],
    [
      'ClusterInformation tells Calico’s version',
      { kind: 'ClusterInformation', metadata: { name: 'default' }, spec: { calicoVersion: 'v3.28.4' } },
      [{ name: 'calicoVersion' }, { of: 'calico', version: 'v3.28.4' }],
    ],
  ])('%s', (_, object, expected) => {
    const rows = rowsOf(object)
    expect(rows).toHaveLength(expected.length)
    expect(rows).toMatchObject(expected)
  })

  test.each([
    [
      'a kind of somebody else',
      { kind: 'Prometheus', metadata, spec: { resources: { limits: { memory: '1Gi' } } } },
    ],
    ['no kind at all', { spec: { ipipMode: 'Always' } }],
    ['Kubernetes’ own Node has another reader', { apiVersion: 'v1', kind: 'Node', metadata }],
  ])('not here: %s', (_, object) => expect(kindRows(object)).toBeUndefined())
})

describe('how Calico’s containers run', () => {
  const daemonSet = (name: string, spec: object) => ({
    kind: 'DaemonSet',
    metadata: { name, namespace: 'n' },
    spec: { template: { spec } },
  })

  test('a DaemonSet', () => {
    const object = daemonSet('calico-node', {
      hostNetwork: true,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      containers: [
        {
          name: 'calico-node',
          image: 'mirror.example.org:5000/calico/node:v3.28.4',
          env: [
            { name: 'IP', value: 'autodetect' },
            {
              name: 'FELIX_VXLANMTU',
              valueFrom: { configMapKeyRef: { name: 'calico-config', key: 'veth_mtu' } },
            },
            { name: 'ETCD_PASSWORD', value: 'hunter2' },
          ],
          envFrom: [{ configMapRef: { name: 'kubernetes-services-endpoint' } }],
          resources: { limits: { memory: '300Mi' } },
          readinessProbe: { timeoutSeconds: 2 },
          volumeMounts: [{ mountPath: '/lib/modules', name: 'lib-modules' }],
        },
      ],
      volumes: [
        { name: 'bpffs', hostPath: { path: '/sys/fs/bpf', type: 'Directory' } },
        { name: 'tmp', emptyDir: {} },
      ],
    })
    expect(settingsOf(object)).toEqual([
      'container calico-node image=mirror.example.org:5000/calico/node:v3.28.4',
      'env calico-node IP=autodetect',
      'env calico-node FELIX_VXLANMTU=<from configMapKeyRef calico-config/veth_mtu>',
      'env calico-node ETCD_PASSWORD=<hidden>',
      'container calico-node envFrom=configmap/kubernetes-services-endpoint',
      'container calico-node resources.limits.memory=300Mi',
      'container calico-node readinessProbe.timeoutSeconds=2',
      'container calico-node volumeMounts=/lib/modules',
      'container calico-node hostNetwork=true',
      'container calico-node nodeSelector=kubernetes.io/os=linux',
      'container calico-node volumes.hostPath=/sys/fs/bpf Directory',
    ])
    expect(rowsOf(object)).toContainEqual({ of: 'calico/node', version: 'v3.28.4' })
  })

  test('of other workloads only what concerns the cluster', () => {
    const object = daemonSet('kube-proxy', {
      containers: [
        {
          name: 'kube-proxy',
          image: 'registry.k8s.io/kube-proxy:v1.30.7',
          command: ['/usr/local/bin/kube-proxy', '--cluster-cidr=10.52.0.0/16'],
          env: [{ name: 'NODE_NAME', value: 'x' }],
        },
        { name: 'web', image: 'nginx:1.27' },
      ],
    })
    expect(settingsOf(object)).toEqual(['other cluster-cidr=10.52.0.0/16'])
    expect(rowsOf(object)).toContainEqual({ of: 'kube-proxy', version: 'v1.30.7' })
    expect(rowsOf(object)).not.toContainEqual({ of: 'nginx', version: '1.27' })
  })
})
