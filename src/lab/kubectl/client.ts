/** Requests to the API server and what they answer, as kubectl's client-go makes them. */
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import type { Answering, ApiDoor, Asked, ExecCall, ExecEnd } from '#lab/kubectl/ports.ts'
import { statusError } from '#lab/kubectl/trouble.ts'

export interface AskOptions {
  readonly method?: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly accept?: string
  readonly contentType?: string
  readonly body?: string
  /** What stands in brackets after a refusal that the server did not word. */
  readonly says?: string
}

/** As who: `--as`, `--token` and their like. */
export type ClientHeaders = Readonly<Record<string, string>>

export const tableAccept =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'

export class Client {
  readonly #door: ApiDoor
  readonly #headers: ClientHeaders
  /** Told of each warning once. */
  readonly #warn: (text: string) => void
  readonly #warned = new Set<string>()

  constructor(door: ApiDoor, o: { readonly headers: ClientHeaders; readonly warn: (text: string) => void }) {
    this.#door = door
    this.#headers = o.headers
    this.#warn = o.warn
  }

  get server(): string {
    return this.#door.server
  }

  /** The object that is answered. Rejects with StatusError and Unreachable. */
  async json(path: string, o: AskOptions = {}): Promise<JsonObject> {
    const { text } = await this.text(path, o)
    const value: unknown = JSON.parse(text)
    return asObject(value)
  }

  async text(path: string, o: AskOptions = {}): Promise<{ readonly text: string }> {
    const answer = await this.open(path, o)
    return { text: await whole(answer) }
  }

  /** An answer that is read in pieces; one of 4xx and 5xx rejects with StatusError. */
  async open(path: string, o: AskOptions = {}): Promise<Answering> {
    const answer = await this.#door.open(this.#asked(path, o))
    this.#hear(answer)
    if (answer.status < 400) return answer
    throw statusError(answer.status, await whole(answer), o.says ?? '')
  }

  exec(o: Omit<ExecCall, 'headers'>): Promise<ExecEnd> {
    return this.#door.exec({ ...o, headers: this.#headers })
  }

  #asked(
    path: string,
    { method = 'GET', query = {}, accept = 'application/json', contentType, body = '' }: AskOptions,
  ): Asked {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [`${name}=${encodeURIComponent(String(value))}`],
    )
    const between = path.includes('?') ? '&' : '?'
    return {
      method,
      path: pairs.length === 0 ? path : `${path}${between}${pairs.join('&')}`,
      headers: {
        ...this.#headers,
        accept,
        ...(body === '' ? {} : { 'content-type': contentType ?? 'application/json' }),
      },
      body,
    }
  }

  #hear({ headers }: Answering): void {
    for (const [, text = ''] of (headers['warning'] ?? '').matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
      const plain = text.replaceAll(/\\(.)/g, '$1')
      if (this.#warned.has(plain)) continue
      this.#warned.add(plain)
      this.#warn(plain)
    }
  }
}

/** The whole body; what came of it when the connection breaks. */
async function whole(answer: Answering): Promise<string> {
  const texts: string[] = []
  for (;;) {
    const piece = await answer.next()
    if (piece.kind !== 'text') return texts.join('')
    texts.push(piece.text)
  }
}

export const itemsOf = (list: JsonObject): readonly JsonObject[] => asList(list['items']).filter(isObject)
export const metadataOf = (object: JsonObject): JsonObject => asObject(object['metadata'])
export const nameOf = (object: JsonObject): string => asText(metadataOf(object)['name']) ?? ''
export const namespaceOf = (object: JsonObject): string | undefined => asText(metadataOf(object)['namespace'])
export const uidOf = (object: JsonObject): string => asText(metadataOf(object)['uid']) ?? ''
