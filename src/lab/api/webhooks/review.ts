/** AdmissionReview requests and their answers: staging:apiserver/pkg/admission/plugin/webhook/request/admissionreview.go. */
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { Refusal, type StatusDetails } from '#lab/api/status.ts'
import { type Attributes, kindOf } from '#lab/api/webhooks/attributes.ts'

/** The body that a webhook is sent. */
export const reviewOf = (asked: Attributes, uid: string): JsonObject => ({
  kind: 'AdmissionReview',
  apiVersion: 'admission.k8s.io/v1',
  request: {
    uid,
    ...requestOf(asked),
    object: asked.object ?? null,
    oldObject: asked.old ?? null,
    dryRun: asked.dryRun,
    options: asked.options,
  },
})

/** What is said of a request beside its objects. */
export function requestOf(asked: Attributes): JsonObject {
  const { def, subresource, user } = asked
  const kind = kindOf(asked)
  const resource = { group: def.group, version: def.version, resource: def.resource }
  const part = subresource === undefined ? {} : { subResource: subresource, requestSubResource: subresource }
  return {
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    ...part,
    ...(asked.name === '' ? {} : { name: asked.name }),
    ...(asked.namespace === undefined ? {} : { namespace: asked.namespace }),
    operation: asked.operation,
    userInfo: {
      username: user.username,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      groups: user.groups,
    },
  }
}

export interface Answer {
  readonly allowed: boolean
  readonly result: JsonObject
  readonly warnings: readonly string[]
  /** A JSON patch; empty for none. */
  readonly patch: readonly unknown[]
}

/** Reads a webhook's answer. Throws an Error with the text behind `received invalid webhook response: `. */
export function answerOf(body: unknown, uid: string, o: { readonly mutating: boolean }): Answer {
  const review = asObject(body)
  const kind = groupVersionKind(review)
  const wanted = 'admission.k8s.io/v1, Kind=AdmissionReview'
  if (kind !== wanted) throw new Error(`expected webhook response of ${wanted}, got ${kind}`)
  if (!isObject(review.response)) throw new Error('webhook response was absent')
  const { response } = review
  if (response.uid !== uid)
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`)
  return {
    allowed: response.allowed === true,
    result: asObject(response.status),
    warnings: asList(response.warnings).map(String),
    patch: o.mutating ? patchOf(response) : noPatch(response),
  }
}

/** `admission.k8s.io/v1, Kind=AdmissionReview`, as Go prints a GroupVersionKind. */
const groupVersionKind = ({ apiVersion, kind }: JsonObject): string =>
  `${asText(apiVersion) ?? '/'}, Kind=${asText(kind) ?? ''}`

function patchOf({ patch, patchType }: JsonObject): readonly unknown[] {
  const text = asText(patch) ?? ''
  if (text === '' && patchType === undefined) return []
  if (text === '') throw new Error('webhook returned response.patchType but not response.patch')
  if (patchType === undefined) throw new Error('webhook returned response.patch but not response.patchType')
  if (patchType !== 'JSONPatch')
    throw new Error(`invalid value of response.patchType ${JSON.stringify(patchType)}`)
  return asList(JSON.parse(Buffer.from(text, 'base64').toString()))
}

function noPatch({ patch, patchType }: JsonObject): readonly unknown[] {
  if (patch !== undefined) throw new Error('validating webhook may not return response.patch')
  if (patchType !== undefined) throw new Error('validating webhook may not return response.patchType')
  return []
}

/** plugin/webhook/errors/statuserror.go (ToStatusErr) */
export function denial(webhook: string, result: JsonObject): Refusal {
  const by = `admission webhook ${JSON.stringify(webhook)} denied the request`
  const says = asText(result.message) || asText(result.reason) || ''
  const code = Math.max(400, Number(result.code ?? 0))
  return new Refusal(
    code,
    asText(result.reason) ?? '',
    says === '' ? `${by} without explanation` : `${by}: ${says}`,
    isObject(result.details) ? (result.details as StatusDetails) : undefined, // a Status, as the webhook wrote it
  )
}
