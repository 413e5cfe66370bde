import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/node-name-mismatch/index.ts'
import { calicoNode, node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const log = (line: string): string => `2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 757: ${line}`
const inUse = (other: string): string =>
  log(`Calico node '${other}' is already using the IPv4 address 10.77.0.12.`)
const kubernetes = (...names: readonly string[]): string =>
  [
    'NAME   STATUS   ROLES    AGE   VERSION',
    ...names.map((name) => `${name}   Ready    <none>   12d   v1.29.3`),
  ].join('\n')
const calico = (...names: readonly string[]): string =>
  [
    'NAME   ASN       IPV4            IPV6',
    ...names.map((name, at) => `${name}   (64512)   10.77.0.${12 + at}/24`),
  ].join('\n')
const python = (name: string): string =>
  `2015-11-03 05:06:07,890 [INFO][931/1] calico.felix.config 413: Parameter FelixHostname (Felix compute host hostname) has value '${name}' read from None`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'the other node is this one by its full name',
      `${log('Starting node beta with version v3.29.1')}\n${inUse('beta.example.net')}`,
      'confirmed',
    ],
    ['the other node lost its name', inUse('localhost.localdomain'), 'confirmed'],
    [
      'a new node is named after a host without a name',
      `${log('NODENAME environment not specified - check HOSTNAME')}\n${log('Building new node resource Name="localhost"')}`,
      'confirmed',
    ],
    [
      'Calico has the full name, Kubernetes the short one',
      `${kubernetes('beta')}\n\n${calico('beta.example.net')}`,
      'confirmed',
    ],
    ['Calico has both names', calico('beta', 'beta.example.net'), 'confirmed'],
    [
      'Felix calls itself by the full name',
      `${kubernetes('beta')}\n\n${python('beta.example.net')}`,
      'confirmed',
    ],
    ['calico-node works as localhost', log('Using node name: localhost'), 'likely'],
    [
      'Felix calls itself what nobody is called',
      `${kubernetes('beta', 'gamma')}\n\n${python('host7')}`,
      'likely',
    ],
    [
      'Felix was not told its name, and no pod has a route',
      `${python('host7')}\n\nblackhole 10.244.9.64/26 proto bird\ndefault via 10.77.0.1 dev ens3`,
      'likely',
    ],
    [
      'the plugin has a name of its own',
      `{\n  "name": "net7",\n  "hostname": "beta",\n  "type": "calico",\n\n${kubernetes('beta.example.net')}`,
      'confirmed',
    ],
    ['both names in words', 'calicoctl lists node-7 and the old entry node-7.example.net.', 'likely'],
    ['kinds of names in words', 'kubelet registers with the FQDN, Calico has the short name.', 'likely'],
    [
      'an address that was blanked out',
      `${log('Starting node beta with version v3.29.1')}\n${inUse('beta.example.net').replace('10.77.0.12', 'x.x.x.x')}`,
      'confirmed',
    ],
    ['the other node is gone', `${kubernetes('beta', 'gamma')}\n\n${inUse('delta')}`, 'likely'],
    ['the machine was renamed', `The node was renamed on Monday.\n\n${inUse('delta')}`, 'likely'],
    ['an address that is taken, by a node that may be this one', inUse('delta'), 'likely'],
    [
      'an address that is taken, and this node has another name',
      `${log('Starting node beta with version v3.29.1')}\n${inUse('delta')}`,
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the line that names this node the other may be anybody', () => {
    const other = inUse('beta.example.net')
    expect(foundIn(`${log('Starting node beta with version v3.29.1')}\n${other}`, mode)).toBe('confirmed')
    expect(foundIn(other, mode)).toBe('likely')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the names agree', `${kubernetes('beta', 'gamma')}\n\n${calico('beta', 'gamma')}`],
    ['names that begin alike', `${kubernetes('beta-1', 'beta-10')}\n\n${calico('beta-1', 'beta-10')}`],
    ['a machine is introduced with both names', 'The pods on node-7 (node-7.example.net) fail.'],
    [
      'the plugin has the node’s name',
      `{\n  "name": "net7",\n  "nodename": "beta",\n  "type": "calico",\n\n${kubernetes('beta')}`,
    ],
    ['Felix calls itself as the node', `${kubernetes('beta')}\n\n${python('beta')}`],
    [
      'kubelet did not find its node yet',
      'E0304 05:06:07.890123 1234 kubelet.go:2448] "Error getting node" err="node \\"beta\\" not found"',
    ],
    [
      'the name was taken from the host, and is one',
      `${log('NODENAME environment not specified - check HOSTNAME')}\n${log('Using node name: beta')}`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('on a cluster a stray entry of a machine is seen while something is wrong, and by itself does not alarm', () => {
  const with_ = (...names: readonly string[]): Table => ({
    nodes: [node('w1'), node('w2')],
    calicoNodes: names.map((name) => ({ name, ipv4: '10.0.0.21/24' })),
    pods: [calicoNode('w1', { ready: false })],
  })
  const causesOf = (table: Table) =>
    diagnose(factsOf(table), [mode]).causes.map(({ confidence }) => confidence)
  expect(causesOf(with_('w1.lab', 'w2'))).toEqual(['confirmed'])
  expect(causesOf(with_('w1', 'w2'))).toEqual([])
})
