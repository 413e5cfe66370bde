import { describe, expect, test } from 'vitest'
import { mode } from '#failures/bgp-config-not-rendered/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const confd = (line: string, level = 'ERROR'): string =>
  `2025-03-04 05:06:07.890 [${level}][88] confd/resource.go 290: ${line}`
const noPeers =
  'Calico process is running.\n\nIPv4 BGP status\nNo IPv4 peers found.\n\nIPv6 BGP status\nNo IPv6 peers found.'
const meshPeer = '| 10.77.0.12   | node-to-node mesh | start | 10:51:28 | Active Socket: Connection refused |'
const mesh = (value: boolean): string =>
  `apiVersion: projectcalico.org/v3\nkind: BGPConfiguration\nmetadata:\n  name: default\nspec:\n  nodeToNodeMeshEnabled: ${value}`
const nodes =
  'NAME    ASN       IPV4            IPV6\nalpha   (64512)   10.77.0.11/24\nbeta    (64512)   10.77.0.12/24'
const peer =
  'apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata:\n  name: rack-3\nspec:\n  peerIP: 10.77.0.1\n  asNumber: 65001'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'BIRD refuses what confd rendered',
      confd(
        'Error from checkcmd "bird -p -c /etc/calico/confd/config/.bird.cfg123": bird: /etc/calico/confd/config/.bird.cfg123:88:5 syntax error',
      ),
      'confirmed',
    ],
    ['the check failed', confd('Config check failed: exit status 1'), 'confirmed'],
    ['BIRD stops at a line', 'bird: /etc/calico/confd/config/bird.cfg, line 74: syntax error', 'confirmed'],
    ['the renderer of 3.32', confd('Failed to process BGP peers error=invalid peer'), 'confirmed'],
    ['the datastore holds a peer for all nodes', `${noPeers}\n\n${peer}`, 'confirmed'],
    ['the mesh is on, with other nodes', `${mesh(true)}\n\n${nodes}\n\n${noPeers}`, 'confirmed'],
    ['another node shows the mesh', `${meshPeer}\n\n${noPeers}`, 'likely'],
    [
      'an included file is not there',
      'bird: Unable to open included file bird_aggr.cfg: No such file or directory',
      'likely',
    ],
    [
      'runit knows no BIRD',
      confd(
        'Output from reloadcmd: "fail: bird: unable to change to service directory: file does not exist\\n"',
        'DEBUG',
      ),
      'likely',
    ],
    [
      'BIRD waits for its file, start after start',
      [
        'IPv4 BGP status',
        'Unable to connect to server control socket (/var/run/calico/bird.ctl): Connection refused',
        "Couldn't connect to bird.",
        '',
        ...[34, 35, 36].map(
          (second) =>
            `2024-03-04_05:06:${second}.10000 bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory`,
        ),
      ].join('\n'),
      'likely',
    ],
    [
      'a check that failed, and a file of routes that was updated since',
      `${confd('Error from checkcmd "bird -p -c /etc/calico/confd/config/.bird.cfg268378031": "bird: /etc/calico/confd/config/.bird.cfg268378031:3:18 Invalid network prefix: 10.7.7.0/16.\\n"')}\n${confd('Config check failed: exit status 1')}\n${confd('Target config /etc/calico/confd/config/bird_aggr.cfg has been updated', 'INFO')}`,
      'confirmed',
    ],
    ['only the mesh’s setting', `${mesh(true)}\n\n${noPeers}`, 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the node that has no peer a session that is down is not this', () => {
    expect(foundIn(`${mesh(true)}\n\n${nodes}\n\n${noPeers}`, mode)).toBe('confirmed')
    expect(foundIn(`${mesh(true)}\n\n${nodes}\n\n${meshPeer}`, mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['the mesh is off: no peers were asked for', `${mesh(false)}\n\n${nodes}\n\n${noPeers}`],
    [
      'a cluster without BGP',
      `${mesh(true)}\n\n${nodes}\n\n${noPeers}\n\nCALICO_NETWORKING_BACKEND is vxlan - no need to run a BGP daemon`,
    ],
    ['no peers of IPv6', `${mesh(true)}\n\n${nodes}\n\nIPv6 BGP status\nNo IPv6 peers found.`],
    [
      'a check that failed, and a file that was updated since',
      `${confd('Config check failed: exit status 1')}\n${confd('Target config /etc/calico/confd/config/bird.cfg has been updated', 'INFO')}`,
    ],
    [
      'the first second of a start',
      'bird: Unable to open configuration file /etc/calico/confd/config/bird.cfg: No such file or directory',
    ],
    [
      'a peer for all that is this node',
      `${nodes}\n\n${noPeers}\n\n${peer.replace('10.77.0.1\n', '10.77.0.11\n')}`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})
