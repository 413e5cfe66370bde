import { expect, test } from 'vitest'
import { KubeError, KubeUnreachable } from '#lab/api/ports.ts'
import { reflectorWords } from '#lab/api/reflector-words.ts'

test.each([
  ['a connection that the server closed', new KubeUnreachable('unexpected EOF'), []],
  [
    'one that was reset',
    new KubeUnreachable('read tcp 10.0.0.21:40112->10.0.0.11:6443: read: connection reset by peer'),
    [],
  ],
  [
    'a server that is not there when the watch is begun again',
    new KubeUnreachable(
      'Get "https://10.0.0.11:6443/api/v1/pods": dial tcp 10.0.0.11:6443: connect: connection refused',
      {
        isUnanswered: true,
      },
    ),
    [],
  ],
  [
    'one that does not answer',
    new KubeUnreachable('Get "https://10.0.0.11:6443/api/v1/pods": dial tcp 10.0.0.11:6443: i/o timeout', {
      isUnanswered: true,
    }),
    ['failed'],
  ],
  ['a right that is missing', new KubeError(403, 'Forbidden', 'pods is forbidden'), ['failed']],
  [
    'a connection on which nobody answers pings',
    new KubeUnreachable('http2: client connection lost'),
    ['ended'],
  ],
] as const)('%s', (_, error, kinds) => {
  expect(reflectorWords('*v1.Pod', { during: 'watch', error }).map(({ kind }) => kind)).toEqual(kinds)
})

test('a lost connection is said as what the stream brought', () => {
  const error = new KubeUnreachable('http2: client connection lost')
  const err =
    'an error on the server ("unable to decode an event from the watch stream: http2: client connection lost") has prevented the request from succeeding'
  expect(reflectorWords('*v1.Pod', { during: 'watch', error })).toEqual([
    { kind: 'ended', err, says: `watch of *v1.Pod ended with: ${err}` },
  ])
})

test('a list that failed is said twice', () => {
  const error = new KubeError(403, 'Forbidden', 'pods is forbidden')
  const err = 'failed to list *v1.Pod: pods is forbidden'
  expect(reflectorWords('*v1.Pod', { during: 'list', error })).toEqual([
    { kind: 'listed', err, says: err },
    { kind: 'failed', err, says: `Failed to watch *v1.Pod: ${err}` },
  ])
})
