/**
 * JSON for people: with two spaces and no line feed at the end, where a request asks for it with `pretty` or comes from curl, wget or a
 * browser (staging:apiserver/pkg/endpoints/handlers/negotiation/negotiate.go: isPrettyPrint).
 */
import type { ApiRequest, Responder } from '#lab/api/http/request.ts'

/** A responder that sends JSON as this request wants it. Streams stay as they are. */
export function prettyFor({ headers }: ApiRequest, { searchParams }: URL, to: Responder): Responder {
  if (!isForPeople(searchParams.get('pretty'), headers['user-agent'] ?? '')) return to
  return {
    send: (code, own, body) =>
      to.send(
        code,
        own,
        typeof body === 'string' && own['content-type'] === 'application/json' ? indented(body) : body,
      ),
    stream: (code, own) => to.stream(code, own),
    onClose: (tell) => to.onClose(tell),
  }
}

export const indented = (json: string): string => JSON.stringify(JSON.parse(json), null, 2)

/** Go's strconv.ParseBool; what it cannot read is false. */
const isForPeople = (asked: string | null, agent: string): boolean =>
  asked === null || asked === ''
    ? /^(?:curl|Wget|Mozilla\/5\.0)/.test(agent)
    : ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked)
