/** Remote commands over WebSockets: staging:apimachinery/pkg/util/remotecommand/constants.go, client-go tools/remotecommand/websocket.go. */
import type { WebSocket } from 'ws'
import type { ClientStreams, KubeletStreams } from '#lab/api/streams/exec.ts'

/** The protocols that are spoken, best first. */
export const webSocketProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3 } as const
/** v5: the byte after it names the channel that the client has closed. */
const closeChannel = 255

/** Makes a WebSocket streams. What the client sends goes to `kubelet` through `enter`, which runs it inside the lab. */
export function webSocketStreams(
  socket: WebSocket,
  kubelet: KubeletStreams,
  enter: (run: () => void) => void,
): ClientStreams {
  socket.on('message', (data) => {
    const bytes = Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
    const channel = bytes[0]
    if (channel === channels.stdin && bytes.length > 1) enter(() => kubelet.input(bytes.toString('utf8', 1)))
    else if (channel === closeChannel && bytes[1] === channels.stdin) enter(() => kubelet.inputEnd())
  })
  socket.on('close', () => enter(() => kubelet.close()))
  socket.on('error', () => socket.terminate())
  const send = (channel: number, text: string): void => {
    if (socket.readyState === socket.OPEN)
      socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]))
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
