import type { Pod } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Kubelet } from '#lab/kubelet/context.ts'
import { CriError } from '#lab/runtime/cri-error.ts'

/**
 * Takes down the sandboxes of a pod, or its `newest` alone, with their network. Answers why it could not, as
 * `failed to "KillPodSandbox" for "<uid>" with KillPodSandboxError: "…"`; what the runtime said is logged.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/kuberuntime/kuberuntime_manager.go (killPodWithSyncResult)
 */
export async function stopSandboxes(
  { runtime, klog, minor }: Pick<Kubelet, 'runtime' | 'klog' | 'minor'>,
  self: Process,
  { metadata: { uid } }: Pod,
  which: 'all' | 'newest' = 'all',
): Promise<string | undefined> {
  let podSandboxID = ''
  try {
    const all = runtime.sandboxes(uid)
    for (const { id } of which === 'all' ? all : all.slice(0, 1)) {
      podSandboxID = id
      await runtime.stopSandbox(self.task, id)
    }
    return undefined
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    const { message: err } = error
    // Since 1.31 in a module of its own: k8s.io/cri-client.
    const at = minor >= 31 ? 'log.go:32' : 'remote_runtime.go:205'
    klog.error(at, 'StopPodSandbox from runtime service failed', { err, podSandboxID })
    klog.error('kuberuntime_manager.go:1479', 'Failed to stop sandbox', {
      podSandboxID: { Type: runtime.brand.name, ID: podSandboxID },
    })
    return `failed to "KillPodSandbox" for "${uid}" with KillPodSandboxError: ${JSON.stringify(err)}`
  }
}
