import type { LiveContext } from '#sources/live/context.ts'
import { readFromContainer } from '#sources/live/deep/from-container.ts'
import { readThroughContainer } from '#sources/live/deep/from-container-host.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import { readFromNode } from '#sources/live/deep/from-node.ts'
import type { Suspect } from '#sources/live/suspects.ts'
import { joined, nothing, type Reading } from '#sources/reading.ts'

/** Stage 3, of each node: from inside calico-node's container, and Calico's folders on the host where there is a shell. */
export const readInside = async (context: LiveContext, chosen: readonly Suspect[]): Promise<Reading> =>
  joined(await Promise.all(chosen.map((suspect) => insideOf(context, suspect))))

interface Looked {
  /** Nodes in trouble, and those that trouble points at. */
  readonly looked: readonly Suspect[]
  readonly nowMs: number
}

/** Stage 3, of nodes in trouble: what else the machine itself shows, through a shell, or else as calico-node's container sees it. */
export async function readHosts(context: LiveContext, { looked, nowMs }: Looked): Promise<Reading> {
  const { shell } = context
  const readings = looked.map(({ node, pod }) => {
    if (shell !== undefined) return readFromHostCommands(context, { shell, node, nowMs })
    return pod === undefined ? nothing : readThroughContainer(context, { node, pod, nowMs })
  })
  return joined(await Promise.all(readings))
}

async function insideOf(context: LiveContext, { node, pod }: Suspect): Promise<Reading> {
  const { shell } = context
  const readings = await Promise.all([
    pod === undefined ? nothing : readFromContainer(context, node, pod),
    shell === undefined ? nothing : readFromNode(context, shell, node),
  ])
  return joined(readings)
}
