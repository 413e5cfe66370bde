import { holds } from '#cluster/addresses.ts'
import { tunnelTold } from '#cluster/encapsulation.ts'
import type { Facts } from '#cluster/facts.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import type { Captured } from '#sources/live/deep/capture.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import { nextHopOf } from '#sources/live/deep/overlay-packets.ts'
import { joined, type Reading } from '#sources/reading.ts'

/**
 * From the nodes that send: ping and a connection to a pod that a pod there was seen to dial, and who makes the checksums of what
 * goes through a VXLAN device. The same packets as the pod's, but for the sender.
 */
export async function readTests(
  context: LiveContext,
  {
    shell,
    facts,
    sent,
  }: { readonly shell: NodeShell; readonly facts: Facts; readonly sent: readonly Captured[] },
): Promise<Reading> {
  const device = tunnelTold(facts, 'vxlan') === undefined ? [] : ['ethtool -k vxlan.calico']
  return joined(
    await Promise.all(
      sent.map((out) => {
        const dialled = dialledBy(facts, out)
        const tests =
          dialled === undefined
            ? []
            : [`ping -c 2 -W 2 ${dialled.address}`, `nc -zvw 3 ${dialled.address} ${dialled.port}`]
        const commands = [...tests, ...device].map((line) => ({ argv: line.split(' '), whole: [] }))
        return readFromHostCommands(context, { shell, node: out.node, nowMs: facts.observedAtMs, commands })
      }),
    ),
  )
}

/** A pod of another node to which a TCP packet went. */
function dialledBy(
  facts: Facts,
  { node, packets }: Captured,
): { readonly address: string; readonly port: number } | undefined {
  const isPods = (address: string): boolean => facts.rows('ipPools').some(({ cidr }) => holds(cidr, address))
  for (const { packet, line } of packets) {
    const { protocol, destination: address, port } = packet
    if (protocol !== 'tcp' || address === undefined || port === undefined || !line.includes('Flags [S]'))
      continue
    if (isPods(address) && nextHopOf(facts, node, address) !== undefined) return { address, port }
  }
  return undefined
}
