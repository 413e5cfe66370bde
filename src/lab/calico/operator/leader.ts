import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import { informer } from '#lab/api/informer.ts'
import type { Lease, Pod } from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { operatorNamespace } from '#lab/calico/operator/rendering.ts'
import type { Process } from '#lab/host/ports.ts'

const lock = { type: resources.leases, namespace: operatorNamespace, name: 'operator-lock' }
const leaseMs = 15_000
const retryMs = 2000

/**
 * Waits until no other operator acts, so that two of different releases do not write over each other while one takes the other's place
 * (tigera/operator:main.go, LeaderElectionID; kubernetes/client-go:tools/leaderelection).
 *
 * Not imitated: that the holder renews every two seconds. One whose pod is there and is not told to go counts as one that does; a pod that
 * starts again holds what it held.
 */
export async function untilLeader(p: Process, kube: KubeClient): Promise<void> {
  const pods = new OtherPods(p, kube)
  for (;;) {
    try {
      const lease = await found(kube)
      if (lease === undefined || !(await pods.has(lease.spec.holderIdentity ?? ''))) {
        if (lease !== undefined && !isOwn(p, lease)) await p.sleep(leaseMs)
        await take(p, kube, lease)
        pods.stop()
        return
      }
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
    }
    await p.sleep(retryMs)
  }
}

async function found(kube: KubeClient): Promise<Lease | undefined> {
  try {
    return await kube.get<Lease>(lock)
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined
    throw error
  }
}

const identity = (p: Process): string => p.env.POD_NAME ?? p.hostname
const isOwn = (p: Process, { spec }: Lease): boolean => spec.holderIdentity === identity(p)

/** Rejects where somebody was first. */
async function take(p: Process, kube: KubeClient, lease: Lease | undefined): Promise<void> {
  const now = rfc3339(p.now()).replace('Z', '.000000Z')
  const spec = {
    holderIdentity: identity(p),
    leaseDurationSeconds: leaseMs / 1000,
    acquireTime: now,
    renewTime: now,
    leaseTransitions: lease === undefined ? 0 : (lease.spec.leaseTransitions ?? 0) + 1,
  }
  if (lease === undefined)
    await kube.create<Lease>(lock.type, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: lock.name, namespace: lock.namespace },
      spec,
    })
  else if (!isOwn(p, lease)) await kube.update<Lease>(lock.type, { ...lease, spec })
}

/** The operator's pods, watched only where somebody else holds the lock. */
class OtherPods {
  readonly #p: Process
  readonly #kube: KubeClient
  #pods: ReturnType<typeof informer<Pod>> | undefined

  constructor(p: Process, kube: KubeClient) {
    this.#p = p
    this.#kube = kube
  }

  /** Whether a pod other than the own one is there and stays. */
  async has(name: string): Promise<boolean> {
    if (name === identity(this.#p)) return false
    this.#pods ??= informer<Pod>(this.#p, this.#kube, { type: resources.pods, namespace: operatorNamespace })
    await this.#pods.untilSynced(this.#p.task)
    const pod = this.#pods.get(`${operatorNamespace}/${name}`)
    return (
      pod !== undefined &&
      pod.metadata.deletionTimestamp === undefined &&
      pod.status.phase !== 'Failed' &&
      pod.status.phase !== 'Succeeded'
    )
  }

  stop(): void {
    this.#pods?.stop()
  }
}
