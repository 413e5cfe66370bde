import { expect, test } from 'vitest'
import { Errno } from '#lab/host/ports.ts'
import { unreachable } from '#lab/runtime/port-forward-error.ts'

test.each([
  ['/var/run/netns/cni-1', '"/var/run/netns/cni-1"'],
  ['', '"host"'], // a pod on the host's network
])('a port on which nothing listens is told with the network %j', (netnsPath, shown) => {
  const { message } = unreachable({ id: '5ec4', netnsPath }, 1, new Errno('ECONNREFUSED'))
  expect(message).toBe(
    `error forwarding port 1 to pod 5ec4, uid : failed to execute portforward in network namespace ${shown}: failed to connect to localhost:1 inside namespace "5ec4", IPv4: dial tcp4 127.0.0.1:1: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address `,
  )
})
