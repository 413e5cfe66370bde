import { describe, expect, test } from 'vitest'
import { readJson, readRefusal, readRejection } from '#sources/live/answer.ts'
import { status } from '#sources/live/testing/fake-cluster.ts'

describe('what an answer means', () => {
  test.each([
    ['401', status(401, 'Unauthorized', 'Unauthorized'), 'unauthorized'],
    [
      '403',
      status(403, 'Forbidden', 'pods is forbidden: User "bob" cannot list resource "pods"'),
      'forbidden',
    ],
    ['404', status(404, 'NotFound', 'pods "x" not found'), 'not-found'],
    ['404 without a Status', { status: 404, body: '404 page not found\n' }, 'not-found'],
    ['409', status(409, 'Conflict', 'the object has been modified'), 'bad-request'],
    ['500', status(500, 'InternalError', 'Internal error occurred: x'), 'server-error'],
    ['503 of a load balancer', { status: 503, body: '<html>upstream connect error</html>' }, 'server-error'],
    [
      '504',
      status(504, 'Timeout', 'Timeout: request did not complete within requested timeout'),
      'timed-out',
    ],
    ['a redirect to a login', { status: 302, body: '' }, 'garbage'],
    [
      'exec into a container that crashed',
      status(500, 'InternalError', 'unable to upgrade connection: container not found ("calico-node")'),
      'not-running',
    ],
    [
      'logs of a container that waits',
      status(400, 'BadRequest', 'container "calico-node" in pod "x" is waiting to start: PodInitializing'),
      'not-running',
    ],
    [
      'no such container is not "not running"',
      status(400, 'BadRequest', 'container nope is not valid for pod web'),
      'bad-request',
    ],
    [
      'no previous container is not "not running"',
      status(400, 'BadRequest', 'previous terminated container "c1" in pod "web" not found'),
      'bad-request',
    ],
  ])('%s', (_, response, kind) => {
    expect(readRefusal(response)).toMatchObject({ kind, status: response.status })
  })

  test.each([
    ['a page', '<html>\n<body>Sign in to your account</body></html>'],
    ['a half object', '{"kind":"PodList","items":['],
    ['a bare word', 'ok'],
    ['a number', '42'],
    ['nothing', ''],
  ])('200 with %s is garbage, told in one line', (_, body) => {
    const read = readJson({ status: 200, body })
    expect(read).toMatchObject({ ok: false, error: { kind: 'garbage' } })
    expect(read.ok ? '' : read.error.says).not.toMatch(/\n/)
  })
})

describe('what no answer means', () => {
  const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code })
  test.each([
    ['refused', coded('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.11:6443'), 'unreachable'],
    ['unknown host', coded('ENOTFOUND', 'getaddrinfo ENOTFOUND api.example'), 'unreachable'],
    ['reset', coded('ECONNRESET', 'socket hang up'), 'unreachable'],
    ['timed out', coded('ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.11:6443'), 'timed-out'],
    [
      'every address refused',
      new AggregateError([coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:1')], ''),
      'unreachable',
    ],
    ['server certificate expired', coded('CERT_HAS_EXPIRED', 'certificate has expired'), 'untrusted'],
    [
      'unknown authority',
      coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate'),
      'untrusted',
    ],
    [
      'other name',
      coded('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames"),
      'untrusted',
    ],
    [
      'http where TLS was expected',
      coded('EPROTO', 'write EPROTO 0:SSL routines::wrong version number'),
      'untrusted',
    ],
    ['something that is no error', 'gone', 'unreachable'],
  ])('%s', (_, error, kind) => {
    const trouble = readRejection(error)
    expect(trouble.kind).toBe(kind)
    expect(trouble.says).not.toBe('')
  })
})
