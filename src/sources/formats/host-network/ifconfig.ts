import {
  type Block,
  type Found,
  isEmpty,
  type Lines,
  lengthOfMask,
  lineAt,
  nextFilled,
} from '#sources/formats/host-network/block.ts'
import type { Link } from '#sources/formats/host-network/links.ts'

interface Entry {
  readonly at: number
  readonly name: string
  flags: readonly string[]
  mtuBytes?: number
  mac?: string
  kind?: string
  hasDetails: boolean
  readonly addresses: string[]
}

/**
 * `ifconfig`, in the form of net-tools 2 (`eth0: flags=4163<UP,…>  mtu 1500`) and of 1.60 and BusyBox (`eth0  Link
 * encap:Ethernet`).
 *
 * @see ecki/net-tools:lib/interface.c (ife_print_long)
 */
export function parseIfconfig(lines: Lines, at: number): Block<Link> | undefined {
  const entries: Entry[] = []
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    if (isEmpty(line)) {
      const filled = nextFilled(lines, next)
      if (entries.length === 0 || opened(lineAt(lines, filled), filled) === undefined) break
      next = filled - 1
      continue
    }
    const entry = opened(line, next)
    const last = entries.at(-1)
    if (entry !== undefined) entries.push(entry)
    else if (last === undefined || !takes(last, line)) break
  }
  return entries.length === 0 ? undefined : { end: next, found: entries.map(linkOf) }
}

const newForm =
  /^\s{0,8}(?<name>[^\s:<>"']{1,15}): flags=\d{1,6}<(?<flags>[A-Z\d_,]{0,200})>\s{1,4}mtu (?<mtu>\d{1,6})/
const oldForm =
  /^\s{0,8}(?<name>[^\s<>"']{1,15})\s{1,20}Link encap:(?<encap>[\w -]{1,40}?)(?:\s{2}|\s?$)(?<rest>.{0,200})$/

function opened(line: string, at: number): Entry | undefined {
  const fresh = newForm.exec(line)?.groups
  const old = fresh === undefined ? oldForm.exec(line)?.groups : undefined
  const name = fresh?.name ?? old?.name
  if (name === undefined) return undefined
  const mac = /HWaddr (?<mac>[\da-f]{2}(?::[\da-f]{2}){5})(?:\s|$)/i.exec(old?.rest ?? '')?.groups?.mac
  return {
    at,
    name,
    flags: fresh?.flags?.split(',').filter((flag) => flag !== '') ?? [],
    hasDetails: false,
    addresses: [],
    ...(fresh?.mtu !== undefined && { mtuBytes: Number(fresh.mtu) }),
    ...(mac !== undefined && { mac: mac.toLowerCase() }),
    ...(old?.encap?.startsWith('IPIP') === true && { kind: 'ipip' }),
  }
}

const v4 =
  /^\s*inet (?:addr:)?(?<address>\d{1,3}(?:\.\d{1,3}){3})(?:\s.{0,80}?(?:netmask |Mask:)(?<mask>\d{1,3}(?:\.\d{1,3}){3}))?/
const v6 =
  /^\s*inet6 (?:addr: ?)?(?<address>[\da-f:.]{2,45})(?:\/(?<length>\d{1,3})|\s{1,4}prefixlen (?<prefix>\d{1,3}))?/i
const state = /^\s*(?<flags>[A-Z]+(?: [A-Z]+){0,12})\s+MTU:(?<mtu>\d{1,6})\s+Metric:\d/
const other =
  /^\s*(?:RX|TX|collisions|Interrupt|Base address|Memory|device (?:interrupt|memory)|ether|loop|tunnel|unspec|infiniband|txqueuelen|inet6?)[\s:]/

function takes(entry: Entry, line: string): boolean {
  const address = v4.exec(line)?.groups
  const address6 = v6.exec(line)?.groups
  const flags = state.exec(line)?.groups
  const mac = /^\s*ether (?<mac>[\da-f]{2}(?::[\da-f]{2}){5})\b/i.exec(line)?.groups?.mac
  if (address?.address !== undefined)
    entry.addresses.push(`${address.address}/${address.mask === undefined ? 32 : lengthOfMask(address.mask)}`)
  else if (address6?.address !== undefined)
    entry.addresses.push(`${address6.address}/${address6.length ?? address6.prefix ?? 128}`)
  else if (flags !== undefined) {
    entry.flags = flags.flags?.split(' ') ?? []
    entry.mtuBytes = Number(flags.mtu)
  } else if (mac !== undefined) entry.mac = mac.toLowerCase()
  else if (!other.test(line)) return false
  if (line.includes('(IPIP Tunnel)')) entry.kind = 'ipip'
  entry.hasDetails = true
  return true
}

/** Addresses stand right below the first line: an entry that was cut there tells nothing of them. */
const linkOf = ({ at, name, flags, mtuBytes, mac, kind, hasDetails, addresses }: Entry): Found<Link> => ({
  at,
  row: {
    name,
    flags,
    ...(mtuBytes !== undefined && { mtuBytes }),
    ...(mac !== undefined && { mac }),
    ...(kind !== undefined && { kind }),
    ...(hasDetails && { addresses }),
  },
})
