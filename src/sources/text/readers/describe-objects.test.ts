import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { rows } from '#sources/text/readers/testing.ts'

const custom = (kind: string, spec: string) =>
  `Name:         one\nNamespace:    \nLabels:       role=edge\nAnnotations:  <none>\nAPI Version:  crd.projectcalico.org/v1\nKind:         ${kind}\nMetadata:\n  Generation:  2\nSpec:\n${spec}\nEvents:  <none>`

describe('kubectl describe of other objects', () => {
  test.each<readonly [string, string, RelationName, readonly object[]]>([
    [
      'an IPPool',
      custom(
        'IPPool',
        '  Block Size:     27\n  Cidr:           10.61.0.0/16\n  Disabled:       true\n  Ipip Mode:      Always\n  Nat Outgoing:   true\n  Vxlan Mode:     Never',
      ),
      'ipPools',
      [{ name: 'one', cidr: '10.61.0.0/16', disabled: true, encapsulation: 'ipip' }],
    ],
    [
      'a FelixConfiguration',
      custom('FelixConfiguration', '  Bpf Enabled:          true\n  Vxlan Port:           8472'),
      'settings',
      [
        { of: 'FelixConfiguration', in: 'one', name: 'bpfEnabled', value: 'true' },
        { of: 'FelixConfiguration', in: 'one', name: 'vxlanPort', value: '8472' },
      ],
    ],
    [
      'a HostEndpoint with a list of addresses',
      custom(
        'HostEndpoint',
        '  Expected I Ps:\n    10.7.0.1\n    192.0.2.7\n  Interface Name:  eth0\n  Node:            wk-1',
      ),
      'hostEndpoints',
      [
        {
          node: 'wk-1',
          interfaceName: 'eth0',
          expectedIps: ['10.7.0.1', '192.0.2.7'],
          labels: { role: 'edge' },
        },
      ],
    ],
    [
      'a BGPPeer',
      custom('BGPPeer', '  As Number:  64513\n  Node:       wk-1\n  Peer IP:    10.7.0.251'),
      'bgpPeers',
      [{ name: 'one', asNumber: '64513', node: 'wk-1', peerIp: '10.7.0.251' }],
    ],
    [
      'two rules of a policy: a key that comes again starts the next',
      custom(
        'GlobalNetworkPolicy',
        '  Egress:\n    Action:    Allow\n    Protocol:  UDP\n    Action:    Deny\n  Selector:    all()\n  Types:\n    Egress',
      ),
      'policies',
      [
        {
          selector: 'all()',
          types: ['Egress'],
          rules: [
            { direction: 'Egress', action: 'Allow', protocol: 'UDP' },
            { direction: 'Egress', action: 'Deny' },
          ],
        },
      ],
    ],
    [
      'a Service, which has an address as a pod has',
      'Name:              calico-typha\nNamespace:         kube-system\nSelector:          k8s-app=calico-typha\nType:              ClusterIP\nIP:                10.96.4.4\nPort:              calico-typha  5473/TCP\nTargetPort:        calico-typha/TCP\nEndpoints:         <none>\nSession Affinity:  None',
      'services',
      [
        {
          namespace: 'kube-system',
          name: 'calico-typha',
          clusterIp: '10.96.4.4',
          type: 'ClusterIP',
          ports: ['5473/TCP'],
        },
      ],
    ],
    [
      'Endpoints',
      'Name:         calico-typha\nNamespace:    kube-system\nSubsets:\n  Addresses:          <none>\n  NotReadyAddresses:  10.7.0.2\n  Ports:\n    Name          Port  Protocol\n    ----          ----  --------\n    calico-typha  5473  TCP',
      'endpoints',
      [
        {
          namespace: 'kube-system',
          name: 'calico-typha',
          addresses: [],
          notReady: ['10.7.0.2:5473'],
          seenBy: 'api',
        },
      ],
    ],
  ])('%s', (_, text, relation, expected) => {
    expect(rows(text, relation)).toMatchObject(expected)
    expect(rows(text, 'pods')).toEqual([])
  })

  test('keys that objects have by themselves are keys like others', () => {
    const text = custom('FelixConfiguration', '  Bpf Enabled:  true\n  Constructor:  x')
    expect(rows(text, 'settings')).toMatchObject([
      { name: 'bpfEnabled' },
      { name: 'constructor', value: 'x' },
    ])
  })
})
