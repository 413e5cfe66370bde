/** What a node itself shows of the encapsulation: devices, routes and the addresses of tunnels. */
import type { EncapsulationReads, EncapsulationTold } from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import { isTunnelUp, tunnelNamed } from '#cluster/tunnels.ts'

/** Devices and routes show that there is a tunnel, not when it is used: whether across subnets only stays open. */
export function ofDevices(view: Reads<EncapsulationReads>): readonly EncapsulationTold[] {
  const links = view
    .rows('links')
    .filter((link) => link.in === 'host' && isTunnelUp(link))
    .map((row) => ({ row, device: row.name, says: `${row.name} is up` }))
  const routes = view
    .rows('routes')
    .filter((route) => route.in === 'host')
    .map((row) => ({
      row,
      device: row.dev ?? '',
      says: `the route to ${row.destination} leads into ${row.dev}`,
    }))
  const found = [...links, ...routes].flatMap(({ row, device, says }) => {
    const kind = tunnelNamed(device)?.kind
    return kind === 'ipip' || kind === 'vxlan' ? [{ kind, isCrossSubnet: false, row, says }] : []
  })
  const annotated = view.rows('nodes').flatMap((row): readonly EncapsulationTold[] => {
    const at = { isCrossSubnet: false, row: { from: row.from, node: row.name } }
    return [
      ...(row.ipipTunnel
        ? [{ ...at, kind: 'ipip' as const, says: `${row.name} has an IPIP tunnel’s address` }]
        : []),
      ...(row.vxlanTunnel
        ? [{ ...at, kind: 'vxlan' as const, says: `${row.name} has a VXLAN tunnel’s address` }]
        : []),
    ]
  })
  return [...found, ...annotated]
}
