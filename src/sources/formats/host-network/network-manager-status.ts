/** What NetworkManager and systemd-networkd say of one device at a time, over several lines. */
import {
  type Block,
  type Found,
  type Lines,
  lineAt,
  nextFilled,
} from '#sources/formats/host-network/block.ts'
import { type ManagedLink, networkdLink, nmLink } from '#sources/formats/host-network/network-managers.ts'

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
