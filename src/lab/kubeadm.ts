import { directKube } from '#lab/api/direct.ts'
import type { Node } from '#lab/api/objects.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import type { Task } from '#lab/kernel/kernel.ts'

const role = 'node-role.kubernetes.io/control-plane'
const retryMs = 500

/**
 * What is left of `kubeadm init` once the first kubelet has registered its node: it is labelled and tainted as control plane
 * (kubernetes/kubernetes:cmd/kubeadm/app/phases/markcontrolplane/markcontrolplane.go). A kubelet may not do this itself, so a Node that
 * is deleted and registers again has neither.
 */
export async function markControlPlane(
  task: Task,
  { api, node }: { readonly api: ApiServer; readonly node: string },
): Promise<void> {
  const kube = directKube(api, { task })
  const ref = { type: resources.nodes, name: node }
  for (;;) {
    try {
      const { spec } = await kube.get<Node>(ref)
      const taints = [...(spec.taints ?? []), { key: role, effect: 'NoSchedule' }]
      const labels = { [role]: '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
      await kube.patch(ref, { type: 'merge', body: { metadata: { labels }, spec: { taints } } })
      return
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
      await task.sleep(retryMs)
    }
  }
}
