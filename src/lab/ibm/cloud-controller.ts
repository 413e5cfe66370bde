import { type KubeClient, kubeClient } from '#lab/api/client.ts'
import { informer } from '#lab/api/informer.ts'
import type { Node } from '#lab/api/objects.ts'
import { isKubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { masterPort } from '#lab/ibm/account.ts'
import { ensureEndpoints } from '#lab/ibm/calico-extension.ts'
import type { Inventory } from '#lab/ibm/inventory.ts'
import { workerLabels } from '#lab/ibm/labels.ts'
import type { Product } from '#lab/ibm/product.ts'

/**
 * What of the provider's cloud controller a customer sees: a node that registers gets the labels of its worker, and, since no init
 * container does it any more, its HostEndpoints, once; the documents do not say who makes them now. Not imitated: load
 * balancers, routes, addresses, the taint of nodes that are not initialised yet.
 *
 * `version`: of Kubernetes on the workers.
 */
export const cloudController =
  (
    inventory: Inventory,
    { product, version }: { readonly product: Product; readonly version: string },
  ): Program =>
  async (p) => {
    const kube = kubeClient(p, {
      server: `127.0.0.1:${masterPort}`,
      user: 'ibm-cloud-controller-manager',
      groups: ['system:masters'],
    })
    const { infrastructure } = inventory
    const guarded = new Set<string>()
    const nodes = informer<Node>(p, kube, { type: resources.nodes })
    for (let seen = -1; ; ) {
      if (seen === nodes.version) await nodes.changed(p.task, seen)
      seen = nodes.version
      for (const node of nodes.list()) {
        const worker = inventory.workers.find(({ privateIp }) => privateIp === node.metadata.name)
        if (worker === undefined) continue
        await label(p, kube, node, workerLabels(worker, { infrastructure, product, version }))
        if (!product.makesEndpoints(inventory.masterVersion) || guarded.has(worker.id)) continue
        if (await guard(p, kube, node.metadata.name)) guarded.add(worker.id)
      }
    }
  }

/** Whether its HostEndpoints are there now. */
async function guard(p: Process, kube: KubeClient, node: string): Promise<boolean> {
  try {
    await ensureEndpoints(p, kube, node)
    return true
  } catch (error) {
    if (!(error instanceof KubeUnreachable) && !isKubeError(error)) throw error
    return false
  }
}

async function label(
  p: Process,
  kube: KubeClient,
  { metadata }: Node,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value)) return
  try {
    await kube.patch(
      { type: resources.nodes, name: metadata.name },
      { type: 'merge', body: { metadata: { labels } } },
    )
  } catch (error) {
    if (!(error instanceof KubeUnreachable) && !isKubeError(error)) throw error
    p.stderr.write(`Failed to label node ${metadata.name}: ${error.message}\n`)
    await p.sleep(1000)
  }
}
