import type { Facts } from '#cluster/facts.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { kubeProxyPodOf } from '#sources/live/deep/container-shell.ts'
import { readFromContainer } from '#sources/live/deep/from-container.ts'
import { readThroughContainers } from '#sources/live/deep/from-container-host.ts'
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
  /** As far as they are read: of which pods nodes can be seen. */
  readonly facts: Facts
  readonly nowMs: number
}

/** Stage 3, of nodes in trouble: what else the machine itself shows, through a shell, or else as containers of its network see it. */
export async function readHosts(context: LiveContext, { looked, facts, nowMs }: Looked): Promise<Reading> {
  const { shell } = context
  const readings = looked.map(({ node, pod }) =>
    shell === undefined
      ? readThroughContainers(context, { node, pod, proxy: kubeProxyPodOf(facts, node), nowMs })
      : readFromHostCommands(context, { shell, node, nowMs }),
  )
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
