import type { LiveContext } from '#sources/live/context.ts'
import { readFromContainer } from '#sources/live/deep/from-container.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import { readFromNode } from '#sources/live/deep/from-node.ts'
import type { Suspect } from '#sources/live/suspects.ts'
import { joined, nothing, type Reading } from '#sources/reading.ts'

interface Looked {
  /** Who is looked into: calico-node's container, and Calico's folders on the host. */
  readonly chosen: readonly Suspect[]
  /** Nodes in trouble, and those that trouble points at: what else the machine itself shows. */
  readonly looked: readonly Suspect[]
  readonly nowMs: number
}

/** Stage 3: from inside calico-node and, where there is a shell, from the nodes themselves. */
export async function readDeep(context: LiveContext, { chosen, looked, nowMs }: Looked): Promise<Reading> {
  const inside = await Promise.all(chosen.map((suspect) => readInside(context, suspect)))
  const { shell } = context
  if (shell === undefined) return joined(inside)
  const hosts = await Promise.all(
    looked.map(({ node }) => readFromHostCommands(context, { shell, node, nowMs })),
  )
  return joined([...inside, ...hosts])
}

async function readInside(context: LiveContext, { node, pod }: Suspect): Promise<Reading> {
  const { shell } = context
  const readings = await Promise.all([
    pod === undefined ? nothing : readFromContainer(context, node, pod),
    shell === undefined ? nothing : readFromNode(context, shell, node),
  ])
  return joined(readings)
}
