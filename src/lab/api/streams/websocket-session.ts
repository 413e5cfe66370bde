/** Remote commands over WebSockets: staging:apimachinery/pkg/util/remotecommand/constants.go, client-go tools/remotecommand/websocket.go. */

import type { WebSocket } from 'ws'
import { ByteDecoder, bytesOfText } from '#base/bytes.ts'
import { bytesIn } from '#lab/api/streams/byte-socket.ts'
import type { ClientStreams, KubeletStreams } from '#lab/api/streams/exec.ts'

/** The protocols that a server of this version speaks, best first: v5 came with TranslateStreamCloseWebsocketRequests (1.30). */
export const webSocketProtocols = (version: string): readonly string[] =>
  Number(version.split('.')[1]) >= 30 ? ['v5.channel.k8s.io', 'v4.channel.k8s.io'] : ['v4.channel.k8s.io']

/** Channel 4 is the size of the terminal, which nobody asks for. */
const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3 } as const
/** v5: the byte after it names the channel that the client has closed. */
const closeChannel = 255

/** Makes a WebSocket streams. What the client sends goes to `kubelet`. */
export function webSocketStreams(socket: WebSocket, kubelet: KubeletStreams): ClientStreams {
  const decoder = new ByteDecoder()
  socket.on('message', (data) => {
    const bytes = bytesIn(data)
    const channel = bytes[0]
    if (channel === channels.stdin && bytes.length > 1) {
      const text = decoder.decode(bytes.subarray(1))
      if (text !== '') kubelet.input(text)
    } else if (channel === closeChannel && bytes[1] === channels.stdin) {
      const rest = decoder.end()
      if (rest !== '') kubelet.input(rest)
      kubelet.inputEnd()
    }
  })
  socket.on('close', () => kubelet.close())
  socket.on('error', () => socket.terminate())
  const send = (channel: number, text: string): void => {
    if (socket.readyState === socket.OPEN)
      socket.send(Buffer.concat([Buffer.from([channel]), bytesOfText(text)]))
  }
  return {
    output: (stream, text) => send(channels[stream], text),
    finish: (status) => {
      send(channels.error, JSON.stringify(status))
      socket.close(1000)
    },
    abort: () => socket.terminate(),
  }
}
