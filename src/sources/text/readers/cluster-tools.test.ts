import { describe, expect, test } from 'vitest'
import type { RelationName } from '#cluster/relations.ts'
import { formats, read, rows } from '#sources/text/readers/testing.ts'

describe('calicoctl ipam', () => {
  test('show --show-blocks, cut at its right end', () => {
    const text = `+----------+----------------+-----------+------------+
| GROUPING |      CIDR      | IPS TOTAL | IPS IN USE |
+----------+----------------+-----------+------------+
| IP Pool  | 10.61.0.0/16   |     65536 | 70 (0%)    |
| Block    | 10.61.4.64/26  |        64 | 64 (100%)  |
+----------+----------------+-----------+------------+`
    expect(formats(read(text).pieces)).toEqual(['calicoctl ipam show'])
    expect(rows(text, 'ipamBlocks')).toEqual([
      { kind: 'block', cidr: '10.61.4.64/26', total: 64, used: 64 },
      { kind: 'pool', cidr: '10.61.0.0/16', total: 65536, used: 70 },
    ])
  })

  test.each<readonly [string, string, object]>([
    [
      'a row alone',
      '| Block    | 10.61.4.64/26  |        64 | 3 (5%)     | 61 (95%)     |',
      { total: 64, used: 3 },
    ],
    ['a row without its bars', 'Block   10.61.4.64/26   64   3 (5%)   61 (95%)', { total: 64, used: 3 }],
    [
      'numbers as Go prints large ones',
      '| IP Pool  | 10.0.0.0/8 | 1.6777e+07 | 5 (0%) | 1.6777e+07 (100%) |',
      { kind: 'pool', total: 16_777_000, used: 5 },
    ],
  ])('show: %s', (_, text, row) => {
    expect(rows(text, 'ipamBlocks')).toMatchObject([row])
  })

  test('show --show-configuration', () => {
    const text = `+--------------------+-------+
|      PROPERTY      | VALUE |
+--------------------+-------+
| StrictAffinity     | true  |
| MaxBlocksPerHost   |     4 |
+--------------------+-------+`
    expect(rows(text, 'settings')).toEqual([
      { of: 'IPAMConfig', in: 'default', name: 'maxBlocksPerHost', value: '4' },
      { of: 'IPAMConfig', in: 'default', name: 'strictAffinity', value: 'true' },
    ])
  })

  test('check: whose blocks, and what does not add up', () => {
    const text = `Checking IPAM for inconsistencies...

Loading all IPAM blocks...
Found 2 IPAM blocks.
 IPAM block 10.61.4.64/26 affinity=host:wk-1:
 IPAM block 10.61.5.0/26 affinity=<none>:
IPAM blocks record 9 allocations.

Scanning for IPs that are allocated but not actually in use...
Found 7 IPs that are allocated in IPAM but not actually in use.
Found 0 in-use IPs that are not in active IP pools.`
    expect(rows(text, 'ipamBlocks')).toEqual([
      { kind: 'block', cidr: '10.61.4.64/26', node: 'wk-1' },
      { kind: 'block', cidr: '10.61.5.0/26', node: null },
    ])
    expect(rows(text, 'messages')).toMatchObject([
      { message: { id: 'calicoctl/ipam-leaked', params: { count: '7' } } },
    ])
  })

  test('near miss: another framed table is none of it', () => {
    const text = '+------+------+\n| IP   | NAME |\n+------+------+\n| 10.1 | x    |\n+------+------+'
    expect(formats(read(text).pieces)).not.toContain('calicoctl ipam show')
  })
})

describe('versions', () => {
  test.each<readonly [string, string, readonly object[]]>([
    [
      'calicoctl',
      'Client Version:    v3.28.1\nGit commit:        601856343\nCluster Version:   v3.27.2\nCluster Type:      k8s,bgp,kdd',
      [
        { of: 'calicoctl', version: 'v3.28.1' },
        { of: 'calico', version: 'v3.27.2' },
      ],
    ],
    [
      'kubectl',
      'Client Version: v1.31.2\nKustomize Version: v5.4.2\nServer Version: v1.30.6',
      [
        { of: 'kubectl', version: 'v1.31.2' },
        { of: 'kubernetes', version: 'v1.30.6' },
      ],
    ],
    [
      'kubectl before 1.28',
      'Server Version: version.Info{Major:"1", Minor:"20", GitVersion:"v1.20.4", GitCommit:"e87da0b"}',
      [{ of: 'kubernetes', version: 'v1.20.4' }],
    ],
  ])('of %s', (_, text, expected) => {
    expect(rows(text, 'versions')).toEqual(expected)
  })
})

describe('clouds', () => {
  test.each<readonly [string, string, RelationName, readonly object[]]>([
    [
      'workers of a VPC',
      'ID                         Primary IP   Flavor     State      Status      Zone         Version\nkube-c1-demo-pool-000001   10.240.0.4   bx2.4x16   critical   Not Ready   us-south-1   1.28.4_1543*',
      'workers',
      [
        {
          id: 'kube-c1-demo-pool-000001',
          node: '10.240.0.4',
          state: 'critical',
          status: 'Not Ready',
          zone: 'us-south-1',
          version: '1.28.4_1543*',
        },
      ],
    ],
    [
      'a worker alone, of classic infrastructure',
      'kube-dal10-cr1-w3   198.51.100.4   10.176.4.5   b3c.4x16   normal   Ready   dal10   1.27.4_1543',
      'workers',
      [
        {
          id: 'kube-dal10-cr1-w3',
          node: '10.176.4.5',
          state: 'normal',
          status: 'Ready',
          zone: 'dal10',
          version: '1.27.4_1543',
        },
      ],
    ],
    [
      'worker get',
      'ID:            kube-dal10-cr1-w3\nState:         reload_failed\nStatus:        x y z\nPrivate VLAN:  2234945\nPrivate IP:    10.176.4.5\nZone:          dal10\nVersion:       1.27.4_1543',
      'workers',
      [
        {
          id: 'kube-dal10-cr1-w3',
          node: '10.176.4.5',
          state: 'reload_failed',
          status: 'x y z',
          vlan: '2234945',
          zone: 'dal10',
          version: '1.27.4_1543',
        },
      ],
    ],
    [
      'rules of a security group',
      '$ ibmcloud is security-group-rules kube-c1\nID          Direction   IP version   Protocol                        Remote\nr006-aaaa   inbound     ipv4         tcp Ports:Min=30000,Max=32767   0.0.0.0/0',
      'cloudRules',
      [
        {
          kind: 'security-group',
          group: 'kube-c1',
          direction: 'inbound',
          action: 'allow',
          protocol: 'tcp',
          portMin: 30000,
          portMax: 32767,
          remote: '0.0.0.0/0',
        },
      ],
    ],
    [
      'rules of a network ACL',
      'ID    Name    Action   Direction   Protocol   Source          Destination\nx-1   no-in   deny     inbound     all        10.240.0.0/18   0.0.0.0/0',
      'cloudRules',
      [
        {
          kind: 'network-acl',
          group: '',
          direction: 'inbound',
          action: 'deny',
          protocol: 'all',
          remote: '10.240.0.0/18',
        },
      ],
    ],
    [
      'routes of a VPC',
      'ID    Name   Action    Destination     Next hop     Zone\nr-1   out    deliver   10.61.0.0/16    10.240.0.9   us-south-1',
      'cloudRules',
      [{ kind: 'route', group: '', action: 'deliver', destination: '10.61.0.0/16', nextHop: '10.240.0.9' }],
    ],
    [
      'endpoint gateways',
      '$ ibmcloud is endpoint-gateways\nListing endpoint gateways...\nID          Name      VPC     Reserved IPs            Health state   Lifecycle state   Resource group\nr006-4d1a   iks-c1a   shop    10.0.0.9, 10.0.64.9     faulted        stable            default\nr006-4d1b   objects   shop    10.0.0.8                ok             stable            default',
      'endpointGateways',
      [
        { name: 'iks-c1a', health: 'faulted', lifecycle: 'stable' },
        { name: 'objects', health: 'ok', lifecycle: 'stable' },
      ],
    ],
    [
      'rules of gcloud',
      'NAME      NETWORK   DIRECTION   PRIORITY   ALLOW           DENY   DISABLED\nallow-k   default   INGRESS     1000       tcp:179,ipip           False',
      'cloudRules',
      [
        { kind: 'security-group', group: 'allow-k', direction: 'inbound', action: 'allow', protocol: 'ipip' },
        {
          kind: 'security-group',
          group: 'allow-k',
          direction: 'inbound',
          action: 'allow',
          protocol: 'tcp',
          portMin: 179,
          portMax: 179,
        },
      ],
    ],
    [
      'groups of AWS',
      '{\n  "SecurityGroups": [{ "GroupId": "sg-1", "IpPermissions": [{ "IpProtocol": "4", "IpRanges": [{ "CidrIp": "10.0.0.0/8" }] }], "IpPermissionsEgress": [] }]\n}',
      'cloudRules',
      [
        {
          kind: 'security-group',
          group: 'sg-1',
          direction: 'inbound',
          action: 'allow',
          protocol: '4',
          remote: '10.0.0.0/8',
        },
      ],
    ],
    [
      'VLAN spanning',
      'VLAN spanning is currently disabled for your account.',
      'settings',
      [{ of: 'cloud', name: 'vlan-spanning', value: 'disabled' }],
    ],
    [
      'the check of source and destination',
      '    "SourceDestCheck": true,',
      'settings',
      [{ of: 'cloud', name: 'src-dst-check', value: 'true' }],
    ],
    [
      'the check of source and destination, as an attribute',
      '{\n    "InstanceId": "i-1",\n    "SourceDestCheck": {\n        "Value": false\n    }\n}',
      'settings',
      [{ of: 'cloud', name: 'src-dst-check', value: 'false' }],
    ],
    [
      'port security of OpenStack',
      '| port_security_enabled   | True     |',
      'settings',
      [{ of: 'cloud', name: 'port-security', value: 'true' }],
    ],
  ])('%s', (_, text, relation, expected) => {
    expect(rows(text, relation)).toEqual(expected)
  })

  test.each<readonly [string, string, RelationName]>([
    ['a question about VLAN spanning', 'Do I need VLAN spanning for this?', 'settings'],
    ['a pod whose name starts like a worker’s', 'kube-proxy-x2k9q   1/1   Running   0   3d', 'workers'],
    ['a table without rules', 'Direction   Protocol   Remote\nup          sideways   nobody', 'cloudRules'],
  ])('near miss: %s', (_, text, relation) => {
    expect(rows(text, relation)).toEqual([])
  })
})
