import { ipv4Text } from '#lab/network/address.ts'
import type { Packet } from '#lab/network/packet.ts'

/** A source that cannot come from there, in the kernel's words (net/ipv4/route.c: ip_handle_martian_source). */
export const martianLine = (p: Packet, link: string): string =>
  `IPv4: martian source ${ipv4Text(p.destination)} from ${ipv4Text(p.source)}, on dev ${link}`

/** What a `LOG` target (`-j LOG --log-prefix`) writes, without the fields that the lab has not. */
export function logLine(
  prefix: string,
  p: Packet,
  at: { readonly in?: string | undefined; readonly out?: string | undefined },
): string {
  const ends = `SRC=${ipv4Text(p.source)} DST=${ipv4Text(p.destination)} LEN=${p.sizeBytes}`
  const ports = p.protocol === 'tcp' || p.protocol === 'udp' ? ` SPT=${p.sourcePort} DPT=${p.port}` : ''
  return `${prefix}: IN=${at.in ?? ''} OUT=${at.out ?? ''} ${ends} TOS=0x00 PREC=0x00 TTL=63 ID=0 DF PROTO=${p.protocol.toUpperCase()}${ports}`
}
