import { createHash } from 'node:crypto'
import { rfc3339Micro } from '#base/clock.ts'
import { RestingRenewals } from '#lab/api/client/renewing.ts'
import { directKube } from '#lab/api/direct.ts'
import type { Lease } from '#lab/api/objects.ts'
import { isKubeError, KubeError, resources } from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { Renewals, standingOf } from '#lab/api/verbs/renew.ts'
import type { Process } from '#lab/host/ports.ts'
import { minorOf } from '#lab/kubelet/release.ts'

const namespace = 'kube-system'
const renewMs = 10_000
const retryMs = 200
const manager = { fieldManager: 'kube-apiserver' }
const user = { username: 'system:apiserver', groups: ['system:masters'] }

/**
 * The lease by which a kube-apiserver says that it is there, since 1.26: kubernetes/kubernetes:pkg/controlplane/apiserver/server.go.
 * Renewals rest while nobody looks (docs/decisions/0012). Not imitated: that leases of servers that are gone are removed.
 */
export function keepIdentityLease(p: Process, api: ApiServer): void {
  const minor = minorOf(`v${api.kubernetesVersion}`)
  if (minor < 26) return
  p.thread('identity lease', async (self) => {
    for (;;) await untilLost(self, api, await untilThere(self, api, minor))
  })
}

async function untilThere(p: Process, api: ApiServer, minor: number): Promise<Lease> {
  const kube = directKube(api)
  const name = identityOf(p.hostname)
  for (;;) {
    try {
      const draft = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace, labels: labelsOf(p.hostname, minor) },
        spec: {
          holderIdentity: `${name}_${p.random.fork('identity').uuid()}`,
          leaseDurationSeconds: 3600,
          renewTime: rfc3339Micro(p.now()),
        },
      }
      return await kube.create<Lease>(resources.leases, draft, manager)
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) {
        const lease = await kube.get<Lease>({ type: resources.leases, namespace, name })
        const spec = { ...lease.spec, renewTime: rfc3339Micro(p.now()) }
        return kube.update<Lease>(resources.leases, { ...lease, spec }, manager)
      }
      if (!(error instanceof KubeError)) throw error
      await p.sleep(retryMs)
    }
  }
}

/** Renews it until somebody else has changed or removed it. */
function untilLost(p: Process, { state }: ApiServer, lease: Lease): Promise<void> {
  const { name, resourceVersion } = lease.metadata
  const def = state.registry.find(resources.leases)
  if (def === undefined) throw new Error('leases are not served')
  const renewals = new Renewals(state, { def, namespace, name }, 'lease')
  let revision = Number(resourceVersion)
  let renewedMs = p.now()
  const renew = (atMs: number): boolean => {
    const beat = renewals.renew(user, { revision, renewedMs: atMs })
    if (beat === undefined) return false
    revision = beat.revision
    renewedMs = atMs
    return true
  }
  return p.task.wait<void>((wake) => {
    const beat = new RestingRenewals(p, {
      standing: standingOf(state, renewals, user),
      get renewedMs() {
        return renewedMs
      },
      renew: () => {
        if (renew(p.now())) return renewMs
        wake()
        return undefined
      },
      renewLate: renew,
    })
    beat.begin(renewMs)
    return () => beat.end()
  })
}

const labelsOf = (hostname: string, minor: number): Readonly<Record<string, string>> => ({
  ...(minor === 26
    ? { 'k8s.io/component': 'kube-apiserver' }
    : { 'apiserver.kubernetes.io/identity': 'kube-apiserver' }),
  'kubernetes.io/hostname': hostname,
})

/** staging:apiserver/pkg/server/config.go: a hash of host and program, each with its length before it. */
function identityOf(hostname: string): string {
  const parts = [hostname, 'kube-apiserver'].map((part) => {
    const bytes = Buffer.from(part)
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
  })
  const hash = createHash('sha256').update(Buffer.concat(parts)).digest()
  return `apiserver-${base32(hash.subarray(0, 16))}`
}

/** RFC 4648, in small letters and without padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,5}/g) ?? []
  return digits
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
}
