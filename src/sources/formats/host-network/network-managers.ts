import type { ManagedLinkRow } from '#cluster/relations.ts'
import {
  type Block,
  type Found,
  isElision,
  type Lines,
  lineAt,
  nextFilled,
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
function nmLink(link: string, state: string, connection: string | undefined): ManagedLink {
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

const networkdLink = (link: string, setup: string, file: string | undefined): ManagedLink => ({
  link,
  manager: 'systemd-networkd',
  state: setup,
  managed: !/^(?:unmanaged|n\/a|-)$/.test(setup),
  ...(file !== undefined && !/^(?:n\/a|-)$/.test(file) && { claimedBy: file }),
})

// ------------------------------------------------------------------------------------------ one device

// Only a connection is something that a device is connected `to`: a program that “failed to …” is none.
const nmHeading =
  /^\s{0,8}(?<link>[^\s:@<>/"']{1,15}): (?<state>unmanaged|unavailable|disconnected|deactivating(?: \([^)]{1,40}\))?|connection failed|(?:connected|connecting)(?: \([^)]{1,60}\))?(?: to (?<connection>\S.{0,100}))?)$/

/**
 * `nmcli` alone: a line for each device, and what belongs to it below, indented.
 *
 * @see NetworkManager/NetworkManager:src/nmcli/general.c (nmc_command_func_overview)
 */
export function parseNmcliOverview(lines: Lines, at: number): Block<ManagedLink> | undefined {
  const found: Found<ManagedLink>[] = []
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const m = nmHeading.exec(line)?.groups
    if (m?.link !== undefined)
      found.push({ at: next, row: nmLink(m.link, (m.state ?? '').replace(/ to .*$/, ''), m.connection) })
    else if (next === at || !/^(?:\t|\s{4})\s*\S/.test(line)) break
  }
  // `eth0: connected` alone may be anybody's sentence.
  const isCertain = next - at > found.length || found.some(({ row }) => row.claimedBy !== undefined)
  return next === at || !isCertain ? undefined : { end: next, found }
}

/** `nmcli device show`. */
export function parseNmcliDevices(lines: Lines, at: number): Block<ManagedLink> | undefined {
  const found: Found<ManagedLink>[] = []
  let next = at
  let fields = new Map<string, string>()
  const keep = (): void => {
    const [link, state] = [fields.get('DEVICE'), fields.get('STATE')]
    const word = /^\d{1,3} \((?<word>.{1,60})\)$/.exec(state ?? '')?.groups?.word
    if (link !== undefined && word !== undefined)
      found.push({ at: Number(fields.get('at')), row: nmLink(link, word, fields.get('CONNECTION')) })
  }
  for (; lines(next) !== undefined; next++) {
    const filled = next > at ? nextFilled(lines, next) : next
    const m = nmField.exec(lineAt(lines, filled))?.groups
    if (m?.field === undefined) break
    if (m.field === 'DEVICE') {
      keep()
      fields = new Map([['at', String(filled)]])
    }
    if (m.section === 'GENERAL') fields.set(m.field, m.value ?? '')
    next = filled
  }
  keep()
  return next === at ? undefined : { end: next, found }
}

const nmField =
  /^\s{0,8}(?<section>GENERAL|IP[46]|DHCP[46]|WIRED-PROPERTIES|CAPABILITIES|INTERFACE-FLAGS|CONNECTIONS|BRIDGE|BOND|VLAN)\.(?<field>[A-Z\d-]{2,30})(?:\[\d{1,4}\])?:\s{0,60}(?<value>.{0,300})$/

/**
 * `networkctl status LINK`: State holds the operational state and, in brackets, how far networkd is with it.
 *
 * @param link whose status the command asked for, where the first line was cut
 * @see systemd/systemd:src/network/networkctl-status-link.c
 */
export function parseNetworkctlStatus(
  lines: Lines,
  at: number,
  link?: string,
): Block<ManagedLink> | undefined {
  const head = /^\s{0,8}(?:[●*○] ?)?\d{1,7}: (?<link>[^\s:@<>/"']{1,15})$/.exec(lineAt(lines, at))?.groups
    ?.link
  const name = head ?? link
  if (name === undefined) return undefined
  const fields = new Map<string, string>()
  let next = head === undefined ? at : at + 1
  for (; next < at + statusMax; next++) {
    const line = lineAt(lines, next)
    const m = networkdField.exec(line)?.groups
    if (m?.field !== undefined && !fields.has(m.field)) fields.set(m.field, m.value ?? '')
    else if (fields.size === 0 || m !== undefined || !/^\s{12,80}\S/.test(line)) break
  }
  const setup = /\((?<setup>[a-z-]{3,20})\)/.exec(fields.get('State') ?? '')?.groups?.setup
  if (!(fields.has('State') || fields.has('Network File'))) return undefined
  const file = fields.get('Network File')
  const isClaimed = file !== undefined && !/^(?:n\/a|-)$/.test(file)
  if (setup === undefined && !isClaimed) return { end: next, found: [] }
  return { end: next, found: [{ at, row: networkdLink(name, setup ?? 'configured', file) }] }
}

/** A status is no longer; each field stands in it once. */
const statusMax = 100

const networkdField =
  /^\s{0,40}(?<field>Link File|Network File|NetDev File|Type|Kind|State|Online state|Path|Driver|Vendor|Model|Alternative Names|(?:HW|Hardware|Permanent HW|Perm\. HW) Address|MTU|QDisc|IPv6 Address Generation Mode|(?:Number of Queues|Queue Length) \(Tx\/Rx\)|Auto negotiation|Speed|Duplex|Port|Address|Gateway|DNS|NTP|Search Domains|Route Domains|Activation Policy|Required For Online|DHCP[46] (?:Client|Server|IAID|DUID).{0,12}|Connected To|Offered DHCP leases|Peer|Master|VNI|Local|Remote|Destination Port|Mode|TTL|Link Local Address|Statistics|RX|TX|Bit Rate.{0,10}):\s{0,40}(?<value>.{0,300})$/
