/** Stage 3, without a shell on a node in trouble: the host as it looks from inside calico-node. */
import type { PodRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { containerCommands, toldByContainer } from '#sources/live/deep/container-commands.ts'
import { containerShell } from '#sources/live/deep/container-shell.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import type { Reading } from '#sources/reading.ts'

/** One question first: where that is refused, or nothing runs to be asked, the others would be, too. */
export async function readThroughContainer(
  context: LiveContext,
  { node, pod, nowMs }: { readonly node: string; readonly pod: PodRow; readonly nowMs: number },
): Promise<Reading> {
  const shell = containerShell(context, pod)
  const first = await shell.run(node, ['true'], context.call)
  if (!first.ok)
    return {
      rows: [],
      covered: toldByContainer.map((relation) => ({
        relation,
        coverage: missingBy(first.error),
        about: nodeSubject(node),
      })),
    }
  return readFromHostCommands(context, {
    shell,
    node,
    nowMs,
    commands: containerCommands,
    source: `${node}, seen from pod ${pod.namespace}/${pod.name}`,
  })
}
