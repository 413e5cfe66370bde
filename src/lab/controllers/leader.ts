import { rfc3339Micro } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Lease } from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { EventRecorder } from '#lab/kubelet/event-recorder.ts'

/** kubernetes/component-base:config/v1alpha1/defaults.go */
const leaseSeconds = 15
const retryMs = 2000

export interface Candidate {
  readonly namespace: string
  /** Of the lease: `kube-scheduler`. */
  readonly name: string
  readonly kube: KubeClient
  /** Who writes the event. Default: the holder's identity, as controller-runtime has it. */
  readonly component?: string
}

/**
 * Waits until this process leads, and holds the lease from then on: kubernetes/client-go:tools/leaderelection/leaderelection.go. A lease
 * that another holds is taken once nobody has renewed it for fifteen seconds. Renewals rest while nobody looks (docs/decisions/0012).
 *
 * Not imitated: that who cannot renew for ten seconds ends itself; random jitter between tries.
 */
export async function untilLeading(p: Process, candidate: Candidate): Promise<void> {
  const identity = `${p.hostname}_${p.random.fork('leader election').uuid()}`
  const lease = await untilHeld(p, candidate, identity)
  const { component = identity } = candidate
  const { apiVersion, kind, metadata } = lease
  const { name, namespace = '', uid, resourceVersion } = metadata
  new EventRecorder(p, { component, kubeFor: (self) => candidate.kube.by(self) }).record({
    about: { apiVersion, kind, name, namespace, uid, resourceVersion },
    type: 'Normal',
    reason: 'LeaderElection',
    message: `${identity} became leader`,
  })
  p.thread('leader election', async (self) => {
    const own = candidate.kube.by(self)
    for (let held: Lease | undefined = lease; ; ) {
      held ??= await untilHeld(self, candidate, identity)
      held = await own.renewing(held, { everyMs: retryMs, nowMs: () => self.now(), rests: true })
      held = await sent(self, own, held)
    }
  })
}

/** One renewal as it is sent. Nothing: it has to be looked at again. */
async function sent(p: Process, kube: KubeClient, lease: Lease): Promise<Lease | undefined> {
  try {
    const spec = { ...lease.spec, renewTime: rfc3339Micro(p.now()) }
    return await kube.update<Lease>(resources.leases, { ...lease, spec })
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
    if (error instanceof KubeUnreachable) await p.sleep(retryMs)
    return undefined
  }
}

/** Tries until the lease is one's own and renewed. */
async function untilHeld(p: Process, candidate: Candidate, identity: string): Promise<Lease> {
  const { namespace, name } = candidate
  const kube = candidate.kube.by(p)
  let seen: { readonly version: string; readonly atMs: number } | undefined
  for (;;) {
    try {
      const lease = await find(candidate, kube)
      if (lease === undefined)
        return await kube.create<Lease>(resources.leases, {
          apiVersion: 'coordination.k8s.io/v1',
          kind: 'Lease',
          metadata: { name, namespace },
          spec: { ...termOf(p, identity), leaseTransitions: 0 },
        })
      const version = lease.metadata.resourceVersion
      if (version !== seen?.version) seen = { version, atMs: p.monotonic() }
      const spec = nextTerm(p, lease, { identity, isFree: p.monotonic() > seen.atMs + leaseSeconds * 1000 })
      if (spec !== undefined) return await kube.update<Lease>(resources.leases, { ...lease, spec })
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
    }
    await p.sleep(retryMs)
  }
}

async function find({ namespace, name }: Candidate, kube: KubeClient): Promise<Lease | undefined> {
  try {
    return await kube.get<Lease>({ type: resources.leases, namespace, name })
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined
    throw error
  }
}

/** `undefined`: another one leads. */
function nextTerm(
  p: Process,
  { spec }: Lease,
  { identity, isFree }: { readonly identity: string; readonly isFree: boolean },
): Lease['spec'] | undefined {
  if (spec.holderIdentity === identity) return { ...spec, renewTime: rfc3339Micro(p.now()) }
  if (!isFree && spec.holderIdentity) return undefined
  return { ...termOf(p, identity), leaseTransitions: (spec.leaseTransitions ?? 0) + 1 }
}

function termOf(p: Process, identity: string): Lease['spec'] {
  const now = rfc3339Micro(p.now())
  return { acquireTime: now, holderIdentity: identity, leaseDurationSeconds: leaseSeconds, renewTime: now }
}
