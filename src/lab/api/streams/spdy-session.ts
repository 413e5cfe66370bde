/** Remote commands over SPDY/3.1, as every kubectl can speak them: client-go tools/remotecommand/v4.go. */
import { ByteDecoder, bytesOfText } from '#base/bytes.ts'
import type { ByteSocket } from '#lab/api/streams/byte-socket.ts'
import type { ClientStreams, KubeletStreams } from '#lab/api/streams/exec.ts'
import { type SpdyFrame, SpdyReader, SpdyWriter } from '#lab/api/streams/spdy.ts'

/** The protocols over SPDY that are spoken, best first. Answering v4 is right for every kubectl. */
export const spdyProtocol = 'v4.channel.k8s.io'

/**
 * Makes a socket, on which the 101 answer has been written, streams. What the client sends goes to `kubelet`. Output waits
 * until the client has opened the streams it wants.
 */
export function spdyStreams(
  socket: ByteSocket,
  kubelet: KubeletStreams,
  o: { readonly expected: readonly string[] },
): ClientStreams {
  const reader = new SpdyReader()
  const writer = new SpdyWriter()
  const ids = new Map<string, number>()
  let waiting: (() => void)[] | undefined = []
  const whenOpen = (run: () => void): void => {
    if (waiting === undefined) run()
    else waiting.push(run)
  }
  const write = (bytes: Buffer): void => socket.write(bytes)
  const decoder = new ByteDecoder()
  const take = (frame: SpdyFrame): void => {
    if (frame.kind === 'ping') write(writer.pong(frame.bytes))
    else if (frame.kind === 'syn-stream') {
      ids.set(frame.headers.streamtype ?? '', frame.stream)
      write(writer.synReply(frame.stream))
      if (waiting === undefined || !o.expected.every((type) => ids.has(type))) return
      const runs = waiting
      waiting = undefined
      for (const run of runs) run()
    } else if (frame.kind === 'data' && frame.stream === ids.get('stdin')) {
      const text = `${decoder.decode(frame.bytes)}${frame.fin ? decoder.end() : ''}`
      if (text !== '') kubelet.input(text)
      if (frame.fin) kubelet.inputEnd()
    }
  }
  socket.onData((bytes) => {
    for (const frame of reader.push(bytes)) take(frame)
  })
  socket.onClose(() => kubelet.close())
  const send = (type: string, text: string, fin: boolean): void => {
    const id = ids.get(type)
    if (id !== undefined) write(writer.data(id, bytesOfText(text), { fin }))
  }
  return {
    output: (stream, text) => whenOpen(() => send(stream, text, false)),
    finish: (status) =>
      whenOpen(() => {
        send('stdout', '', true)
        send('stderr', '', true)
        send('error', JSON.stringify(status), true)
        socket.end()
      }),
    abort: () => socket.destroy(),
  }
}
