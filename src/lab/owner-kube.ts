import type { Draft, KubeObject } from '#lab/api/objects.ts'
import {
  KubeError,
  type ListQuery,
  type ObjectRef,
  type PatchType,
  type ResourceType,
  resources,
} from '#lab/api/ports.ts'
import { pathOf } from '#lab/api/request-words.ts'
import type { LabRequest, LabResponse } from '#lab/request.ts'

/**
 * The Kubernetes API as the cluster's owner uses it from outside: no client is nearer to the server than any other, and
 * every call takes its virtual time. Calls reject with {@link KubeError}.
 */
export interface OwnerKube {
  get<T extends KubeObject>(ref: ObjectRef): Promise<T>
  list<T extends KubeObject>(query: ListQuery): Promise<readonly T[]>
  create(type: ResourceType, object: Draft<KubeObject>): Promise<void>
  patch(ref: ObjectRef, patch: OwnerPatch): Promise<void>
  delete(ref: ObjectRef, how?: OwnerDelete): Promise<void>
  /** Rejects with 429 while a disruption budget does not allow it. */
  evict(pod: { readonly namespace: string; readonly name: string }): Promise<void>
}

export interface OwnerDelete {
  /** `kubectl delete --cascade=orphan`: what it owns stays. Default: goes with it, as the garbage collector sees it. */
  readonly orphansStay?: boolean
}

export interface OwnerPatch {
  readonly type: PatchType
  readonly body: unknown
  /** `kubectl patch --subresource=status`. Default: the object itself. */
  readonly subresource?: 'status'
}

const patchContent: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** The client over whatever carries one HTTP request to the server. */
export function ownerKube(send: (request: LabRequest) => Promise<LabResponse>): OwnerKube {
  const asked = async (request: LabRequest): Promise<unknown> => {
    const { status, body } = await send(request)
    if (status >= 400) throw refusal(status, body)
    return JSON.parse(body)
  }
  const json = { 'content-type': 'application/json' }
  return {
    get: async <T>(ref: ObjectRef) =>
      (await asked({ method: 'GET', path: pathOf({ op: 'get', ...ref }) })) as T, // what the caller names
    list: async <T>(query: ListQuery) => {
      const list = await asked({ method: 'GET', path: pathOf({ op: 'list', ...query }) })
      return (list as { readonly items: readonly T[] }).items // a List of what the caller names
    },
    create: async (type, object) => {
      const { namespace } = object.metadata
      const path = pathOf({ op: 'create', type, namespace, body: object })
      await asked({ method: 'POST', path, headers: json, body: JSON.stringify(object) })
    },
    patch: async (ref, { type, body, subresource }) => {
      const path = pathOf({ op: 'get', ...ref })
      await asked({
        method: 'PATCH',
        path: subresource === undefined ? path : `${path}/${subresource}`,
        headers: { 'content-type': patchContent[type] },
        body: JSON.stringify(body),
      })
    },
    evict: async ({ namespace, name }) => {
      const path = `${pathOf({ op: 'get', type: resources.pods, namespace, name })}/eviction`
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } }
      await asked({ method: 'POST', path, headers: json, body: JSON.stringify(body) })
    },
    delete: async (ref, { orphansStay = false } = {}) => {
      const body = orphansStay ? JSON.stringify({ propagationPolicy: 'Orphan' }) : ''
      await asked({ method: 'DELETE', path: pathOf({ op: 'get', ...ref }), headers: json, body })
    },
  }
}

/** Of a Status; a path that the server does not know is refused in plain text: `404 page not found`. */
function refusal(status: number, body: string): KubeError {
  if (!body.startsWith('{')) return new KubeError(status, '', body.trim())
  const { reason = '', message = body } = JSON.parse(body) as {
    readonly reason?: string
    readonly message?: string
  } // a Status
  return new KubeError(status, reason, message)
}
