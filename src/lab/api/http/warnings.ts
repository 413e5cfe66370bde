/** Warnings that an answer carries to the client: staging:apiserver/pkg/endpoints/filters/warning.go. */
import type { Headers, Responder } from '#lab/api/http/request.ts'

/** A responder whose answer tells of `warnings`, as they are when it is sent; each once. */
export function withWarnings(to: Responder, warnings: readonly string[]): Responder {
  const headers = (own: Headers): Headers =>
    warnings.length === 0 ? own : { ...own, warning: [...new Set(warnings)].map(header).join(', ') }
  return {
    send: (code, own, body) => to.send(code, headers(own), body),
    stream: (code, own) => to.stream(code, headers(own)),
    onClose: (tell) => to.onClose(tell),
  }
}

/** staging:apimachinery/pkg/util/net/http.go (NewWarningHeader). */
const header = (text: string): string =>
  `299 - "${text.replaceAll(/[\u0000-\u001f\u007f]/g, '').replaceAll(/["\\]/g, (each) => `\\${each}`)}"`
