/** Containers as a way onto their node: those that are privileged and in the host's network namespace. */
import type { Reads } from '#cluster/facts.ts'
import type { PodRow } from '#cluster/relations.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'

/**
 * Runs commands by exec in a pod's container on its node. They see the host's network, its packet filters, the kernel's modules and
 * parameters, and of its files only what the pod mounts; processes and everything else are the container's own.
 *
 * @see projectcalico/calico:manifests/calico.yaml (hostNetwork, privileged, mounts)
 */
export function containerShell(
  { api, commands }: LiveContext,
  { namespace, name }: PodRow,
  container: 'calico-node' | 'kube-proxy',
): NodeShell {
  const callOf = (argv: readonly string[]) => ({ namespace, pod: name, container, argv })
  return {
    run: (_, argv, o) => api.exec(callOf(argv), o),
    command: (_, argv) => commands.exec(callOf(argv)),
  }
}

/**
 * A node's kube-proxy where it runs as a pod that may look at its host: kubeadm's, OpenShift's. Root also where calico-node is not.
 *
 * @see kubernetes/kubernetes:cmd/kubeadm/app/phases/addons/proxy/manifests.go (hostNetwork, privileged)
 */
export const kubeProxyPodOf = (facts: Reads<'pods'>, node: string): PodRow | undefined =>
  facts
    .rows('pods')
    .find(
      (pod) =>
        pod.node === node &&
        pod.hostNetwork === true &&
        pod.containers.some(
          ({ name, state, privileged }) =>
            name === 'kube-proxy' && state === 'running' && privileged === true,
        ),
    )
