import { z } from 'zod'
import { failed, ok, type Result } from '#base/result.ts'
import { handTrouble, type SendToApi } from '#hands/kube-hand.ts'
import type { HandOptions, HandTrouble } from '#repair/hands.ts'
import type { Act } from '#repair/types.ts'

const podShape = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    generateName: z.string().nullish(),
    ownerReferences: z
      .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }).loose())
      .nullish(),
  }),
  spec: z.record(z.string(), z.unknown()),
})

/**
 * Shows that a pod would come back before it is deleted: its DaemonSet is there and is not being deleted, and the API
 * server would accept the same pod again (a dry run, in which admission and its webhooks take part).
 *
 * Not shown: that the node still has the image, and that the new pod will do better.
 */
export async function rehearseRecreation(
  send: SendToApi,
  act: Extract<Act, { hand: 'delete-pod' }>,
  o: HandOptions | undefined,
): Promise<Result<string, HandTrouble>> {
  const { namespace, name } = act
  const answer = await send({ method: 'GET', path: `/api/v1/namespaces/${namespace}/pods/${name}` }, o)
  if (!answer.ok)
    return answer.error.status === 404 ? ok(`${name} is gone already`) : failed(handTrouble(answer.error))
  const pod = podShape.safeParse(answer.value)
  if (!pod.success) return failed({ kind: 'failed', says: `pod ${namespace}/${name} came back unreadable` })
  const owner = pod.data.metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (owner?.kind !== 'DaemonSet')
    return failed({ kind: 'refused', says: `${name} belongs to no DaemonSet: nothing would make it again` })
  const set = await send(
    { method: 'GET', path: `/apis/apps/v1/namespaces/${namespace}/daemonsets/${owner.name}` },
    o,
  )
  if (!set.ok)
    return failed({ kind: 'refused', says: `its DaemonSet ${owner.name} cannot be read: ${set.error.says}` })
  const accepted = await send(dryRun(namespace, pod.data), o)
  if (!accepted.ok)
    return failed({
      kind: 'refused',
      says: `the API server would not accept a new ${owner.name} pod: ${accepted.error.says}`,
    })
  return ok(`DaemonSet ${owner.name} is there, and a new pod would be accepted`)
}

function dryRun(namespace: string, { metadata, spec }: z.infer<typeof podShape>): Parameters<SendToApi>[0] {
  const { labels, ownerReferences, generateName } = metadata
  return {
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldManager=ninelives`,
    body: JSON.stringify({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { namespace, generateName: generateName ?? `${metadata.name}-`, labels, ownerReferences },
      spec,
    }),
  }
}
