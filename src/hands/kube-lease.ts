import { z } from 'zod'
import { type Clock, parseTime, rfc3339Micro } from '#base/clock.ts'
import { failed, ok } from '#base/result.ts'
import type { SendToApi } from '#hands/kube-hand.ts'
import type { Lease } from '#repair/lease.ts'

const leaseShape = z.object({
  metadata: z.object({ resourceVersion: z.string().nullish() }),
  spec: z
    .object({
      holderIdentity: z.string().nullish(),
      renewTime: z.string().nullish(),
      leaseDurationSeconds: z.number().nullish(),
    })
    .nullish(),
})

/** Long enough for the longest plan; a crash of ours keeps others away no longer than this. */
const durationS = 900

/** A coordination.k8s.io Lease `ninelives-repair-<node>` in kube-system, deleted on release. */
export function kubeLease(
  send: SendToApi,
  { node, holder, clock }: { readonly node: string; readonly holder: string; readonly clock: Clock },
): Lease {
  const folder = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases'
  const name = `ninelives-repair-${node}`
  const body = (resourceVersion?: string): string =>
    JSON.stringify({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace: 'kube-system',
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      spec: { holderIdentity: holder, leaseDurationSeconds: durationS, renewTime: rfc3339Micro(clock.now()) },
    })
  let ours = false
  return {
    async acquire() {
      const read = await send({ method: 'GET', path: `${folder}/${name}` })
      const lease = read.ok ? leaseShape.safeParse(read.value).data : undefined
      const other = otherHolder(lease, holder, clock.now())
      if (other !== undefined) return failed(other)
      const written = read.ok
        ? await send({
            method: 'PUT',
            path: `${folder}/${name}`,
            body: body(lease?.metadata.resourceVersion ?? undefined),
          })
        : await send({ method: 'POST', path: folder, body: body() })
      ours = written.ok
      // 409: somebody was quicker in the moment between.
      if (!written.ok && written.error.status === 409)
        return failed({ holder: 'somebody else', forMs: durationS * 1000 })
      return ok(written.ok ? {} : { unheld: `the lease ${name} could not be written: ${written.error.says}` })
    },
    async release() {
      if (ours) await send({ method: 'DELETE', path: `${folder}/${name}` })
      ours = false
    },
  }
}

function otherHolder(
  lease: z.infer<typeof leaseShape> | undefined,
  self: string,
  nowMs: number,
): { readonly holder: string; readonly forMs: number } | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds } = lease?.spec ?? {}
  if (!holderIdentity || holderIdentity === self || !renewTime) return undefined
  const forMs = (parseTime(renewTime) ?? 0) + (leaseDurationSeconds ?? durationS) * 1000 - nowMs
  return forMs > 0 ? { holder: holderIdentity, forMs } : undefined
}
