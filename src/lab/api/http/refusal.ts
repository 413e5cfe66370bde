import { type Responder, sendJson } from '#lab/api/http/request.ts'
import { type Refusal, statusOf } from '#lab/api/status.ts'

/** Answers with a Status. */
export function sendRefusal(to: Responder, refusal: Refusal): void {
  const retry = refusal.details?.retryAfterSeconds
  sendJson(to, refusal.code, statusOf(refusal), retry === undefined ? {} : { 'retry-after': String(retry) })
}
