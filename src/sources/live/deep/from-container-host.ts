/** Stage 3, without a shell on a node in trouble: the host as it looks from inside calico-node, or else from inside kube-proxy. */
import type { PodRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { ApiTrouble } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { calicoNodeCommands, kubeProxyCommands, relationsOf } from '#sources/live/deep/container-commands.ts'
import { containerShell } from '#sources/live/deep/container-shell.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import type { HostCommand } from '#sources/live/deep/host-commands.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { joined, nothing, type Reading } from '#sources/reading.ts'

interface Looked {
  readonly node: string
  /** calico-node's pod there, and kube-proxy's, where one runs as a pod. */
  readonly pod: PodRow | undefined
  readonly proxy: PodRow | undefined
  readonly nowMs: number
}

/**
 * One question first: where calico-node may not be looked into, or nobody reaches the node's kubelet, all others would end alike. Where
 * it does not run, or may not see everything itself (a rebuilt image without root), kube-proxy shows what it can.
 */
export async function readThroughContainers(context: LiveContext, looked: Looked): Promise<Reading> {
  const { node, pod, proxy } = looked
  const shell = pod && containerShell(context, pod, 'calico-node')
  const first = await shell?.run(node, ['true'], context.call)
  if (first?.ok === false && first.error.kind !== 'not-running') return unseen(node, first.error)
  const own =
    pod !== undefined && first?.ok === true
      ? await through(context, { ...looked, pod, container: 'calico-node', commands: calicoNodeCommands })
      : nothing
  const isWhole = relationsOf(kubeProxyCommands).every((relation) => isCovered(own, relation))
  const other =
    proxy === undefined || isWhole
      ? nothing
      : await through(context, {
          ...looked,
          pod: proxy,
          container: 'kube-proxy',
          commands: kubeProxyCommands,
        })
  return joined([first?.ok === false ? unseen(node, first.error) : own, other])
}

const isCovered = ({ covered }: Reading, relation: string): boolean =>
  covered.some((each) => each.relation === relation)

const through = (
  context: LiveContext,
  {
    node,
    nowMs,
    pod,
    container,
    commands,
  }: Pick<Looked, 'node' | 'nowMs'> & {
    readonly pod: PodRow
    readonly container: 'calico-node' | 'kube-proxy'
    readonly commands: readonly HostCommand[]
  },
): Promise<Reading> =>
  readFromHostCommands(context, {
    shell: containerShell(context, pod, container),
    node,
    nowMs,
    commands,
    source: `${node}, seen from pod ${pod.namespace}/${pod.name}`,
  })

/** Said of everything that calico-node would have shown. */
const unseen = (node: string, error: ApiTrouble): Reading => ({
  rows: [],
  covered: relationsOf(calicoNodeCommands).map((relation) => ({
    relation,
    coverage: missingBy(error),
    about: nodeSubject(node),
  })),
})
