/**
 * HTTP whose answers come in pieces, and exec, for programs of the lab that speak to the server as kubectl does: one call on a
 * connection, which is closed at its end. It stands for HTTP/2 with a client certificate or a token, and for WebSocket.
 */

import type { ApiRequest, Responder } from '#lab/api/http/request.ts'
import { startStreams } from '#lab/api/http/streams.ts'
import type { TlsClient } from '#lab/api/http/tls-client.ts'
import type { JsonObject } from '#lab/api/json.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { statusOf } from '#lab/api/status.ts'
import { KubeletRefusal, type KubeletStreams } from '#lab/api/streams/exec.ts'
import type { Credential } from '#lab/api/wire.ts'
import type { Connection, Payload } from '#lab/network/ports.ts'

/** From client to server. */
export type Call =
  | {
      readonly call: 'request' | 'exec'
      readonly as: Credential
      readonly method: string
      readonly path: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly call: 'input'; readonly text: string }
  | { readonly call: 'input-end' }

/** From server to client. */
export type CallReply =
  | { readonly reply: 'head'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly reply: 'text'; readonly text: string }
  | { readonly reply: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly reply: 'finished'; readonly status: JsonObject }
  | { readonly reply: 'refused'; readonly status: number; readonly body: string }
  | { readonly reply: 'end' }

const isRecord = (payload: Payload): payload is Exclude<Payload, string> => typeof payload === 'object'

export const callOf = (payload: Payload): Call | undefined =>
  isRecord(payload) && 'call' in payload ? (payload as unknown as Call) : undefined // made by a client of ours

export const replyOf = (payload: Payload): CallReply | undefined =>
  isRecord(payload) && 'reply' in payload ? (payload as unknown as CallReply) : undefined // made by this server

/** A call that is being answered. */
export interface Answered {
  /** What the client sends after it. */
  more(call: Call): void
  /** The client has gone away. */
  gone(): void
}

/** Answers the call on its connection. */
export function answerCall(api: ApiServer, call: Call, connection: Connection): Answered {
  if (call.call === 'request') return answerRequest(api, call, connection)
  if (call.call === 'exec') return answerExec(api, call, connection)
  connection.close() // nothing was asked before
  return { more: () => {}, gone: () => {} }
}

type Asking = Extract<Call, { readonly call: 'request' | 'exec' }>

function askedBy({ as, method, path, headers, body }: Asking): ApiRequest {
  const client: TlsClient | undefined =
    as.user === undefined
      ? undefined
      : { kind: 'certificate', commonName: as.user, organizations: as.groups ?? [] }
  const token = as.token === undefined ? {} : { authorization: `Bearer ${as.token}` }
  return {
    method,
    url: path,
    headers: { ...token, ...headers },
    body,
    inside: true,
    ...(client === undefined ? {} : { client }),
  }
}

function answerRequest(api: ApiServer, call: Asking, connection: Connection): Answered {
  let gone = (): void => {}
  const send = (reply: CallReply): void => connection.send(Object.freeze({ ...reply }))
  const end = (): void => {
    send({ reply: 'end' })
    connection.close()
  }
  const to: Responder = {
    send: (status, headers, body) => {
      send({ reply: 'head', status, headers })
      send({ reply: 'text', text: typeof body === 'string' ? body : new TextDecoder().decode(body) })
      end()
    },
    stream: (status, headers) => {
      send({ reply: 'head', status, headers })
      return { write: (text) => send({ reply: 'text', text }), end, breakOff: end }
    },
    onClose: (tell) => {
      gone = tell
    },
  }
  api.handle(askedBy(call), to)
  return { more: () => {}, gone: () => gone() }
}

function answerExec(api: ApiServer, call: Asking, connection: Connection): Answered {
  let kubelet: KubeletStreams | undefined
  const early: Call[] = []
  const send = (reply: CallReply): void => connection.send(Object.freeze({ ...reply }))
  const typed = (more: Call): void => {
    if (kubelet === undefined) early.push(more)
    else if (more.call === 'input') kubelet.input(more.text)
    else if (more.call === 'input-end') kubelet.inputEnd()
  }
  startStreams(api, askedBy(call), {
    exec: (streams) => {
      kubelet = streams
      for (const more of early.splice(0)) typed(more)
      return {
        output: (stream, text) => send({ reply: 'output', stream, text }),
        finish: (status) => {
          send({ reply: 'finished', status })
          connection.close()
        },
        abort: () => connection.abort(),
      }
    },
    forward: () => {
      throw new Error('no port is forwarded on a call')
    },
    refuse: (refusal) => {
      const body = refusal instanceof KubeletRefusal ? refusal.message : JSON.stringify(statusOf(refusal))
      send({ reply: 'refused', status: refusal.code, body })
      connection.close()
    },
    cutOff: () => connection.abort(),
  })
  return { more: typed, gone: () => kubelet?.close() }
}
