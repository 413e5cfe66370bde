import { directKube } from '#lab/api/direct.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import type { Task } from '#lab/kernel/kernel.ts'

const role = 'node-role.kubernetes.io/control-plane'
const retryMs = 500

/**
 * What is left of `kubeadm init` once the first kubelet has registered its node: it is labelled as control plane
 * (kubernetes/kubernetes:cmd/kubeadm/app/phases/markcontrolplane/markcontrolplane.go), and not tainted: this cluster's owner asked for
 * that with `nodeRegistration.taints: []`. A kubelet may not do this itself, so a Node that is deleted and registers again
 * has no role.
 */
export async function markControlPlane(
  task: Task,
  { api, node }: { readonly api: ApiServer; readonly node: string },
): Promise<void> {
  const kube = directKube(api)
  const ref = { type: resources.nodes, name: node }
  for (;;) {
    try {
      const labels = { [role]: '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
      await kube.patch(ref, { type: 'merge', body: { metadata: { labels } } })
      return
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
      await task.sleep(retryMs)
    }
  }
}
