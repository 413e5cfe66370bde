import { expect, test } from 'vitest'
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import { watchEnd } from '#lab/api/watch-end.ts'

test.each([
  ['a connection that the server closed', new KubeUnreachable('unexpected EOF'), 'silent'],
  [
    'one that was reset',
    new KubeUnreachable('read tcp 10.0.0.21:40112->10.0.0.11:6443: read: connection reset by peer'),
    'silent',
  ],
  [
    'a server that is not there when the watch is begun again',
    new KubeUnreachable(
      'Get "https://10.0.0.11:6443/api/v1/pods": dial tcp 10.0.0.11:6443: connect: connection refused',
      {
        isUnanswered: true,
      },
    ),
    'silent',
  ],
  [
    'one that does not answer',
    new KubeUnreachable('Get "https://10.0.0.11:6443/api/v1/pods": dial tcp 10.0.0.11:6443: i/o timeout', {
      isUnanswered: true,
    }),
    'failed',
  ],
  ['a right that is missing', new KubeError(403, 'Forbidden', 'pods is forbidden'), 'failed'],
  [
    'a connection on which nobody answers pings',
    new KubeUnreachable('http2: client connection lost'),
    'ended',
  ],
] as const)('%s', (_, error, kind) => {
  expect(watchEnd(error).kind).toBe(kind)
})

test('a lost connection is said as what the stream brought', () => {
  expect(watchEnd(new KubeUnreachable('http2: client connection lost'))).toEqual({
    kind: 'ended',
    says: 'an error on the server ("unable to decode an event from the watch stream: http2: client connection lost") has prevented the request from succeeding',
  })
})
