import { describe, expect, test } from 'vitest'
import type { ManagedLinkRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/network-manager-interferes/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const nmcli = (...lines: readonly string[]) =>
  `DEVICE           TYPE      STATE      CONNECTION\n${lines.join('\n')}`
const networkctl = (...lines: readonly string[]) =>
  `IDX LINK             TYPE     OPERATIONAL SETUP\n${lines.join('\n')}`
const journal = (text: string) => `Mar 04 05:06:07 w1 NetworkManager[812]: <info>  [1741064767.1] ${text}`
const flapping = 'Routes to pods vanish and reappear every few minutes.'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'nmcli alone: it asks for an address',
      'cali0ef24b1aa10: connecting (getting IP configuration) to Wired connection 2\n        "cali0ef24b1aa10"\n        ethernet (veth), EE:EE:EE:EE:EE:EE, sw, mtu 1450\n',
      'confirmed',
    ],
    [
      'nmcli: it asks for an address',
      nmcli('cali0ef24b1aa10  ethernet  connecting (getting IP configuration)  Wired connection 2'),
      'confirmed',
    ],
    ['nmcli: the tunnel is connected', nmcli('tunl0            iptunnel  connected  tunl0'), 'confirmed'],
    ['nmcli: managed and idle', nmcli('cali0ef24b1aa10  ethernet  disconnected  --'), 'likely'],
    [
      'networkctl: configured',
      networkctl('  7 cali0ef24b1aa10  ether    degraded    configuring'),
      'confirmed',
    ],
    [
      'networkctl status, with the file',
      '# networkctl status vxlan.calico\n9: vxlan.calico\n             Link File: /usr/lib/systemd/network/99-default.link\n          Network File: /etc/systemd/network/80-all.network\n                 State: routable (configured)',
      'confirmed',
    ],
    [
      'the log of a new version',
      journal(
        "device (cali0ef24b1aa10): state change: config -> ip-config (reason 'none', managed-type: 'full')",
      ),
      'confirmed',
    ],
    [
      'the log of an old version',
      journal("device (tunl0): state change: disconnected -> prepare (reason 'none')"),
      'likely',
    ],
    [
      'a file that matches everything',
      '# cat /etc/systemd/network/80-all.network\n[Match]\nName=*\n\n[Network]\nDHCP=yes',
      'likely',
    ],
    [
      'a file that matches by exclusion',
      '# cat /etc/systemd/network/80-all.network\n[Match]\nName=!lo docker*\n\n[Network]\nDHCP=yes',
      'likely',
    ],
    [
      'told to leave them alone, it healed',
      'unmanaged-devices=interface-name:cali*;interface-name:tunl*   # fixed it',
      'likely',
    ],
    ['foreign routes left alone, it healed', 'ManageForeignRoutes=no   # fixed it', 'likely'],
    ['stopping it cured', 'systemctl stop NetworkManager   # works now', 'likely'],
    [
      'people’s words, and it is active',
      `${flapping}\n● NetworkManager.service - Network Manager\n     Active: active (running) since Tue 2025-03-04 05:00:00 UTC; 3 days ago`,
      'possible',
    ],
  ])('%s', (_, text, expected) => expect(foundIn(text, mode)).toBe(expected))
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['nmcli alone: a card of the host', 'eth0: connected to Wired connection 1\n        "Intel I350"\n'],
    [
      'Calico’s are unmanaged, the card is managed',
      nmcli(
        'eth0             ethernet  connected  System eth0',
        'cali0ef24b1aa10  ethernet  unmanaged  --',
        'tunl0            iptunnel  unmanaged  --',
      ),
    ],
    ['what is only watched', nmcli('cali0ef24b1aa10  ethernet  connected (externally)  cali0ef24b1aa10')],
    ['networkctl: unmanaged', networkctl('  7 cali0ef24b1aa10  ether    degraded    unmanaged')],
    [
      'the log of something that is watched',
      journal(
        "device (cali0ef24b1aa10): state change: config -> ip-config (reason 'none', sys-iface-state: 'external')",
      ),
    ],
    [
      'the log of a connection that is taken as it is',
      journal(
        "device (cali0ef24b1aa10): state change: unmanaged -> unavailable (reason 'connection-assumed', sys-iface-state: 'external')",
      ),
    ],
    [
      'the log of a card',
      journal("device (eth0): state change: config -> ip-config (reason 'none', sys-iface-state: 'managed')"),
    ],
    [
      'a file for cards',
      '# cat /etc/systemd/network/10-eth.network\n[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes',
    ],
    [
      'a file that leaves them unmanaged',
      '# cat /etc/systemd/network/10-calico.network\n[Match]\nName=cali* tunl0\n\n[Link]\nUnmanaged=yes',
    ],
    [
      'it runs, as everywhere',
      '● NetworkManager.service - Network Manager\n     Active: active (running) since Tue 2025-03-04 05:00:00 UTC; 3 days ago',
    ],
    ['routes come and go, nothing else is known', flapping],
  ])('%s', (_, text) => expect(foundIn(text, mode)).toBe('not found'))
})

describe('from facts', () => {
  const link = (more: Partial<ManagedLinkRow>): ManagedLinkRow => ({
    node: 'w1',
    link: 'cali0ef24b1aa10',
    manager: 'NetworkManager',
    state: 'connected',
    managed: true,
    ...more,
  })
  const remarks = [{ says: 'routes-come-and-go' as const, node: 'w1' }]
  test.each<[string, Table, string | undefined]>([
    ['it is connected', { managedLinks: [link({})], remarks }, 'confirmed'],
    [
      'it is about to be looked at',
      { managedLinks: [link({ state: 'pending', manager: 'systemd-networkd' })], remarks },
      'possible',
    ],
    ['another interface', { managedLinks: [link({ link: 'eth0' })], remarks }, undefined],
    [
      'told to leave them alone meanwhile',
      {
        managedLinks: [link({})],
        settings: [
          {
            of: 'NetworkManager',
            name: 'keyfile.unmanaged-devices',
            value: 'interface-name:cali*;interface-name:tunl*',
            node: 'w1',
          },
        ],
        remarks,
      },
      'likely',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
