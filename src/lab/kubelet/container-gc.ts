import type { Pod } from '#lab/api/objects.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

/**
 * Removes what is left of a pod's earlier lives: one dead instance of each container is kept, and no older sandbox without any.
 *
 * Not imitated: the real one comes round once a minute; here every sync ends with it.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/container/container_gc.go, pkg/kubelet/kuberuntime/kuberuntime_gc.go
 */
export async function removeRemains(runtime: ContainerRuntime, { metadata: { uid } }: Pod): Promise<void> {
  const all = runtime.containers(uid)
  for (const name of new Set(all.map((instance) => instance.name))) {
    const dead = all.filter((instance) => instance.name === name && instance.state === 'exited')
    for (const instance of dead.slice(1)) runtime.removeContainer(instance.id)
  }
  const [, ...old] = runtime.sandboxes(uid)
  for (const sandbox of old) {
    const used = runtime.containers(uid).some(({ sandboxId }) => sandboxId === sandbox.id)
    if (!used) await runtime.removeSandbox(sandbox.id)
  }
}
