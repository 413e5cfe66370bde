/** A kubelet's CSINode, which says what drivers its node has: pkg/volume/csi/nodeinfomanager. No node of a lab has any. */
import type { KubeClient } from '#lab/api/client.ts'
import type { KubeObject, Node } from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'

const retryMs = 5000

interface CsiNode extends KubeObject {
  readonly spec: { readonly drivers: readonly unknown[] }
}

/** Makes it once the node is known; `minor`: of the kubelet. */
export async function keepCsiNode(
  self: Process,
  kube: KubeClient,
  { name, minor }: { readonly name: string; readonly minor: number },
): Promise<void> {
  while (!(await isMade(kube, name, minor))) await self.sleep(retryMs)
}

async function isMade(kube: KubeClient, name: string, minor: number): Promise<boolean> {
  try {
    const { metadata } = await kube.get<Node>({ type: resources.nodes, name })
    const plugins = migrated(minor).map((plugin) => `kubernetes.io/${plugin}`)
    await kube.create<CsiNode>(resources.csiNodes, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSINode',
      metadata: {
        name,
        annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': plugins.join(',') },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: metadata.uid }],
      },
      spec: { drivers: [] },
    })
    return true
  } catch (error) {
    if (isKubeError(error, 'AlreadyExists')) return true
    if (error instanceof KubeError || error instanceof KubeUnreachable) return false
    throw error
  }
}

/** The plug-ins that others have taken over from the kubelet. */
const migrated = (minor: number): readonly string[] => [
  'aws-ebs',
  'azure-disk',
  ...(minor >= 26 ? ['azure-file'] : []),
  'cinder',
  'gce-pd',
  ...(minor >= 31 ? ['portworx-volume'] : []),
  ...(minor >= 25 ? ['vsphere-volume'] : []),
]
