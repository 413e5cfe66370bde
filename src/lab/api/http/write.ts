/** POST, PUT, PATCH and DELETE of objects and collections. */
import { type Asked, targetOf, viewOf, withDryRun } from '#lab/api/http/asked.ts'
import { bodyOf, goJsonError, mediaTypeOf, textOf, yamlOf } from '#lab/api/http/body.ts'
import { sendList, sendObject, sendPlain } from '#lab/api/http/encode.ts'
import { isObject, type JsonObject } from '#lab/api/json.ts'
import type { PatchType } from '#lab/api/ports.ts'
import { badRequest, methodNotAllowed, unsupportedMediaType } from '#lab/api/status.ts'
import { createObject } from '#lab/api/verbs/create.ts'
import { deleteObject, deleteOptions } from '#lab/api/verbs/delete.ts'
import { patchMediaTypes, patchObject } from '#lab/api/verbs/patch.ts'
import { listObjects } from '#lab/api/verbs/read.ts'
import { createReview } from '#lab/api/verbs/reviews.ts'
import { updateObject } from '#lab/api/verbs/update.ts'

export function create(asked: Asked): void {
  const { api, request, route, caller, to } = asked
  if (!route.def.verbs.includes('create')) throw methodNotAllowed(route.def, 'create')
  const body = bodyOf(request)
  if (route.def.review) {
    sendPlain(to, 201, createReview(api.state, { ...route, body }, caller))
    return
  }
  const object = createObject(api.state, { def: route.def, namespace: route.namespace, body }, caller)
  sendObject(to, 201, object, viewOf(asked))
}

export function replace(asked: Asked): void {
  const { api, request, route, caller, to } = asked
  const { subresource } = route
  const body = bodyOf(request)
  const { object, created } = updateObject(api.state, { ...targetOf(asked), subresource, body }, caller)
  sendObject(to, created ? 201 : 200, object, viewOf(asked))
}

export function patch(asked: Asked): void {
  const { api, route, caller, to } = asked
  const { subresource } = route
  const { type, value } = patchOf(asked)
  const force = asked.query.get('force') === 'true'
  const request = { ...targetOf(asked), subresource, type, patch: value, force }
  const { object, created } = patchObject(api.state, request, caller)
  sendObject(to, created ? 201 : 200, object, viewOf(asked))
}

/** The patch and its type, which its Content-Type tells. Throws 415. */
export function patchOf({ request, route }: Asked): {
  readonly type: PatchType
  readonly value: unknown
} {
  const media = mediaTypeOf(request)
  const type = Object.entries(patchMediaTypes).find(([name]) => name === media)?.[1]
  if (type === undefined) {
    const served = Object.keys(patchMediaTypes)
    throw unsupportedMediaType(
      route.def.mergeRule === undefined ? served.filter((each) => !each.includes('strategic')) : served,
    )
  }
  return { type, value: type === 'apply' ? yamlOf(textOf(request)) : patchJson(type, textOf(request)) }
}

function patchJson(type: PatchType, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw badRequest(`${type === 'strategic' ? '' : 'error decoding patch: '}${goJsonError(text, error)}`)
  }
}

/** DeleteOptions of a request: its body, else its query. */
function optionsOf({ request, query }: Asked): JsonObject {
  const body = textOf(request).trim() === '' ? undefined : bodyOf(request)
  if (isObject(body)) return body
  return Object.fromEntries(query)
}

export function remove(asked: Asked): void {
  const { api, to } = asked
  const options = optionsOf(asked)
  const caller = withDryRun(asked.caller, options)
  const { body, gone } = deleteObject(api.state, targetOf(asked), deleteOptions(options), caller)
  sendPlain(to, !gone && options.orphanDependents === false ? 202 : 200, body)
}

export function removeAll(asked: Asked): void {
  const { api, query, route, to } = asked
  if (!route.def.verbs.includes('deletecollection')) throw methodNotAllowed(route.def, 'deletecollection')
  const options = optionsOf(asked)
  const { items, resourceVersion } = listObjects(api.state, {
    def: route.def,
    namespace: route.namespace,
    labelSelector: query.get('labelSelector') ?? undefined,
    fieldSelector: query.get('fieldSelector') ?? undefined,
  })
  for (const { metadata } of items) {
    const target = { def: route.def, namespace: metadata.namespace, name: metadata.name }
    deleteObject(api.state, target, deleteOptions(options), withDryRun(asked.caller, options))
  }
  sendList(to, items, { resourceVersion }, viewOf(asked))
}
