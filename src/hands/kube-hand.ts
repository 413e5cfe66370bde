import { failed, ok, type Result } from '#base/result.ts'
import { rehearseRecreation } from '#hands/recreation.ts'
import type { Hand, HandTrouble } from '#repair/hands.ts'
import type { Act } from '#repair/types.ts'

/** One request that changes, or a GET. Answers the parsed body, or the trouble with the server's status. */
export type SendToApi = (
  request: {
    readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    readonly path: string
    readonly body?: string
    readonly contentType?: string
  },
  o?: { readonly signal?: AbortSignal },
) => Promise<Result<unknown, ApiRefusal>>

export interface ApiRefusal {
  readonly kind: string
  readonly says: string
  readonly status?: number
}

type KubeAct = Extract<Act, { hand: 'delete-pod' | 'cordon' | 'uncordon' | 'patch' }>

/** Acts through the Kubernetes API. Deletes only the pod that was meant (by uid) and patches only what was seen (by resourceVersion). */
export function kubeHand(send: SendToApi): Hand {
  return {
    acts: ['delete-pod', 'cordon', 'uncordon', 'patch'],
    async carryOut(act, o) {
      if (!isKubeAct(act)) return failed({ kind: 'no-hand', says: `the API cannot do "${act.hand}"` })
      const answer = await send(requestOf(act), o)
      if (answer.ok) return ok(said(act))
      // Deleted already: that is what was wanted.
      if (act.hand === 'delete-pod' && answer.error.status === 404) return ok(`${act.name} was gone`)
      return failed(handTrouble(answer.error))
    },
    rehearse: async (act, o) =>
      act.hand === 'delete-pod' ? rehearseRecreation(send, act, o) : ok('not rehearsed'),
  }
}

const isKubeAct = (act: Act): act is KubeAct =>
  act.hand === 'delete-pod' || act.hand === 'cordon' || act.hand === 'uncordon' || act.hand === 'patch'

function requestOf(act: KubeAct): Parameters<SendToApi>[0] {
  switch (act.hand) {
    case 'delete-pod':
      return {
        method: 'DELETE',
        path: `/api/v1/namespaces/${act.namespace}/pods/${act.name}`,
        body: JSON.stringify({
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: 'Background',
          ...(act.uid === undefined ? {} : { preconditions: { uid: act.uid } }),
        }),
      }
    case 'cordon':
    case 'uncordon':
      // null takes the field away, as kubectl uncordon does.
      return patchRequest(`/api/v1/nodes/${act.node}`, {
        spec: { unschedulable: act.hand === 'cordon' ? true : null },
      })
    case 'patch': {
      const folder = act.namespace === undefined ? '' : `/namespaces/${act.namespace}`
      const path = `${act.resource.replace(/\/([^/]+)$/, `${folder}/$1`)}/${act.name}`
      const metadata =
        act.resourceVersion === undefined ? {} : { metadata: { resourceVersion: act.resourceVersion } }
      return patchRequest(path, { ...(act.patch as object), ...metadata })
    }
    default:
      return act satisfies never
  }
}

const patchRequest = (path: string, patch: object): Parameters<SendToApi>[0] => ({
  method: 'PATCH',
  path: `${path}?fieldManager=ninelives`,
  contentType: 'application/merge-patch+json',
  body: JSON.stringify(patch),
})

function said(act: KubeAct): string {
  switch (act.hand) {
    case 'delete-pod':
      return `pod ${act.namespace}/${act.name} deleted`
    case 'cordon':
      return `${act.node} cordoned`
    case 'uncordon':
      return `${act.node} uncordoned`
    case 'patch':
      return `${act.name} patched`
    default:
      return act satisfies never
  }
}

export function handTrouble({ kind, says, status }: ApiRefusal): HandTrouble {
  if (kind === 'forbidden' || kind === 'unauthorized') return { kind: 'forbidden', says }
  if (kind === 'timed-out') return { kind: 'timed-out', says }
  if (kind === 'unreachable' || kind === 'untrusted') return { kind: 'unreachable', says }
  // 404 and 409: what was seen is no longer there, or is another one by now.
  if (status === 404 || status === 409) return { kind: 'gone', says: `it changed since we looked: ${says}` }
  return { kind: 'failed', says }
}
