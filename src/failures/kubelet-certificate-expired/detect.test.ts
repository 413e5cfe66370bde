import { describe, expect, test } from 'vitest'
import { withoutRelation } from '#cluster/facts-builder.ts'
import type { CertificateRow, NodeRow, SigningRequestRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import { mode } from '#failures/kubelet-certificate-expired/index.ts'
import { apiRead, node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const nodes = 'NAME   STATUS     ROLES    AGE   VERSION\nw1     NotReady   <none>   99d   v1.31.9\n'
const refused = (error: string) =>
  `E0304 05:06:07.451812       1 authentication.go:73] "Unable to authenticate the request" err="[${error}]"`
const over =
  'x509: certificate has expired or is not yet valid: current time 2025-03-04T05:06:07Z is after 2025-03-03T21:40:11Z'
const asked = (notAfter: string) =>
  `# openssl x509 -noout -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem\nnotBefore=Feb 26 21:40:11 2024 GMT\nnotAfter=${notAfter}\n`

describe('in a text', () => {
  test.each<[string, string, Verdict]>([
    ['its certificate has ended', asked('Feb 25 21:40:11 2025 GMT'), 'confirmed'],
    [
      'it does not start with it',
      'E0304 05:06:07.311894    2211 bootstrap.go:266] part of the existing bootstrap client certificate in /etc/kubernetes/kubelet.conf is expired: 2025-01-11 09:14:02 +0000 UTC',
      'confirmed',
    ],
    [
      'it ends itself for want of another',
      'E0304 05:06:07.311894    2211 transport.go:170] "No valid client certificate is found and the server is responsive, exiting." lastCertificateAvailabilityTime="2025-03-04 05:01:07" shutdownThreshold="5m0s"',
      'confirmed',
    ],
    [
      'the API server refuses somebody’s, and a node is lost',
      `${nodes}\n${refused(`${over}, verifying certificate SN=1, SKID=, AKID=0A failed: ${over}`)}`,
      'likely',
    ],
    ['it counts for years', asked('Feb 25 21:40:11 2035 GMT'), 'not found'],
    [
      'another program’s certificate has ended',
      '# openssl x509 -noout -dates -in /etc/etcd/server.pem\nnotBefore=Feb 26 21:40:11 2024 GMT\nnotAfter=Feb 25 21:40:11 2025 GMT\n',
      'not found',
    ],
    [
      'a token is refused',
      `${nodes}\n${refused('invalid bearer token, service account token has expired')}`,
      'not found',
    ],
    [
      'the client’s certificate is from the future: a clock',
      `${nodes}\n${refused(over.replace(' is after ', ' is before '))}`,
      'not found',
    ],
    ['clients refuse the server’s', `${nodes}\nUnable to connect to the server: ${over}`, 'not found'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('beside a node that is not heard of', () => {
  const silent = node('w1', {
    conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', transitionAtMs: ago(9) }],
  })
  const certificate = (name: string, notAfterMs: number): CertificateRow => ({
    of: '/var/lib/kubelet/pki/kubelet-client-current.pem',
    subject: `O = system:nodes, CN = system:node:${name}`,
    notAfterMs,
  })
  const table = (...certificates: readonly CertificateRow[]) =>
    factsOf(
      { nodes: [silent, node('w2')], certificates },
      { complete: [...apiRead, 'certificates', 'messages'] },
    )
  const causes = (facts: ReturnType<typeof table>) =>
    diagnose(facts, modes).causes.map(({ mode: of, finding }) => `${of.id} ${renderSubject(finding.about)}`)

  test('its certificate says why, and nothing else is wrong', () => {
    expect(causes(table(certificate('w1', ago(20))))).toEqual(['kubelet-certificate-expired node/w1'])
  })

  test.each<[string, CertificateRow]>([
    ['its certificate is good', certificate('w1', ago(-900))],
    ['another node’s has ended', certificate('w2', ago(20))],
  ])('it is something else where %s', (_, row) => {
    const found = causes(table(row)).filter((each) => each.endsWith('node/w1'))
    expect(found).toHaveLength(1)
    expect(found).not.toContain('kubelet-certificate-expired node/w1')
  })

  const logged = (end: number, saidMs = end + 9 * 60_000): Table => ({
    messages: [
      {
        message: {
          id: 'apiserver/authentication-failed',
          params: {},
          inner: [
            {
              id: 'tls/expired',
              params: {
                side: 'after',
                now: new Date(saidMs).toISOString(),
                limit: new Date(end).toISOString(),
              },
            },
          ],
        },
        count: 40,
        atMs: saidMs,
      },
    ],
  })
  const jumped = ({ messages = [] }: Table, minutes: number): Table => ({
    messages: messages.map((row) => ({ ...row, atMs: (row.atMs ?? 0) - minutes * 60_000 })),
  })
  const request = (row: Partial<SigningRequestRow>): Table => ({
    signingRequests: [
      {
        name: 'csr-7k2xq',
        signer: 'kubernetes.io/kube-apiserver-client-kubelet',
        requestor: 'system:node:w1',
        state: 'pending',
        ...row,
      },
    ],
  })
  const ofEnd = (name: string): NodeRow => ({ ...silent, name })

  test.each<[string, Table, string]>([
    ['the certificate that the API server refuses ended then', logged(ago(10)), 'confirmed'],
    ['it ended after the node fell silent: another client’s', logged(ago(8)), 'not found'],
    ['it ended hours before: another client’s', logged(ago(300)), 'not found'],
    [
      'two nodes fell silent at once: it is of one of them',
      { ...logged(ago(10)), nodes: [silent, ofEnd('w3'), node('w2')] },
      'likely',
    ],
    [
      'a lab that jumped shifts the log’s own times, not those in its words',
      jumped(logged(ago(10)), 30),
      'not found',
    ],
    ['so it is the difference to them that counts', jumped(logged(ago(-20)), 30), 'confirmed'],
    ['its request waits', request({}), 'likely'],
    ['its request was denied', request({ state: 'denied' }), 'likely'],
    ['its request was granted', request({ state: 'issued' }), 'not found'],
    ['another node’s request waits', request({ requestor: 'system:node:w2' }), 'not found'],
    [
      'it waits for a server’s certificate',
      request({ signer: 'kubernetes.io/kubelet-serving' }),
      'not found',
    ],
  ])('seen from outside: %s', (_, shown, expected) => {
    const facts = factsOf({ nodes: [silent, node('w2')], ...shown }, { complete: apiRead })
    const own = diagnose(facts, modes).causes.find(({ mode: { id } }) => id === mode.id)
    expect(own?.confidence ?? 'not found').toBe(expected)
  })

  test.each(mode.detector.needs)('without %s it is found otherwise or unknown, never clear', (hidden) => {
    const { clear } = diagnose(withoutRelation(table(), hidden), [mode])
    expect(clear).toEqual([])
  })
})
