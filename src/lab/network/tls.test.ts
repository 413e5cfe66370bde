import { expect, test } from 'vitest'
import { authority, issued, pemOf, unfitFor } from '#lab/network/tls.ts'

const from = Date.UTC(2026, 0, 1)
const until = Date.UTC(2027, 0, 1)
const shown = (...dnsNames: readonly string[]): string => {
  const validity = { notBeforeMs: from, notAfterMs: until }
  return pemOf(issued(authority('ca', { key: 'ca', ...validity }), { key: 'own', dnsNames, ...validity }))
}
const during = Date.UTC(2026, 5, 1)

test.each<readonly [string, string, string, number, string | undefined]>([
  ['an address that it holds', shown('api', '10.96.0.1'), '10.96.0.1', during, undefined],
  ['a name that it holds', shown('api', '10.96.0.1'), 'api', during, undefined],
  ['something that is no certificate of the lab’s', 'abc', '10.96.0.1', during, undefined],
  [
    'an address among other addresses',
    shown('api', '10.43.0.1', '10.0.0.11'),
    '10.96.0.1',
    during,
    'certificate is valid for 10.43.0.1, 10.0.0.11, not 10.96.0.1',
  ],
  [
    'an address where there are names only',
    shown('api'),
    '10.96.0.1',
    during,
    "cannot validate certificate for 10.96.0.1 because it doesn't contain any IP SANs",
  ],
  [
    'a name where there are addresses only',
    shown('10.0.0.11'),
    'api',
    during,
    'certificate is not valid for any names, but wanted to match api',
  ],
  [
    'a certificate without any',
    shown(),
    'api',
    during,
    'certificate relies on legacy Common Name field, use SANs instead',
  ],
  [
    'after its time',
    shown('api'),
    'api',
    until + 1000,
    'certificate has expired or is not yet valid: current time 2027-01-01T00:00:01Z is after 2027-01-01T00:00:00Z',
  ],
  [
    'before its time',
    shown('api'),
    'api',
    from - 1000,
    'certificate has expired or is not yet valid: current time 2025-12-31T23:59:59Z is before 2026-01-01T00:00:00Z',
  ],
])('%s', (_, pem, serverName, nowMs, says) => {
  expect(unfitFor(pem, { serverName, nowMs })).toBe(says)
})
