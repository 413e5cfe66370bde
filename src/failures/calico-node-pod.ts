import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { LabControl } from '#lab/fault.ts'

/**
 * Deletes the pod of calico-node on a node, in whatever namespace it is, as an engineer does who hopes that a new one will be
 * better; the DaemonSet makes a new one.
 */
export async function deleteCalicoNodePod({ kube }: LabControl, node: string): Promise<void> {
  const pods = await kube.list<Pod & KubeObject>({
    type: resources.pods,
    labelSelector: 'k8s-app=calico-node',
    fieldSelector: `spec.nodeName=${node}`,
  })
  for (const { metadata } of pods)
    await kube.delete({ type: resources.pods, namespace: metadata.namespace ?? '', name: metadata.name })
}

/** A rollout of the lab's application: its pods are deleted, and new ones start, on this node among others. */
export async function rollOutWorkload({ kube }: LabControl): Promise<void> {
  const pods = await kube.list({ type: resources.pods, namespace: 'shop' })
  for (const { metadata } of pods)
    await kube.delete({ type: resources.pods, namespace: 'shop', name: metadata.name })
}
