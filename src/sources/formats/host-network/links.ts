import type { LinkRow } from '#cluster/relations.ts'
import {
  type Block,
  type Found,
  isAbsenceNote,
  isElision,
  type Lines,
  lineAt,
} from '#sources/formats/host-network/block.ts'
import { type Detail, detailOf, isIndented } from '#sources/formats/host-network/link-details.ts'
import { headerOf, oneLineOf, orphanOf } from '#sources/formats/host-network/link-headers.ts'

/** An interface without where it was read. */
export type Link = Omit<LinkRow, 'node' | 'in'>

export interface LinkBlock extends Block<Link> {
  /** Whether somebody wrote below what the listing lacks: then they had it before them as a whole. */
  readonly hasAbsenceNote: boolean
  /** Whether it is the view of a pod: `eth0@if7` and nothing else of substance. */
  readonly isOfPod: boolean
}

interface Entry {
  readonly at: number
  readonly link: Link
  readonly peer: string | undefined
  readonly hasMode: boolean
  readonly hasGroup: boolean
  readonly details: Detail[]
}

/**
 * The entries of `ip [-d] [-s] [-o] addr|link`, whole, cut, without their index, or with their flags lost to an HTML page.
 *
 * Whether an interface without an inet line has no address depends on the command. `ip link` prints `mode` in an entry's
 * first line and `ip addr` does not, so the text itself mostly tells.
 *
 * @param shows what is known of the command: undefined where nobody showed it
 * @see iproute2/iproute2:ip/ipaddress.c (print_linkinfo, print_addrinfo)
 */
export function parseLinks(lines: Lines, at: number, shows?: 'addr' | 'link'): LinkBlock | undefined {
  const entries: Entry[] = []
  let next = at
  let hasAbsenceNote = false
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const opened = entryOf(line, next)
    if (opened !== undefined) addEntry(entries, opened)
    else if (entries.length === 0) {
      if (next > at || !isElided(line) || headerOf(lineAt(lines, next + 1)) === undefined) return undefined
    } else if (isAbsenceNote(line)) hasAbsenceNote = true
    else if (!takesDetail(entries, line) && !isElision(line) && !isElided(line)) break
  }
  return entries.length === 0
    ? undefined
    : {
        end: next,
        found: linksOf(entries, shows),
        hasAbsenceNote,
        isOfPod: isOfPod(entries.map(({ link, peer }) => ({ name: link.name, peer }))),
      }
}

/** Each network namespace gets its own unused tunnel devices when their modules are loaded. */
export function isOfPod(
  links: readonly { readonly name: string; readonly peer: string | undefined }[],
): boolean {
  const own = links.filter(
    ({ name }) => !/^(?:lo|tunl0|sit0|gre0|gretap0|erspan0|ip6tnl0|ip6gre0|ip_vti0|ip6_vti0)$/.test(name),
  )
  return own.length > 0 && own.every(({ name, peer }) => name === 'eth0' && /^if\d+$/.test(peer ?? ''))
}

function entryOf(line: string, at: number): Entry | undefined {
  const header = headerOf(line) ?? oneLineOf(line) ?? orphanOf(line)
  if (header === undefined) return undefined
  const { link, peer, rest, details } = header
  return {
    at,
    link,
    peer,
    hasMode: / mode [A-Z]/.test(rest),
    hasGroup: / group \w/.test(rest),
    details: [...details],
  }
}

/** One line per address (`-o`, grep): lines of one interface belong together. */
function addEntry(entries: Entry[], opened: Entry): void {
  const last = entries.at(-1)
  const isSame = last?.link.name === opened.link.name && opened.link.flags.length === 0
  if (isSame) last.details.push(...opened.details)
  else entries.push(opened)
}

/** `1: lo ...`: an entry that somebody cut down to its name. */
const isElided = (line: string): boolean => /^\s*\d{1,7}: [^\s:@]{1,15}:? (?:\.{2,6}|…)$/.test(line)

function takesDetail(entries: readonly Entry[], line: string): boolean {
  const detail = detailOf(line)
  if (detail === undefined)
    return entries.length > 0 && isIndented(line) && /^\s+\d+(?:\s+\d+){3,9}$/.test(line)
  entries.at(-1)?.details.push(detail)
  return true
}

function linksOf(entries: readonly Entry[], shows: 'addr' | 'link' | undefined): readonly Found<Link>[] {
  const isLink = shows === 'link' || (shows === undefined && entries.some(({ hasMode }) => hasMode))
  const hasInet = entries.some(({ details }) => details.some((detail) => detail.address !== undefined))
  return entries.map((entry) => {
    const addresses = entry.details.flatMap(({ address }) => (address === undefined ? [] : [address]))
    const isTold = !isLink && (hasInet || shows === 'addr' || tellsAddresses(entry))
    const hasDetails = entry.details.some(({ isLinkLine }) => isLinkLine === true)
    return {
      at: entry.at,
      row: linkOf(entry, addresses.length > 0 || (isTold && hasDetails) ? addresses : undefined),
    }
  })
}

/**
 * Without a command: an entry with a group and no mode is of `ip addr`. Where both were cut away, a tunnel's `link/none`
 * counts, since people show a device without any address for that reason only.
 */
const tellsAddresses = ({ link, hasMode, hasGroup }: Entry): boolean =>
  !hasMode && (hasGroup || (link.flags.includes('POINTOPOINT') && link.flags.includes('NOARP')))

function linkOf({ link, details }: Entry, addresses: readonly string[] | undefined): Link {
  const mac = details.find((detail) => detail.mac !== undefined)?.mac
  const kind = details.find((detail) => detail.kind !== undefined)?.kind
  const vxlan = details.find((detail) => detail.vxlan !== undefined)?.vxlan
  return {
    ...link,
    ...(mac !== undefined && { mac }),
    ...(addresses !== undefined && { addresses }),
    ...(kind !== undefined && { kind }),
    ...(vxlan !== undefined && { vxlan }),
  }
}
