/** Bodies of requests as values: staging:apiserver/pkg/endpoints/handlers/negotiation. */
import { parse as parseYaml } from 'yaml'
import type { ApiRequest } from '#lab/api/http/request.ts'
import { decodeProtobuf } from '#lab/api/protobuf/decode.ts'
import { badRequest, unsupportedMediaType } from '#lab/api/status.ts'

const media = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

export const mediaTypeOf = (request: ApiRequest): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''

export const textOf = ({ body }: ApiRequest): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body)

/** An object in any of the forms a client may send; a missing Content-Type is JSON. Throws BadRequest or 415. */
export function bodyOf(request: ApiRequest): unknown {
  switch (mediaTypeOf(request)) {
    case '':
    case 'application/json':
    case 'application/x-www-form-urlencoded': // curl -d without a header
      return jsonOf(textOf(request))
    case 'application/yaml':
      return yamlOf(textOf(request))
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(
        typeof request.body === 'string' ? new TextEncoder().encode(request.body) : request.body,
      )
    default:
      throw unsupportedMediaType(media)
  }
}

/** JSON, or nothing for an empty text. */
export function jsonOf(text: string): unknown {
  if (text.trim() === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${goJsonError(text, error)}`)
  }
}

export function yamlOf(text: string): unknown {
  try {
    return parseYaml(text) as unknown
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : ''}`)
  }
}

/** What Go says of a text that is no JSON: encoding/json/scanner.go, for the commonest two. */
export function goJsonError(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  const at = position === undefined ? text.length : Number(position)
  if (at >= text.trimEnd().length) return 'unexpected end of JSON input'
  return `invalid character '${text[at]}' looking for beginning of value`
}
