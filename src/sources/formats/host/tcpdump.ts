import type { CaptureRow } from '#cluster/relations.ts'
import { portOf } from '#sources/formats/host/listeners.ts'

export type Capture = Omit<CaptureRow, 'node'>

export interface TcpdumpLines {
  /** The packets of a line; `[]` for one that belongs to the output, undefined for anything else. */
  readonly line: (text: string) => readonly Capture[] | undefined
}

/**
 * Lines of tcpdump, with or without `-v`, `-e`, `-i any`, times and names. A packet inside another is not a row of its own
 * where both stand on one line; where it has its own line, it is.
 *
 * @param asked the words of the command behind `tcpdump`
 * @see the-tcpdump-group/tcpdump:print-ip.c, print-udp.c, print-icmp.c, print-vxlan.c, print-bgp.c
 */
export function tcpdumpLines(asked: readonly string[] | undefined): TcpdumpLines {
  let link = linkOf(asked)
  /** Of `-v`: the packet goes on in the next line. */
  let opened = ''
  let isOpen = false
  return {
    line: (text) => {
      const listening = /^(?:tcpdump: )?listening on (?<link>[\w.@-]{1,30}),/.exec(text)?.groups?.link
      if (listening !== undefined) {
        link = listening === 'any' ? undefined : listening
        return []
      }
      const asksFor = /^\s*0 packets captured$/.test(text) ? protocolAsked(asked ?? []) : undefined
      if (asksFor !== undefined) return [{ protocol: asksFor, shows: 'nothing', ...(link && { link }) }]
      if (isFrame(text)) return []
      const verbose = /^(?<head>.{0,120}?)\bIP6? \((?<details>.{3,300})\)\s*$/.exec(text)?.groups
      if (verbose?.head !== undefined && isHead(verbose.head)) {
        opened = verbose.details ?? ''
        link = linkIn(verbose.head) ?? link
        return []
      }
      const packet = packetOf(text, opened !== '')
      // Below a packet stand its options, what it carries and its bytes.
      if (packet === undefined) return isOpen && /^\s{4,}\S/.test(text) ? [] : undefined
      isOpen = true
      const inner = opened
      opened = ''
      const own = packet.link ?? link
      return [{ ...captureOf(packet, inner), ...(own !== undefined && { link: own }) }]
    },
  }
}

function linkOf(asked: readonly string[] | undefined): string | undefined {
  const at = asked?.findIndex((word) => /^-[a-zA-Z]*i$/.test(word)) ?? -1
  const link = at < 0 ? undefined : asked?.[at + 1]
  return link === 'any' ? undefined : link
}

/** What a filter lets through, where it is of one protocol: `ip proto 4`, `udp port 4789`, `tcp port 179`. */
function protocolAsked(asked: readonly string[]): Capture['protocol'] | undefined {
  const filter = asked.join(' ').replaceAll(/["'\\]/g, '')
  if (/\bor\b|\|\|/.test(filter)) return undefined
  return filters.find(([pattern]) => pattern.test(filter))?.[1]
}

const filters: readonly (readonly [RegExp, Capture['protocol']])[] = [
  [/\bproto (?:4|ipip|ipencap)\b/, 'ipip'],
  [/\bport (?:4789|8472)\b|\bvxlan\b/, 'vxlan'],
  [/\bport (?:179|bgp)\b/, 'bgp'],
  [/\bport 51820\b/, 'wireguard'],
  [/\bicmp6?\b/, 'icmp'],
  [/\barp\b/, 'arp'],
]

const isFrame = (text: string): boolean =>
  /^(?:tcpdump: |dropped privs to tcpdump|\d{1,9} packets? (?:captured|received by filter|dropped by kernel)$)/.test(
    text,
  )

/** A time, an interface and a direction, Ethernet addresses: what stands before `IP`. */
const isHead = (head: string): boolean =>
  /^\s*(?:\d{4}-\d\d-\d\d )?(?:\d\d:\d\d:\d\d\.\d{1,9}|\d{10}\.\d{1,9})?\s*(?:[\w.@-]{1,30}\s+(?:In|Out|P|B|M)\s+)?(?:[\da-f:]{17} (?:\([^)]{1,30}\) )?> .{10,120})?$/.test(
    head,
  )

const linkIn = (head: string): string | undefined =>
  /(?<link>[\w.@-]{1,30})\s+(?:In|Out|P|B|M)\s+$/.exec(head)?.groups?.link

interface Packet {
  readonly link?: string
  readonly source: string
  readonly destination: string
  readonly says: string
}

const packetPattern =
  /^(?<head>.{0,160}?)(?:\b(?<kind>IP6?|ARP,)\s+)?(?<source>[\w.:-]{2,120}) > (?<destination>[\w.:-]{2,120}?): (?<says>.{1,2000})$/

const arpPattern =
  /^(?<head>.{0,160}?)\bARP, (?:Ethernet .{0,60}, )?(?:Request who-has (?<destination>[\d.]{7,15})(?: \([^)]{1,30}\))? tell (?<source>[\d.]{7,15})|Reply (?<owner>[\d.]{7,15}) is-at )/

/** What stands behind the addresses in a packet whose line does not say `IP`. */
const sureWords =
  /^\s?(?:Flags \[|VXLAN|\[(?:bad udp cksum|udp sum ok|no cksum)|UDP, |ICMP6?,? |IP6? |BGP|ip-proto-\d|ipip-proto-4|(?:Open|Notification|Keepalive|Update) Message|wireguard|tcp \d|GRE)/

function packetOf(text: string, isOpened: boolean): Packet | undefined {
  if (text.includes('ARP, ')) return arpOf(text)
  if (!text.includes(' > ')) return undefined
  const m = packetPattern.exec(text)?.groups
  if (m?.source === undefined || m.destination === undefined || m.says === undefined) return undefined
  const head = m.head ?? ''
  if (!isHead(head)) return undefined
  if (m.kind === undefined && !(isOpened || sureWords.test(m.says))) return undefined
  const link = linkIn(head)
  return { source: m.source, destination: m.destination, says: m.says.trim(), ...(link && { link }) }
}

function arpOf(text: string): Packet | undefined {
  const m = arpPattern.exec(text)?.groups
  if (m === undefined || !isHead(m.head ?? '')) return undefined
  const link = linkIn(m.head ?? '')
  return {
    source: m.source ?? m.owner ?? '',
    destination: m.destination ?? '',
    says: 'ARP',
    ...(link && { link }),
  }
}

function captureOf({ source, destination, says }: Packet, opened: string): Capture {
  if (says === 'ARP')
    return {
      protocol: 'arp',
      shows: 'packet',
      ...(source && { source }),
      ...(destination && { destination }),
    }
  const isPorted =
    /^(?:Flags|VXLAN|\[|UDP|BGP|Open|Notification|Keepalive|Update|wireguard|OTV|tcp|Geneve|\d|\S+, length)/.test(
      says,
    )
  const from = endOf(source, isPorted)
  const to = endOf(destination, isPorted)
  const ports = [from.port, to.port].filter((port) => port !== undefined)
  return {
    protocol: protocolOf(says, opened, ports),
    source: from.address,
    destination: to.address,
    ...(to.port !== undefined && { port: to.port }),
    shows: showsOf(says),
  }
}

function protocolOf(says: string, opened: string, ports: readonly number[]): Capture['protocol'] {
  if (/^ICMP6?\b/.test(says)) return 'icmp'
  if (/^IP6? |^(?:ipip-proto-4|ip-proto-4)\b/.test(says) || /proto IPIP \(4\)/.test(opened)) return 'ipip'
  if (/\bVXLAN\b/.test(says) || (ports.includes(4789) && !says.startsWith('Flags'))) return 'vxlan'
  if (
    /\b(?:BGP|Open Message|Notification Message|Keepalive Message|Update Message)\b/.test(says) ||
    ports.includes(179)
  )
    return 'bgp'
  if (/\bwireguard\b/i.test(says) || ports.includes(51820)) return 'wireguard'
  if (/Flags \[|\btcp\b/.test(says) || /proto TCP/.test(opened)) return 'tcp'
  return /\bUDP\b|\budp\b/.test(says) || /proto UDP/.test(opened) ? 'udp' : 'other'
}

function showsOf(says: string): Capture['shows'] {
  if (/\bneed to frag\b|packet too big/i.test(says)) return 'too-big'
  if (
    /admin prohibited|host prohibited|net prohibited|unreachable prohibited|protocol \d{1,3}(?: port \d{1,5})? unreachable|prohibited filter/i.test(
      says,
    )
  )
    return 'prohibited'
  if (/\[bad udp cksum|cksum 0x[\da-f]{1,4} \(incorrect/i.test(says)) return 'bad-checksum'
  return /retransmission/i.test(says) ? 'retransmission' : 'packet'
}

/** `10.0.0.1.4789`, `node-a.bgp`, `fe80::1.179`, or an address alone. */
function endOf(text: string, isPorted: boolean): { readonly address: string; readonly port?: number } {
  const dot = text.lastIndexOf('.')
  const last = text.slice(dot + 1)
  const isAddress = /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)
  if (dot <= 0 || isAddress || !isPorted) return { address: text }
  const port = portOf(last)
  const isName = /^[a-z][\w-]{1,20}$/.test(last)
  if (port === undefined && !isName) return { address: text }
  return { address: text.slice(0, dot), ...(port !== undefined && { port }) }
}
