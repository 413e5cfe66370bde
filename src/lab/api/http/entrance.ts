/** How what the outside sends enters the lab. A lab records it; a bare server takes it as it comes. */
import type { ApiRequest, Responder } from '#lab/api/http/request.ts'
import { type StreamDoors, startStreams } from '#lab/api/http/streams.ts'
import { serviceMs } from '#lab/api/programs.ts'
import type { ApiServer } from '#lab/api/server.ts'
import type { KubeletStreams } from '#lab/api/streams/exec.ts'
import type { ForwardPod } from '#lab/api/streams/port-forward.ts'

/** Where the answer to a request goes. */
export interface Reply extends Responder {
  /** Nobody serves: the connection is cut. */
  cutOff(): void
}

export interface Entrance {
  /** Has a request answered; what comes back is called when its client goes away before the answer is complete. */
  request(asked: ApiRequest, reply: Reply): () => void
  /** Has a connection become streams. What the doors are handed may be called at any time: it enters by itself. */
  streams(asked: ApiRequest, doors: StreamDoors): void
}

/** What a client of a stream does, as data. */
export interface StreamCall {
  readonly does: 'input' | 'inputEnd' | 'open' | 'bytes' | 'end' | 'close'
  readonly with: readonly (string | number)[]
}

/**
 * Answers a request in an event of the server's. `gone` is handed what to call when the client goes away meanwhile, and
 * `undefined` once the answer is complete: then nothing is left to end.
 */
export function answer(
  api: ApiServer,
  asked: ApiRequest,
  { reply, gone }: { readonly reply: Reply; readonly gone: (tell: (() => void) | undefined) => void },
): void {
  if (api.process === undefined) reply.cutOff()
  else api.handle(asked, { ...tellingEnd(reply, () => gone(undefined)), onClose: gone })
}

/** The same reply; `complete` is told when all of it was given. */
const tellingEnd = (reply: Reply, complete: () => void): Pick<Reply, 'send' | 'stream'> => ({
  send: (code, headers, body) => {
    reply.send(code, headers, body)
    complete()
  },
  stream: (code, headers) => {
    const sink = reply.stream(code, headers)
    const last = (end: () => void) => (): void => {
      end()
      complete()
    }
    return {
      write: (chunk) => sink.write(chunk),
      end: last(() => sink.end()),
      breakOff: last(() => sink.breakOff()),
    }
  },
})

/** Calls of a stream's client, handed on by whoever carries them. */
export const callingKubelet = (call: (call: StreamCall) => void): KubeletStreams => ({
  input: (text) => call({ does: 'input', with: [text] }),
  inputEnd: () => call({ does: 'inputEnd', with: [] }),
  close: () => call({ does: 'close', with: [] }),
})

export const callingPod = (call: (call: StreamCall) => void): ForwardPod => ({
  open: (id, port) => call({ does: 'open', with: [id, port] }),
  bytes: (id, bytes) => call({ does: 'bytes', with: [id, bytes] }),
  end: (id) => call({ does: 'end', with: [id] }),
  close: () => call({ does: 'close', with: [] }),
})

/** Carries such a call out, inside the lab. */
export function carryOutCall(to: KubeletStreams | ForwardPod, { does, with: words }: StreamCall): void {
  const [first, second] = words
  if ('input' in to) {
    if (does === 'input') to.input(String(first))
    else if (does === 'inputEnd') to.inputEnd()
    else to.close()
  } else if (does === 'open') to.open(Number(first), Number(second))
  else if (does === 'bytes') to.bytes(Number(first), String(second))
  else if (does === 'end') to.end(Number(first))
  else to.close()
}

/** The entrance of a server without a lab around it. */
export function plainEntrance(api: ApiServer): Entrance {
  const soon = (run: () => void): void => void api.kernel.at(api.kernel.nowMs, 'outside', run)
  return {
    request: (asked, reply) => {
      let tell: () => void = () => {}
      api.kernel.at(api.kernel.nowMs + serviceMs, `${asked.method} ${asked.url}`, () =>
        answer(api, asked, {
          reply,
          gone: (then) => {
            tell = then ?? (() => {})
          },
        }),
      )
      return () => soon(() => tell())
    },
    streams: (asked, doors) =>
      soon(() =>
        startStreams(api, asked, {
          ...doors,
          exec: (kubelet) => doors.exec(callingKubelet((call) => soon(() => carryOutCall(kubelet, call)))),
          forward: (pod) => doors.forward(callingPod((call) => soon(() => carryOutCall(pod, call)))),
        }),
      ),
  }
}
