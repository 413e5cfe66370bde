/**
 * The Kubernetes API without a network between: for the lab's assembly (manifests that are applied before the first boot)
 * and for tests. Components use client.ts.
 */
import type { KubeObject } from '#lab/api/objects.ts'
import { perform, performWatch } from '#lab/api/perform.ts'
import {
  type Change,
  type Kube,
  KubeError,
  type ObjectRef,
  type Watch,
  type WatchReader,
} from '#lab/api/ports.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { Refusal } from '#lab/api/status.ts'
import type { Identity } from '#lab/api/verbs/state.ts'
import type { KubeRequest } from '#lab/api/wire.ts'

const admin: Identity = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/** A client that acts at once, in no virtual time. */
export function directKube(api: ApiServer, o: { readonly user?: Identity } = {}): Kube {
  const user = o.user ?? admin
  // An executor turns a thrown refusal into a rejection. Types are the caller's word, as everywhere in a Kube.
  const ask = <T>(request: Exclude<KubeRequest, { readonly op: 'watch' }>): Promise<T> =>
    new Promise((resolve) => resolve(refusing(() => perform(api, request, user) as T)))
  const one = ({ type, namespace, name }: ObjectRef) => ({ type, namespace, name })
  return {
    get: (ref, o = {}) => ask({ op: 'get', ...one(ref), ...part(o) }),
    list: (query) => ask({ op: 'list', ...query }),
    watch: <T extends KubeObject>(query: Parameters<Kube['watch']>[0]) => watchOf<T>(api, query, user),
    create: (type, object, w = {}) =>
      ask({ op: 'create', type, namespace: object.metadata.namespace, body: object, ...manager(w) }),
    update: (type, object, w = {}) =>
      ask({
        op: 'update',
        ...one({ type, ...space(object), name: object.metadata.name }),
        body: object,
        ...part(w),
        ...manager(w),
      }),
    patch: (ref, patch, w = {}) =>
      ask({ op: 'patch', ...one(ref), patchType: patch.type, body: patch.body, ...part(w), ...manager(w) }),
    delete: (ref, w = {}) => ask({ op: 'delete', ...one(ref), options: deletion(w) }),
    post: (ref, subresource, body) => ask({ op: 'post', ...one(ref), subresource, body }),
  }
}

/** Runs and turns a {@link Refusal} into what clients see. */
export function refusing<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof Refusal ? new KubeError(error.code, error.reason, error.message) : error
  }
}

export const space = (object: KubeObject): { readonly namespace?: string } =>
  object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }

export const manager = (o: { readonly fieldManager?: string }): { readonly fieldManager?: string } =>
  o.fieldManager === undefined ? {} : { fieldManager: o.fieldManager }

export const part = (o: { readonly subresource?: string }): { readonly subresource?: string } =>
  o.subresource === undefined ? {} : { subresource: o.subresource }

/** DeleteOptions of a call. */
export const deletion = (o: {
  readonly gracePeriodSeconds?: number
  readonly uid?: string
}): Readonly<Record<string, unknown>> => ({
  ...(o.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: o.gracePeriodSeconds }),
  ...(o.uid === undefined ? {} : { preconditions: { uid: o.uid } }),
})

function watchOf<T extends KubeObject>(
  api: ApiServer,
  query: Parameters<Kube['watch']>[0],
  user: Identity,
): Watch<T> {
  let reader: WatchReader<T> | undefined
  const early: Change<T>[] = []
  const close = refusing(() =>
    performWatch(
      api,
      { op: 'watch', ...query },
      {
        user,
        tell: ({ type, object }) => {
          // The caller names the type of what it watches.
          const change = { type, object: object as unknown as T }
          if (reader === undefined) early.push(change)
          else reader.changes([change])
        },
      },
    ),
  )
  const follow = (by: WatchReader<T>): void => {
    reader = by
    if (early.length > 0) by.changes(early.splice(0))
  }
  return { follow, close }
}
