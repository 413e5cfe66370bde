import type { Ipv4 } from '#lab/network/address.ts'
import type { Packet } from '#lab/network/packet.ts'
import { martianLine } from '#lab/network/packet-lines.ts'
import type { SimStack } from '#lab/network/stack.ts'

/**
 * Whether reverse path filtering lets a source in on a link: 1 wants the way back over the same link, 2 any way. The
 * larger of the link's and the general setting counts (kernel Documentation/networking/ip-sysctl.rst).
 */
export function admits(stack: SimStack, source: Ipv4, link: string): boolean {
  const mode = Math.max(
    Number(stack.sysctls.own(`net.ipv4.conf.${link}.rp_filter`) ?? 0),
    Number(stack.sysctls.own('net.ipv4.conf.all.rp_filter') ?? 0),
  )
  if (mode === 0) return true
  const way = stack.route(source)
  if (way.kind !== 'link') return false
  return mode !== 1 || way.link.name === link
}

/** A packet's source cannot come from that link: the kernel says so where it is asked to. */
export function martian({ sysctls, hostKernel }: SimStack, p: Packet, link: string): void {
  if (sysctls.get('net.ipv4.conf.all.log_martians') === '1') hostKernel.says(martianLine(p, link))
}
