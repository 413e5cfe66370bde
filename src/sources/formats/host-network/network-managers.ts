import type { ManagedLinkRow } from '#cluster/relations.ts'
import {
  type Block,
  type Found,
  isElision,
  type Lines,
  lineAt,
  withoutRemark,
} from '#sources/formats/host-network/block.ts'

/** A network manager's opinion of an interface, without where it was read. */
export type ManagedLink = Omit<ManagedLinkRow, 'node'>

/**
 * `nmcli device [status]`, also without its header.
 *
 * @see NetworkManager/NetworkManager:src/nmcli/devices.c, src/libnm-client-aux-extern/nm-libnm-aux.c (words of states)
 */
export function parseNmcliTable(lines: Lines, at: number): Block<ManagedLink> | undefined {
  return table(lines, at, { header: /^\s*DEVICE\s+TYPE\s+STATE\b/, rowOf: nmcliRow })
}

/**
 * `networkctl [list]`, also without its header.
 *
 * @see systemd/systemd:src/network/networkctl-list.c
 */
export function parseNetworkctlTable(lines: Lines, at: number): Block<ManagedLink> | undefined {
  return table(lines, at, {
    header: /^\s*(?:IDX\s+)?LINK\s+TYPE\s+OPERATIONAL\s+SETUP\b/,
    rowOf: networkctlRow,
  })
}

interface Table {
  readonly header: RegExp
  readonly rowOf: (line: string) => ManagedLink | undefined
}

function table(lines: Lines, at: number, { header, rowOf }: Table): Block<ManagedLink> | undefined {
  const found: Found<ManagedLink>[] = []
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const row = rowOf(line)
    if (row !== undefined) found.push({ at: next, row })
    else if (next === at ? !header.test(line) : !isElision(line)) break
  }
  return next === at ? undefined : { end: next, found }
}

const nmState =
  'unmanaged|unavailable|disconnected|connected(?: \\([^)]{1,40}\\))?|connecting(?: \\([^)]{1,60}\\))?|deactivating(?: \\([^)]{1,40}\\))?|connection failed|failed|activated'
const nmTypes =
  'ethernet|wifi(?:-p2p)?|bridge|bond|team|vlan|vxlan|iptunnel|ip-tunnel|tun|loopback|dummy|wireguard|veth|generic|infiniband|macvlan|vrf|ovs-[a-z]{3,10}|6lowpan|macsec|gsm|bt|vpn|wpan|unknown'
const nmLine = new RegExp(
  `^\\s{0,8}(?<link>[^\\s:@<>/"']{1,15})\\s{1,40}(?:${nmTypes})\\s{1,40}(?<state>${nmState})(?:\\s{1,40}(?<connection>\\S.{0,100}))?$`,
)

function nmcliRow(line: string): ManagedLink | undefined {
  const m = nmLine.exec(withoutRemark(line))?.groups
  return m?.link === undefined ? undefined : nmLink(m.link, m.state ?? '', m.connection)
}

/** A device that is only watched (“externally”) is somebody else's. */
export function nmLink(link: string, state: string, connection: string | undefined): ManagedLink {
  const claimedBy =
    connection === undefined || /^-{0,2}$/.test(connection.trim()) ? undefined : connection.trim()
  return {
    link,
    manager: 'NetworkManager',
    state,
    managed: state !== 'unmanaged' && !state.includes('externally'),
    ...(claimedBy !== undefined && { claimedBy }),
  }
}

const networkdLine =
  /^\s{0,8}(?:[●*] ?)?(?:\d{1,7}\s{1,8})?(?<link>[^\s:@<>/"']{1,15})\s{1,40}(?:loopback|ether|tunnel6?|none|wlan|wwan|vxlan|bridge|bond|vlan|ipip|sit|veth|wireguard|dummy|ppp|can|infiniband|ipgre|n\/a|-)\s{1,40}(?:missing|off|no-carrier|dormant|degraded-carrier|carrier|degraded|enslaved|routable|n\/a|-)\s{1,40}(?<setup>pending|initialized|configuring|configured|unmanaged|failed|linger|n\/a|-)\s*$/

function networkctlRow(line: string): ManagedLink | undefined {
  const m = networkdLine.exec(withoutRemark(line))?.groups
  return m?.link === undefined ? undefined : networkdLink(m.link, m.setup ?? '', undefined)
}

/** @param setup how far networkd is with it; `unmanaged`, `n/a` and `-` leave it to others */
export const networkdLink = (link: string, setup: string, file: string | undefined): ManagedLink => ({
  link,
  manager: 'systemd-networkd',
  state: setup,
  managed: !/^(?:unmanaged|n\/a|-)$/.test(setup),
  ...(file !== undefined && !/^(?:n\/a|-)$/.test(file) && { claimedBy: file }),
})
