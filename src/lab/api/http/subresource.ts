/** Requests to parts of objects: log, eviction, binding, token, scale, proxy. */
import { type Asked, targetOf, withDryRun } from '#lab/api/http/asked.ts'
import { bodyOf } from '#lab/api/http/body.ts'
import { sendPlain } from '#lab/api/http/encode.ts'
import { passOnTo } from '#lab/api/http/proxy.ts'
import { patchOf } from '#lab/api/http/write.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { badRequest } from '#lab/api/status.ts'
import { sendLog } from '#lab/api/streams/log.ts'
import type { Target } from '#lab/api/verbs/state.ts'
import { postSubresource, readScale, writeScale } from '#lab/api/verbs/subresources.ts'

/** Carries out what is particular to a subresource; false when it is written and read like the object. */
export function subresource(asked: Asked, name: string): boolean {
  const { api, request, caller, to, query } = asked
  const target = targetOf(asked)
  if (name === 'proxy') {
    passOnTo(asked, target)
    return true
  }
  if (request.method === 'POST') {
    if (isConnection(name)) throw badRequest('Upgrade request required')
    const body = bodyOf(request)
    const options = asObject(asObject(body).deleteOptions)
    const answer = postSubresource(
      api.state,
      { target, subresource: name, body },
      withDryRun(caller, options),
    )
    sendPlain(to, 201, answer)
    return true
  }
  if (name === 'log') sendLog(api, target, query, to)
  else if (isConnection(name)) throw badRequest('Upgrade request required')
  else if (name === 'scale') scale(asked, target)
  else return false
  return true
}

/** Parts that are reached by an upgraded connection only. */
const isConnection = (name: string): boolean => ['exec', 'attach', 'portforward'].includes(name)

function scale(asked: Asked, target: Target): void {
  const { api, request, caller, to } = asked
  if (request.method === 'GET') {
    sendPlain(to, 200, readScale(api.state, target))
    return
  }
  const asGiven = (): unknown =>
    request.method === 'PUT'
      ? bodyOf(request)
      : mergedScale(readScale(api.state, target), patchOf(asked).value)
  sendPlain(to, 200, writeScale(api.state, target, asGiven(), caller))
}

const mergedScale = (scale: JsonObject, patch: unknown): JsonObject => ({
  ...scale,
  spec: { ...asObject(scale.spec), ...asObject(asObject(patch).spec) },
  metadata: asObject(asObject(patch).metadata),
})
