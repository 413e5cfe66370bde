/** One question to one webhook, over the API server's own way out of its machine. */
import { askHttps, NoAnswer } from '#lab/api/egress/https.ts'
import { resolveService } from '#lab/api/egress/services.ts'
import { asText, at, type JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { badRequest, internalError } from '#lab/api/status.ts'
import type { Attributes } from '#lab/api/webhooks/attributes.ts'
import type { Webhook } from '#lab/api/webhooks/registered.ts'
import { type Answer, answerOf, denial, reviewOf } from '#lab/api/webhooks/review.ts'
import type { Process } from '#lab/host/ports.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import type { HttpResponse } from '#lab/network/http.ts'

/** Nobody answered as a webhook should; `failurePolicy` says what follows. */
class CallFailure extends Error {
  override readonly name = 'CallFailure'
}

export interface Question {
  readonly asked: Attributes
  readonly mutating: boolean
  /** When the request itself is given up. */
  readonly deadlineMs: number
}

/**
 * A webhook's answer; `undefined` when it failed and fails open. Throws the Refusal that the request ends with when it denies,
 * does not support a dry run, or failed and fails closed (staging:apiserver/pkg/util/webhook/error.go).
 */
export async function callWebhook(
  self: Process,
  api: ApiServer,
  webhook: Webhook,
  question: Question,
): Promise<Answer | undefined> {
  const { asked } = question
  const quiet = webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun'
  if (asked.dryRun && !quiet)
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`)
  const counted = {
    name: webhook.name,
    type: question.mutating ? 'admit' : 'validating',
    operation: asked.operation,
  } as const
  try {
    const answer = await ask(self, api, webhook, question)
    if (answer.allowed) return answer
    const refusal = denial(webhook.name, answer.result)
    api.metrics.rejected({ ...counted, error: 'no_error', code: refusal.code })
    throw refusal
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error
    const says = `failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`
    logFailure(self, webhook, says)
    if (webhook.failOpen) {
      api.metrics.failedOpen(counted)
      return undefined
    }
    api.metrics.rejected({ ...counted, error: 'calling_webhook_error', code: 0 })
    throw internalError(says)
  }
}

/** As klog writes it: dispatcher.go. */
function logFailure(self: Process, { failOpen, name }: Webhook, says: string): void {
  new Klog(self).warningf(
    'dispatcher.go:225',
    `Failed calling webhook, failing ${failOpen ? 'open' : 'closed'} ${name}: ${says}`,
  )
}

async function ask(self: Process, api: ApiServer, webhook: Webhook, question: Question): Promise<Answer> {
  const uid = api.state.random.uuid()
  const response = await post(self, api, webhook, { ...question, body: reviewOf(question.asked, uid) })
  if (response.status < 200 || response.status > 299)
    throw new CallFailure(`failed to call webhook: ${statusWords(response)}`)
  try {
    return answerOf(parsed(response.body), uid, { mutating: question.mutating })
  } catch (error) {
    if (error instanceof CallFailure || !(error instanceof Error)) throw error
    throw new CallFailure(`received invalid webhook response: ${error.message}`)
  }
}

async function post(
  self: Process,
  api: ApiServer,
  webhook: Webhook,
  o: Question & { readonly body: JsonObject },
): Promise<HttpResponse> {
  const deadlineMs = Math.min(self.now() + webhook.timeoutMs, o.deadlineMs)
  const timeout = `timeout=${Math.max(1, Math.ceil((deadlineMs - self.now()) / 1000))}s`
  const request = { body: JSON.stringify(o.body), authorities: webhook.authorities, deadlineMs }
  const { service } = webhook
  if (service === undefined) return outside(self, api, `${webhook.url ?? ''}?${timeout}`, request)
  const host = `${service.name}.${service.namespace}.svc`
  const path = `${service.path}?${timeout}`
  try {
    return await askHttps(self, api.egress, {
      ...request,
      method: 'POST',
      host,
      path,
      headers: { 'content-type': 'application/json' },
      resolve: () => resolveService(api.state, service, { byEndpoint: api.routesByEndpoint }),
    })
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    throw new CallFailure(
      `failed to call webhook: Post "https://${host}:${service.port}${path}": ${error.message}`,
    )
  }
}

/** A webhook by its URL is somewhere outside the lab; only a served lab reaches there. */
async function outside(
  self: Process,
  api: ApiServer,
  url: string,
  request: { readonly body: string; readonly authorities: string; readonly deadlineMs: number },
): Promise<HttpResponse> {
  const { outward } = api
  const answer =
    outward === undefined
      ? 'dial tcp: a lab that is not served reaches nobody outside of it'
      : await self.task.wait<HttpResponse | string>((wake) =>
          outward(
            {
              url,
              body: request.body,
              authorities: request.authorities,
              timeoutMs: request.deadlineMs - self.now(),
            },
            wake,
          ),
        )
  if (typeof answer !== 'string') return answer
  throw new CallFailure(`failed to call webhook: Post ${JSON.stringify(url)}: ${answer}`)
}

/** client-go: rest/request.go, apimachinery: errors.go (NewGenericServerResponse). */
function statusWords({ status, body }: HttpResponse): string {
  const text = body.trim()
  switch (status) {
    case 404:
      return 'the server could not find the requested resource'
    case 403:
      return text === '' ? 'unknown' : text
    case 503:
      return 'the server is currently unable to handle the request'
    case 500:
      return `an error on the server (${JSON.stringify(text === '' ? 'unknown' : text)}) has prevented the request from succeeding`
    default:
      return `the server responded with the status code ${status} but did not return more information`
  }
}

/** The body as JSON. Throws CallFailure in the decoder's words (apimachinery: runtime/serializer/json/meta.go). */
function parsed(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    if (asText(at(value, 'kind')) !== undefined) return value
    throw new CallFailure(`failed to call webhook: Object 'Kind' is missing in '${body}'`)
  } catch (error) {
    if (error instanceof CallFailure) throw error
    throw new CallFailure(
      `failed to call webhook: couldn't get version/kind; json parse error: ${(error as Error).message}`, // JSON.parse throws nothing else
    )
  }
}
