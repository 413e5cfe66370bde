import { parseSocket } from '#sources/formats/host/listeners.ts'
import { nodeOrPod } from '#sources/text/reader.ts'
import { isInPod, lineReader, type Told } from '#sources/text/readers/host/line-reader.ts'

/** `ss -lntup`, `netstat -lntup`, `lsof -i`: who listens, and connections that are there or that nobody answers. */
export const listenersReader = lineReader({
  format: 'sockets of a host',
  relations: ['listeners', 'reachability'],
  open: (scope) => ({
    line: (text) => {
      const socket = parseSocket(text)
      if (socket === undefined) return undefined
      const node = nodeOrPod(scope)
      const told: Told[] = []
      // A pod's own sockets say nothing about its node's ports.
      if (socket.listener !== undefined && !isInPod(scope))
        told.push({ relation: 'listeners', row: { node, ...socket.listener } })
      if (socket.connection !== undefined)
        told.push({
          relation: 'reachability',
          row: { node, in: isInPod(scope) ? 'pod' : 'host', protocol: 'tcp', ...socket.connection },
        })
      return told
    },
  }),
})
