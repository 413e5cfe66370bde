/** calico-node's container as a way onto its node: it is privileged and in the host's network namespace, on every cluster. */
import type { PodRow } from '#cluster/relations.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'

/**
 * Runs commands by exec in calico-node on its node. They see the host's network, its packet filters, the kernel's modules and
 * parameters, and of its files only what the pod mounts; processes and everything else are the container's own.
 *
 * @see projectcalico/calico:manifests/calico.yaml (hostNetwork, privileged, mounts)
 */
export function containerShell({ api, commands }: LiveContext, { namespace, name }: PodRow): NodeShell {
  const callOf = (argv: readonly string[]) => ({ namespace, pod: name, container: 'calico-node', argv })
  return {
    run: (_, argv, o) => api.exec(callOf(argv), o),
    command: (_, argv) => commands.exec(callOf(argv)),
  }
}
