/** Configuration as people paste it: parts of objects, single lines, files. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { read, rows } from '#sources/text/readers/testing.ts'

/** `of in name=value` of each setting, in their order in the facts. */
const settings = (text: string, node?: string): readonly string[] =>
  read(text, node)
    .facts.rows('settings')
    .map((row) =>
      [row.of, row.in, row.node, `${row.name}=${row.value}`].filter((word) => word !== undefined).join(' '),
    )

describe('environment variables', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'an item',
      '- name: CALICO_IPV4POOL_IPIP\n  value: "CrossSubnet"',
      ['env CALICO_IPV4POOL_IPIP=CrossSubnet'],
    ],
    [
      'several, an application’s among them',
      '- name: FELIX_BPFENABLED\n  value: "true"\n- name: LOG_LEVEL\n  value: debug\n- name: CLUSTER_TYPE\n  value: k8s',
      ['env CLUSTER_TYPE=k8s', 'env FELIX_BPFENABLED=true'],
    ],
    [
      'without quotes, with a remark',
      '- name: FELIX_VXLANPORT\n  value: 8472 # ours',
      ['env FELIX_VXLANPORT=8472'],
    ],
    [
      'indented as no parser takes it',
      '- name: IP_AUTODETECTION_METHOD\n              value: "skip-interface=docker.*"',
      ['env IP_AUTODETECTION_METHOD=skip-interface=docker.*'],
    ],
    ['the list with its key', 'env:\n- name: IP6\n  value: none', ['env IP6=none']],
    [
      'a value from elsewhere',
      '- name: CALICO_NETWORKING_BACKEND\n  valueFrom:\n    configMapKeyRef:\n      name: calico-config\n      key: calico_backend\n- name: IP\n  value: autodetect',
      [
        'env CALICO_NETWORKING_BACKEND=<from configMapKeyRef calico-config/calico_backend>',
        'env IP=autodetect',
      ],
    ],
    ['items of flow style', '- {name: FELIX_HEALTHPORT, value: "9098"}', ['env FELIX_HEALTHPORT=9098']],
    ['as JSON', '{"name": "FELIX_IPV6SUPPORT", "value": "true"}', ['env FELIX_IPV6SUPPORT=true']],
    ['of a shell', 'export FELIX_IPTABLESBACKEND=Legacy', ['env FELIX_IPTABLESBACKEND=Legacy']],
    [
      'of a command',
      'IP_AUTODETECTION_METHOD=cidr=10.9.0.0/24',
      ['env IP_AUTODETECTION_METHOD=cidr=10.9.0.0/24'],
    ],
    ['of a chart', 'FELIX_WIREGUARDENABLED: "true"', ['env FELIX_WIREGUARDENABLED=true']],
    ['a secret', 'ETCD_PASSWORD=hunter2', ['env ETCD_PASSWORD=<hidden>']],
    ['near miss: a change', 'FELIX_VXLANPORT=4789 -> 8472', []],
    ['near miss: a column of a listing', 'IP: 10.9.0.7', []],
    ['near miss: another program’s variable', 'DATABASE_URL=postgres://db', []],
    ['near miss: a name without a value', 'env FELIX_VXLANPORT was removed from it', []],
  ])('%s', (_, text, expected) => expect(settings(text)).toEqual(expected))

  test('a secret is not quoted either', () => {
    const { facts } = read(
      '- name: ETCD_PASSWORD\n  value: "hunter2"\nprotocol bgp a from b {\n  password "hunter3";\n}',
    )
    expect(facts.rows('settings')).toHaveLength(2)
    expect(JSON.stringify(facts.rows('settings'))).not.toMatch(/hunter/)
  })
})

describe('parts of resources', () => {
  test.each<[string, string, RelationName, readonly object[]]>([
    [
      'an Installation',
      'bgp: Enabled\nlinuxDataplane: Nftables',
      'settings',
      [
        { of: 'Installation', name: 'calicoNetwork.bgp', value: 'Enabled' },
        { of: 'Installation', name: 'calicoNetwork.linuxDataplane', value: 'Nftables' },
      ],
    ],
    [
      'a pool of an Installation',
      '- cidr: 10.52.0.0/16\n  encapsulation: IPIPCrossSubnet\n  natOutgoing: Disabled',
      'settings',
      [
        { of: 'Installation', name: 'calicoNetwork.ipPools.cidr', value: '10.52.0.0/16' },
        { of: 'Installation', name: 'calicoNetwork.ipPools.encapsulation', value: 'IPIPCrossSubnet' },
        { of: 'Installation', name: 'calicoNetwork.ipPools.natOutgoing', value: 'Disabled' },
      ],
    ],
    [
      'how an Installation finds addresses; its key is no node’s name',
      'nodeAddressAutodetectionV4:\n  cidrs:\n  - 10.9.0.0/24',
      'settings',
      [{ of: 'Installation', name: 'calicoNetwork.nodeAddressAutodetectionV4.cidrs', value: '10.9.0.0/24' }],
    ],
    [
      'an IPPool that says its encapsulation',
      'ipipMode: Never\nvxlanMode: Always\nnodeSelector: zone == "a"\ncidr: 10.52.0.0/16',
      'ipPools',
      [{ name: '10.52.0.0/16', cidr: '10.52.0.0/16', encapsulation: 'vxlan', nodeSelector: 'zone == "a"' }],
    ],
    ['an IPPool that says half of it', 'ipipMode: Never', 'ipPools', []],
    [
      'which is a setting then',
      'ipipMode: Never',
      'settings',
      [{ of: 'other', in: 'IPPool', name: 'ipipMode', value: 'Never' }],
    ],
    [
      'a BGPPeer',
      'peerIP: 10.9.0.1\nasNumber: 65010\npeerSelector: rr == "1"',
      'bgpPeers',
      [{ name: '', peerIp: '10.9.0.1', asNumber: '65010', peerSelector: 'rr == "1"' }],
    ],
    [
      'a number alone is the mesh’s',
      'asNumber: 65010',
      'settings',
      [{ of: 'BGPConfiguration', name: 'asNumber', value: '65010' }],
    ],
    [
      'Calico’s Node',
      'spec:\n  bgp:\n    ipv4Address: 10.9.0.7/24\n  ipv4VXLANTunnelAddr: 10.52.1.2',
      'calicoNodes',
      [{ name: '', ipv4: '10.9.0.7/24', vxlanTunnel: '10.52.1.2' }],
    ],
    [
      'lines of several nodes',
      'ipv4Address: 10.9.0.7/24\nipv4Address: 10.9.0.8/24',
      'calicoNodes',
      [
        { name: '10.9.0.7', ipv4: '10.9.0.7/24' },
        { name: '10.9.0.8', ipv4: '10.9.0.8/24' },
      ],
    ],
    [
      'an IPAMBlock with a remark for what was cut out',
      'affinity: host:edge-7\ncidr: 10.52.1.0/26\nattributes: # there is no vxlan tunnel address here',
      'ipamBlocks',
      [{ kind: 'block', cidr: '10.52.1.0/26', node: 'edge-7', holdsTunnelAddress: false }],
    ],
    [
      'an annotation of a node',
      'projectcalico.org/IPv4Address: 10.9.0.7/32',
      'nodes',
      [{ name: '', calicoIpv4: '10.9.0.7/32' }],
    ],
    [
      'a policy',
      'selector: has(role)\ntypes:\n- Egress\negress:\n- action: Deny',
      'policies',
      [
        {
          name: '',
          selector: 'has(role)',
          types: ['Egress'],
          rules: [{ direction: 'Egress', action: 'Deny' }],
        },
      ],
    ],
    [
      'a condition of an aggregated API',
      'message: no response from https://10.9.0.7:5443/apis/projectcalico.org/v3\nreason: FailedDiscoveryCheck\nstatus: "False"',
      'apiServices',
      [{ name: 'v3.projectcalico.org', available: false, reason: 'FailedDiscoveryCheck' }],
    ],
    [
      'limits of a container',
      'limits:\n  cpu: 200m\n  memory: 128Mi',
      'settings',
      [
        { of: 'container', name: 'resources.limits.cpu', value: '200m' },
        { of: 'container', name: 'resources.limits.memory', value: '128Mi' },
      ],
    ],
    [
      'an image',
      'image: quay.io/calico/typha:v3.28.4\nlivenessProbe:\n  timeoutSeconds: 3',
      'versions',
      [{ of: 'calico/typha', version: 'v3.28.4' }],
    ],
    [
      'kubeadm’s ranges',
      'networking:\n  podSubnet: 10.52.0.0/16\n  serviceSubnet: 10.53.0.0/16',
      'settings',
      [
        { of: 'other', name: 'podSubnet', value: '10.52.0.0/16' },
        { of: 'other', name: 'serviceSubnet', value: '10.53.0.0/16' },
      ],
    ],
    [
      'Kubespray’s names',
      'calico_ip_auto_method: "interface=ens.*"\nkube_pods_subnet: 10.52.0.0/16',
      'settings',
      [
        { of: 'env', name: 'IP_AUTODETECTION_METHOD', value: 'interface=ens.*' },
        { of: 'other', name: 'podSubnet', value: '10.52.0.0/16' },
      ],
    ],
  ])('%s', (_, text, relation, expected) => {
    const read = rows(text, relation)
    expect(read).toHaveLength(expected.length)
    expect(read).toMatchObject(expected)
  })

  test.each<[string, string, readonly string[]]>([
    ['a line', 'wireguardEnabled: true', ['FelixConfiguration wireguardEnabled=true']],
    [
      'a line with a remark',
      'vxlanVNI: 4097   # as in the other cluster',
      ['FelixConfiguration vxlanVNI=4097'],
    ],
    [
      'a line that goes on in words',
      'nodeToNodeMeshEnabled: false while peers are missing',
      ['BGPConfiguration nodeToNodeMeshEnabled=false'],
    ],
    [
      'JSON on one line',
      '{"serviceClusterIPs":[{"cidr":"10.53.0.0/16"}]}',
      ['BGPConfiguration serviceClusterIPs.cidr=10.53.0.0/16'],
    ],
    ['a path', 'resources.limits.memory: 90Mi', ['container resources.limits.memory=90Mi']],
    ['a flag', '    - --cluster-cidr=10.52.0.0/16', ['other cluster-cidr=10.52.0.0/16']],
    [
      'flags of a command line',
      'kube-apiserver --service-cluster-ip-range=10.53.0.0/16 --v=2',
      ['other serviceSubnet=10.53.0.0/16'],
    ],
    ['near miss: a change', 'encapsulation: IPIP -> None', []],
    ['near miss: words', 'mtu: somebody changed it', []],
    ['near miss: a flag without a range', 'pass --cluster-cidr to it', []],
    ['near miss: a key of anybody', 'mode: Always\ncidr: 10.52.0.0/16', []],
    [
      'near miss: a whole object of another kind',
      'kind: Prometheus\nspec:\n  resources:\n    limits:\n      memory: 1Gi',
      [],
    ],
    [
      'near miss: limits of another container',
      '- name: web\n  resources:\n    limits:\n      memory: 1Gi',
      [],
    ],
  ])('%s', (_, text, expected) => expect(settings(text)).toEqual(expected))

  test('a part ends where somebody’s words begin', () => {
    const { pieces } = read(
      'bpfEnabled: true\nbpfLogLevel: Debug\nQuestion: why does it not work on all our nodes?',
    )
    expect(pieces.map(({ format, toLine }) => `${toLine} ${format}`)).toEqual([
      '2 YAML of a part of an object',
      '3 plain sentences',
    ])
  })

  test('words under a key that somebody uses as a heading stay words', () => {
    const text = 'limits:\n  - the node was rebooted on Monday and has failed since'
    expect(rows(text, 'remarks')).toMatchObject([{ says: 'node-was-rebooted' }])
  })

  test('remarks in a part are read', () => {
    const text = 'bpfEnabled: true # set after the node was rebooted\nbpfLogLevel: Info'
    expect(rows(text, 'remarks')).toMatchObject([{ says: 'node-was-rebooted' }])
    expect(settings(text)).toHaveLength(2)
  })

  test('the line that tells it is quoted', () => {
    const text = `apiVersion: projectcalico.org/v3
kind: FelixConfiguration
metadata:
  name: default
spec:
  vxlanPort: 8472`
    expect(read(text).facts.rows('settings')[0]?.from).toMatchObject({
      source: 'paste, line 6',
      quote: 'vxlanPort: 8472',
    })
  })

  test('documents of one file, and slices of one Service', () => {
    const slice = (name: string, address: string) => ({
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'n', labels: { 'kubernetes.io/service-name': 'typha' } },
      endpoints: [{ addresses: [address] }],
      ports: [{ port: 5473 }],
    })
    const list = JSON.stringify({ kind: 'List', items: [slice('a', '10.9.0.7'), slice('b', '10.9.0.8')] })
    expect(rows(list, 'endpoints')).toEqual([
      { namespace: 'n', name: 'typha', addresses: ['10.9.0.7:5473', '10.9.0.8:5473'], seenBy: 'api' },
    ])
    const documents =
      'kind: BGPPeer\nmetadata:\n  name: a\nspec: {peerIP: 10.9.0.1}\n---\nkind: BGPPeer\nmetadata:\n  name: b\nspec: {peerIP: 10.9.0.2}'
    expect(rows(documents, 'bgpPeers')).toHaveLength(2)
  })

  test('nothing of a Secret is kept', () => {
    const text =
      'apiVersion: v1\ndata:\n  etcd-key: c2VjcmV0LWtleQ==\nkind: Secret\nmetadata:\n  name: calico-etcd-secrets\n  namespace: kube-system'
    const { facts } = read(text)
    expect(facts.rows('secrets')).toMatchObject([{ name: 'calico-etcd-secrets', exists: true }])
    expect(JSON.stringify(facts.rows('secrets'))).not.toContain('c2VjcmV0')
    expect(facts.rows('settings')).toEqual([])
  })
})

describe('CNI configurations', () => {
  const conflist = `{
  "name": "pods",
  "cniVersion": "1.0.0",
  "plugins": [
    {
      "type": "calico",
      "mtu": 1380,
      "ipam": { "type": "calico-ipam", "assign_ipv4": "false" },
      "container_settings": { "allow_ip_forwarding": true }
    },
    { "type": "bandwidth" }
  ]
}`
  const all = [
    'cniVersion=1.0.0',
    'container_settings.allow_ip_forwarding=true',
    'ipam.assign_ipv4=false',
    'ipam.type=calico-ipam',
    'mtu=1380',
    'name=pods',
    'plugins.type=bandwidth',
    'plugins.type=calico',
    'type=calico',
  ]

  test('a file, and whose', () => {
    const text = `root@edge-7:~# cat /etc/cni/net.d/10-calico.conflist\n${conflist}`
    expect(settings(text)).toEqual(all.map((each) => `cni /etc/cni/net.d/10-calico.conflist edge-7 ${each}`))
  })

  test.each<[string, string, readonly string[]]>([
    ['whole', conflist, all],
    [
      'cut at its end, in the middle of a word',
      conflist.slice(0, conflist.indexOf('-ipam')),
      ['cniVersion=1.0.0', 'mtu=1380', 'name=pods', 'plugins.type=calico', 'type=calico'],
    ],
    [
      'cut out of its middle',
      '"mtu": 1380,\n"ipam": {\n  "type": "host-local"\n}',
      ['ipam.type=host-local', 'mtu=1380'],
    ],
    ['near miss: JSON of anybody', '{\n  "type": "calico-fan",\n  "mtu": "large"\n}', []],
  ])('%s', (_, text, expected) =>
    expect(settings(text).filter((each) => each.startsWith('cni '))).toEqual(
      expected.map((each) => `cni ${each}`),
    ),
  )
})

describe('BIRD’s configuration', () => {
  test('peers, with what their passwords are not', () => {
    const text = `# Generated by confd
router id 10.9.0.7;
listen bgp address 10.9.0.7 port 1790;

template bgp bgp_template {
  local as 65010;
}
protocol kernel {
  persist;
}
# ------------- Global peers -------------
protocol bgp Global_10_9_0_1 from bgp_template {
  neighbor 10.9.0.1 port 1179 as 65020;
  source address 10.9.0.7;   # its own
  password "hunter2";
}`
    expect(settings(text, 'edge-7')).toEqual(
      [
        'listen bgp port=1790',
        'local as=65010',
        'protocol Global_10_9_0_1 as=65020',
        'protocol Global_10_9_0_1 neighbor=10.9.0.1',
        'protocol Global_10_9_0_1 password=<hidden>',
        'protocol Global_10_9_0_1 port=1179',
        'protocol Global_10_9_0_1 source address=10.9.0.7',
        'protocol kernel persist=on',
        'router id=10.9.0.7',
      ].map((each) => `bird edge-7 ${each}`),
    )
  })

  test('a filter tells which range gets which tunnel', () => {
    const text = `filter calico_kernel_programming {
  if ( net ~ 10.52.0.0/16 ) then {
    krt_tunnel = "tunl0";
    accept;
  }
  accept;
}`
    expect(settings(text)).toEqual([
      'bird filter calico_kernel_programming=accept;',
      'bird filter calico_kernel_programming=if ( net ~ 10.52.0.0/16 ) then { krt_tunnel = "tunl0"; accept; }',
    ])
  })

  test.each([
    ['a line of BIRD’s log', 'bird: Mesh_10_9_0_1: State changed to start'],
    ['code of another language', 'function main() {\n  return 1;\n}'],
    ['words', 'The router id is wrong; the local as too'],
  ])('near miss: %s', (_, text) =>
    expect(settings(text).filter((each) => each.startsWith('bird'))).toEqual([]),
  )
})

describe('keys of etcd', () => {
  test.each<[string, string, RelationName, readonly object[]]>([
    [
      'the mesh, on one line',
      '/calico/bgp/v1/global/node_mesh = {"enabled":true}',
      'settings',
      [{ of: 'BGPConfiguration', in: 'default', name: 'nodeToNodeMeshEnabled', value: 'true' }],
    ],
    [
      'a key above its value, and the next',
      '/calico/bgp/v1/global/as_num\n65010\n/calico/bgp/v1/host/edge-7/ip_addr_v4\n10.9.0.7',
      'calicoNodes',
      [{ name: 'edge-7', ipv4: '10.9.0.7' }],
    ],
    [
      'a node’s tunnel',
      '/calico/v1/host/edge-7/config/IpInIpTunnelAddr\n10.52.1.1',
      'calicoNodes',
      [{ name: 'edge-7', ipipTunnel: '10.52.1.1' }],
    ],
    [
      'a peer of one node',
      '/calico/bgp/v1/host/edge-7/peer_v4/10.9.0.1 {"ip":"10.9.0.1","as_num":"65020"}',
      'bgpPeers',
      [{ peerIp: '10.9.0.1', asNumber: '65020', node: 'edge-7' }],
    ],
    [
      'a pool',
      '/calico/v1/ipam/v4/pool/10.52.0.0-16 = {"cidr":"10.52.0.0/16","ipip":"tunl0","ipip_mode":"always","masquerade":false}',
      'ipPools',
      [{ name: '10.52.0.0/16', encapsulation: 'ipip', natOutgoing: false }],
    ],
    [
      'whose a block is',
      '/calico/ipam/v2/host/edge-7/ipv4/block/10.52.1.0-26 = {"state":"confirmed"}',
      'ipamBlocks',
      [{ cidr: '10.52.1.0/26', node: 'edge-7' }],
    ],
    [
      'a resource',
      '/calico/resources/v3/projectcalico.org/felixconfigurations/default\n{"kind":"FelixConfiguration","metadata":{"name":"default"},"spec":{"ipipMTU":1400}}',
      'settings',
      [{ of: 'FelixConfiguration', in: 'default', name: 'ipipMTU', value: '1400' }],
    ],
    ['near miss: another program’s key', '/registry/pods/n/x = {"enabled":true}', 'settings', []],
    ['near miss: a key that is only spoken of', 'we looked at /calico/bgp/v1/global/as_num', 'settings', []],
  ])('%s', (_, text, relation, expected) => {
    const read = rows(text, relation)
    expect(read).toHaveLength(expected.length)
    expect(read).toMatchObject(expected)
  })
})

describe('whatever becomes of it, it is read or left', () => {
  const pieces = [
    'env:\n- name: IP\n      value: "autodetect"\n- name: X\n  valueFrom:\n    fieldRef:\n      fieldPath: spec.nodeName',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: calico-config\ndata:\n  veth_mtu: "0"\n  cni_network_config: |-\n    {"plugins": [{"type": "calico", "mtu": __CNI_MTU__}]}',
    'spec:\n  bgp:\n    ipv4Address: 10.9.0.7/24\n  cidr: [10.52.0.0/16',
    '{"kind":"IPAMBlock","spec":{"cidr":"10.52.1.0/26","allocations":[0,null],"attributes":[{"handle_id":"a"}]}}',
    'protocol bgp Mesh_10_9_0_1 from t {\n  neighbor 10.9.0.1 as 65010;\n  password "x";\n}\nfilter f {\n  if (net ~ 1.0.0.0/8) then {\n accept; }\n}',
    '/calico/bgp/v1/host/a/peer_v4/10.9.0.1\n{"ip":"10.9.0.1"}',
    'types: [Ingress]\nselector: all()\ningress:\n- action: Deny\n  destination: {ports: [1, "2:3"]}',
    '"mtu": 1400,\n"ipam": {"type": "calico-ipam"',
    'webhooks:\n- name: a\n  clientConfig: {url: x}\nrules:\n- verbs: [get]',
    'nodeToNodeMeshEnabled: false # remark\n--cluster-cidr=10.52.0.0/16',
  ]

  const mutated = fc
    .record({
      parts: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 3 }),
      glue: fc.constantFrom('\n', '\n\n', ' ', '\n---\n', ''),
      cuts: fc.array(
        fc.tuple(fc.nat(), fc.nat(20), fc.constantFrom('', ':', '- ', '{', '"', '\n  ', '#', '}')),
        { maxLength: 5 },
      ),
    })
    .map(({ parts, glue, cuts }) => {
      let text = parts.join(glue)
      for (const [at, length, inserted] of cuts) {
        const start = at % Math.max(1, text.length)
        text = text.slice(0, start) + inserted + text.slice(start + length)
      }
      return text
    })

  test('mutated configuration', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const lines = text.split('\n').length
        for (const { fromLine, toLine } of text.trim() === '' ? [] : read(text).pieces) {
          expect(fromLine).toBeGreaterThanOrEqual(1)
          expect(toLine).toBeLessThanOrEqual(lines)
        }
      }),
      { numRuns: 400 },
    )
  })
})
