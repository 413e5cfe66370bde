/**
 * Stage 3, where the control plane does not hear of a node: whether its machine answers small packets and large ones alike. A way
 * that carries less than the cards say loses every large one, and kubelet's reports are large.
 */
import type { Facts } from '#cluster/facts.ts'
import type { NodeRow } from '#cluster/relations.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import { joined, nothing, type Reading } from '#sources/reading.ts'

const nodesMax = 2
/** With its headers 1500 bytes: what every card carries that is not told otherwise. */
const largeBytes = 1472

/**
 * Pings one or two silent machines from one that is heard, twice with and without the largest usual size. Tells only of those that
 * answer the small ones alone: what is answered alike, or not at all, is no matter of sizes.
 */
export async function readPacketSizes(
  context: LiveContext,
  { shell, facts }: { readonly shell: NodeShell; readonly facts: Facts },
): Promise<Reading> {
  const { silent } = silenceOf(facts)
  const from = facts.rows('nodes').find((node) => !silent.includes(node) && isReady(node))
  if (from === undefined) return nothing
  const readings = silent.slice(0, nodesMax).map(async ({ internalIp }): Promise<Reading> => {
    if (internalIp === undefined) return nothing
    const commands = [`ping -c 2 -W 1 ${internalIp}`, `ping -c 2 -W 1 -M do -s ${largeBytes} ${internalIp}`]
    const reading = await readFromHostCommands(context, {
      shell,
      node: from.name,
      nowMs: facts.observedAtMs,
      commands: commands.map((line) => ({ argv: line.split(' '), whole: [] })),
    })
    return isOfSize(reading) ? reading : nothing
  })
  return joined(await Promise.all(readings))
}

const isReady = ({ conditions }: NodeRow): boolean =>
  conditions.some(({ type, status }) => type === 'Ready' && status === 'True')

/** A packet that the sender's own card refuses was never on the way. */
function isOfSize({ rows }: Reading): boolean {
  const isRefused = rows.some(({ relation }) => relation === 'captures')
  const answers = rows.flatMap((read) => (read.relation === 'reachability' ? [read.row] : []))
  return (
    !isRefused &&
    answers.some(({ bytes = 0, outcome }) => bytes < largeBytes && outcome === 'ok') &&
    answers.some(({ bytes, outcome }) => bytes === largeBytes && outcome === 'timed-out')
  )
}
