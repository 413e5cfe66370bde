/** What the commands of `ibmcloud is` have in common: how traffic is named. */
import { Refused } from '#lab/ibm/cli/command.ts'
import type { Words } from '#lab/ibm/cli/words.ts'
import type { PortRange, RuleProtocol } from '#lab/network/rule.ts'

/** What follows the command's name of two words. */
export const operandsOf = ({ command }: Words): readonly string[] => command.slice(2)

/** As the VPC's API tells a range of ports. */
export const portsOf = (
  ports: PortRange | undefined,
): { readonly port_min?: number; readonly port_max?: number } => {
  if (ports === undefined) return {}
  const [min, max] = typeof ports === 'number' ? [ports, ports] : ports
  return { port_min: min, port_max: max }
}

/** `all`, `tcp Ports:Min=179,Max=179` */
export const protocolText = (o: {
  readonly protocol: string
  readonly port_min?: number
  readonly port_max?: number
}): string =>
  o.port_min === undefined ? o.protocol : `${o.protocol} Ports:Min=${o.port_min},Max=${o.port_max}`

const protocols: readonly string[] = ['tcp', 'udp', 'icmp']

/** Throws {@link Refused} for a protocol that these commands do not know: they name no others. */
export function trafficOf(
  protocol: string,
  { min, max }: { readonly min: string | undefined; readonly max: string | undefined },
): { readonly protocol?: RuleProtocol; readonly ports?: PortRange } {
  if (protocol === 'all' || protocol === 'icmp_tcp_udp') return {}
  if (!protocols.includes(protocol)) throw new Refused(`Incorrect Usage: unknown protocol ${protocol}`)
  return {
    protocol: protocol as RuleProtocol, // one of the list
    ...(min !== undefined && { ports: [Number(min), Number(max ?? min)] as const }),
  }
}
