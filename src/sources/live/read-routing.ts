import type { Facts } from '#cluster/facts.ts'
import { type KernelRoute, readBlocks, readRoutes } from '#sources/live/deep/routes.ts'
import { contextOf, type ReadOptions } from '#sources/live/read-cluster.ts'
import { withPod } from '#sources/live/suspects.ts'

export interface RoutingReading {
  readonly blocks: readonly { readonly node: string; readonly cidr: string }[]
  readonly routes: ReadonlyMap<string, readonly KernelRoute[]>
}

/** Blocks of addresses, and these nodes' routes to them. `undefined` where the blocks may not be read. */
export async function readRouting(
  options: ReadOptions,
  facts: Facts,
  nodes: readonly string[],
): Promise<RoutingReading | undefined> {
  const { context } = contextOf(options)
  const blocks = await readBlocks(context)
  if (!blocks.ok) return undefined
  const tables = await Promise.all(
    nodes.map(async (node) => [node, await readRoutes(context, withPod(facts)(node))] as const),
  )
  const routes = new Map(
    tables.flatMap(([node, table]) => (table === undefined ? [] : [[node, table] as const])),
  )
  return { blocks: blocks.value, routes }
}
