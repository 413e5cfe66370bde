/** What the kernels of nodes hold of routes to other nodes' blocks, and which blocks there are. */
import { ok, type Result } from '#base/result.ts'
import { blockAffinityShape } from '#sources/formats/shapes.ts'
import type { ApiTrouble } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { listObjects } from '#sources/live/list.ts'
import type { Suspect } from '#sources/live/suspects.ts'

export interface KernelRoute {
  readonly to: string
  readonly via: string
}

const routeArgv = ['ip', '-4', 'route', 'show'] as const

/** Routes with a next hop, from the lines of `ip route`; a host route gets its `/32`. */
export const parseRoutes = (stdout: string): readonly KernelRoute[] =>
  stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d{1,3}(?:\.\d{1,3}){3})(\/\d{1,2})? via (\d{1,3}(?:\.\d{1,3}){3})\b/.exec(line)
    if (match === null) return []
    const [, address = '', length = '/32', via = ''] = match
    return [{ to: `${address}${length}`, via }]
  })

/** Of one node: through its shell, else from inside calico-node, which shares the node's network. `undefined`: not to be had. */
export async function readRoutes(
  context: LiveContext,
  { node, pod }: Suspect,
): Promise<readonly KernelRoute[] | undefined> {
  const shown = await context.shell?.run(node, routeArgv, context.call)
  if (shown?.ok === true && shown.value.code === 0) return parseRoutes(shown.value.stdout)
  if (pod === undefined) return undefined
  const call = { namespace: pod.namespace, pod: pod.name, container: 'calico-node', argv: routeArgv }
  const answer = await context.api.exec(call, context.call)
  return answer.ok && answer.value.code === 0 ? parseRoutes(answer.value.stdout) : undefined
}

/** Blocks of addresses and the nodes that hold them: projectcalico/calico:libcalico-go/lib/apis/v3/block_affinity.go. */
export async function readBlocks(
  context: LiveContext,
): Promise<Result<readonly { readonly node: string; readonly cidr: string }[], ApiTrouble>> {
  const listed = await listObjects(
    context.api,
    { path: '/apis/crd.projectcalico.org/v1/blockaffinities', shape: blockAffinityShape },
    context.call,
  )
  if (!listed.ok) return listed
  return ok(
    listed.value.items
      .filter(
        ({ spec }) =>
          String(spec.deleted ?? 'false') !== 'true' && (spec.state ?? 'confirmed') === 'confirmed',
      )
      .map(({ spec }) => ({ node: spec.node, cidr: spec.cidr })),
  )
}
