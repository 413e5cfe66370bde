import { type Ipv4, ipv4Text } from '#lab/network/address.ts'
import type { Frame, IpContent } from '#lab/network/capture.ts'
import type { Seen } from '#lab/network/packet.ts'
import { endsOf, services } from '#lab/network/tools/tcpdump-filter.ts'

export interface LineStyle {
  /** The names of addresses; empty with `-n`. */
  readonly names: ReadonlyMap<Ipv4, string>
  readonly namesPorts: boolean
  readonly time: 'clock' | 'none' | 'epoch' | 'date'
  /** With `-i any` the device is named. */
  readonly namesLink: boolean
}

/** One packet as tcpdump 4.99 prints it without `-v` (the-tcpdump-group/tcpdump:print-ip.c, print-tcp.c, print-icmp.c). */
export function frameLine(frame: Frame, style: LineStyle): string {
  const stamp = timeText(frame.atMs, style.time)
  const link = style.namesLink ? `${frame.link.padEnd(5)} ${frame.direction === 'in' ? 'In ' : 'Out'} ` : ''
  return `${stamp}${link}${contentText(frame.content, style)}\n`
}

function timeText(ms: number, style: LineStyle['time']): string {
  if (style === 'none') return ''
  const micros = String(Math.round((ms % 1000) * 1000)).padStart(6, '0')
  if (style === 'epoch') return `${Math.floor(ms / 1000)}.${micros} `
  const [day = '', clock = ''] = new Date(ms).toISOString().split(/[T.]/)
  return `${style === 'date' ? `${day} ` : ''}${clock}.${micros} `
}

function contentText(content: Frame['content'], style: LineStyle): string {
  if (content.kind === 'ip') return ipText(content, style)
  return `ARP, Request who-has ${nameOf(content.asked, style)} tell ${nameOf(content.by, style)}, length 28`
}

function ipText(content: IpContent, style: LineStyle): string {
  const { packet, inner, seen } = content
  const [source, destination] = endsOf(content).map((each) => nameOf(each, style))
  if (packet.protocol === 'ipip' && inner) return `IP ${source} > ${destination}: ${ipText(inner, style)}`
  const isError = seen?.kind === 'icmp-error' || packet.protocol === 'icmp'
  const ends = isError
    ? `IP ${source} > ${destination}`
    : `IP ${source}.${portName(packet.sourcePort, style)} > ${destination}.${portName(packet.port, style)}`
  if (packet.vxlan && inner)
    return `${ends}: VXLAN, flags [I] (0x08), vni ${packet.vxlan.vni}\n${ipText(inner, style)}`
  return `${ends}: ${seen === undefined ? '' : seenText(seen, content)}`
}

function seenText(seen: Seen, { packet }: IpContent): string {
  switch (seen.kind) {
    case 'udp':
      return `UDP, length ${seen.bytes}`
    case 'echo': {
      const [id, what] = seen.reply ? [packet.port, 'reply'] : [packet.sourcePort, 'request']
      return `ICMP echo ${what}, id ${id}, seq ${seen.sequence}, length ${seen.bytes + 8}`
    }
    case 'icmp-error':
      return `ICMP ${seen.says}, length ${Math.min(packet.sizeBytes, 576) - 20}`
    default:
      return `${tcpText(seen)}${[packet.port, packet.sourcePort].includes(179) && seen.bytes > 0 ? ': BGP' : ''}`
  }
}

function tcpText(seen: Seen & { kind: 'tcp' }): string {
  const flags = `Flags [${seen.flags}]`
  const [sent, received] = [1 + seen.sentBytes, 1 + seen.receivedBytes]
  switch (seen.flags) {
    case 'S':
      return `${flags}, seq 0, win 64240, options [mss 1460,sackOK,nop,wscale 7], length 0`
    case 'S.':
      return `${flags}, seq 0, ack 1, win 65160, options [mss 1460,sackOK,nop,wscale 7], length 0`
    case 'R':
      return `${flags}, seq ${sent}, win 0, length 0`
    case 'R.':
      return `${flags}, seq 0, ack ${received}, win 0, length 0`
    case 'P.':
      return `${flags}, seq ${sent}:${sent + seen.bytes}, ack ${received}, win 502, length ${seen.bytes}`
    case 'F.':
      return `${flags}, seq ${sent}, ack ${received}, win 502, length 0`
    default:
      return `${flags}, ack ${received}, win 502, length 0`
  }
}

const nameOf = (address: Ipv4, { names }: LineStyle): string => names.get(address) ?? ipv4Text(address)

function portName(port: number, { namesPorts }: LineStyle): string {
  const named = namesPorts ? Object.entries(services).find(([, number]) => number === port) : undefined
  return named?.[0] ?? String(port)
}
