import { rfc3339Micro } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Lease, Node } from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Klog } from '#lab/kubelet/klog.ts'

interface NodeLeaseOptions {
  readonly kube: KubeClient
  readonly klog: Klog
  readonly facts: () => { readonly name: string }
}

const renewMs = 10_000

/** The node's heartbeat, for ever: kubernetes/component-helpers:apimachinery/lease/controller.go. */
export async function keepNodeLease(self: Process, o: NodeLeaseOptions): Promise<void> {
  const kube = o.kube.by(self)
  const { name } = o.facts()
  let lease: Lease | undefined
  for (;;) {
    try {
      lease = lease === undefined ? await ensureLease(kube, self, name) : await renewed(kube, self, lease)
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      const says =
        lease === undefined ? 'Failed to ensure lease exists, will retry' : 'Failed to update lease'
      o.klog.error(lease === undefined ? 'controller.go:145' : 'controller.go:195', says, {
        err: error.message,
      })
      // Somebody else changed or removed it: read it again. Silence changes nothing.
      if (error instanceof KubeError) lease = undefined
    }
    if (lease === undefined) await self.sleep(renewMs)
    else lease = await kube.renewing(lease, { everyMs: renewMs, nowMs: () => self.now() })
  }
}

const leaseNamespace = 'kube-node-lease'
const timeout = { timeoutMs: renewMs }

async function ensureLease(kube: KubeClient, self: Process, name: string): Promise<Lease> {
  try {
    const known = await kube.get<Lease>({ type: resources.leases, namespace: leaseNamespace, name }, timeout)
    return await renewed(kube, self, known)
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
  }
  const owner = await kube.get<Node>({ type: resources.nodes, name }, timeout)
  return kube.create<Lease>(
    resources.leases,
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: leaseNamespace,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: owner.metadata.uid }],
      },
      spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: rfc3339Micro(self.now()) },
    },
    timeout,
  )
}

const renewed = (kube: KubeClient, self: Process, lease: Lease): Promise<Lease> =>
  kube.update<Lease>(resources.leases, renewal(self)(lease), timeout)

const renewal =
  (self: Process) =>
  (lease: Lease): Lease => ({
    ...lease,
    spec: { ...lease.spec, renewTime: rfc3339Micro(self.now()) },
  })
