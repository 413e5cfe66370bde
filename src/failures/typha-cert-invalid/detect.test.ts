import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/typha-cert-invalid/index.ts'

const at = '2025-03-04 05:06:07.890'
const lost = (error: string) =>
  `${at} [WARNING][60] confd/sync_client.go 158: error connecting to typha endpoint (1 of 2) 10.3.0.7:5473 connID=0x0 error=${error} type="bgp"`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'expired, told by confd',
      lost(
        'x509: certificate has expired or is not yet valid: current time 2025-03-04T05:06:07Z is after 2025-03-01T00:00:00Z',
      ),
      'confirmed',
    ],
    [
      'another authority, told by Felix',
      `${at} [WARNING][77] felix/sync_client.go 169: Failed to connect to typha endpoint 10.3.0.7:5473.  Will try another if available... error=x509: certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "tigera-operator-signer@1712345678")`,
      'confirmed',
    ],
    ['Typha refuses the client', lost('remote error: tls: bad certificate'), 'confirmed'],
    [
      'with Go’s newer prefix',
      lost('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
      'confirmed',
    ],
    [
      'another name',
      `${at} [ERROR][77] felix/tls_utils.go 88: peer certificate does not have required CN`,
      'confirmed',
    ],
    [
      'in the last words of an older program',
      `${at} [FATAL][60] confd/startsyncerclient.go 48: Failed to connect to Typha error=x509: certificate signed by unknown authority`,
      'confirmed',
    ],
    [
      'on Typha’s side',
      `${at} [WARNING][7] sync_server.go 500: Failed to read client hello. client=10.3.0.9:41234 connID=0x12 error=remote error: tls: expired certificate`,
      'confirmed',
    ],
    [
      'its files are not there',
      `${at} [ERROR][77] felix/sync_client.go 300: Failed to load certificate and key error=open /node-certs/tls.crt: no such file or directory`,
      'confirmed',
    ],
    [
      'the operator has trouble with the Secrets',
      '{"level":"error","ts":"2025-03-04T05:06:07Z","logger":"controller_installation","msg":"Error with Typha/Felix secrets","Request.Name":"default","reason":"CertificateError","error":"secret not owned"}',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['nothing answers', lost('dial tcp 10.3.0.7:5473: i/o timeout')],
    ['refused', lost('dial tcp 10.3.0.7:5473: connect: connection refused')],
    [
      'the certificate of the API server',
      `${at} [ERROR][9] cni-config-monitor/token_watch.go 108: Failed to update CNI token error=Post "https://10.97.0.1:443/api/v1/namespaces/kube-system/serviceaccounts/calico-node/token": x509: certificate signed by unknown authority`,
    ],
    [
      'the certificate of etcd',
      `${at} [WARNING][9] felix/etcd.go 44: error reading server preface: remote error: tls: bad certificate`,
    ],
    [
      'of a registry',
      'Failed to pull image "reg.example/calico/node:v3.29.1": Get "https://reg.example/v2/": x509: certificate signed by unknown authority',
    ],
    [
      'Typha is reached later',
      `${lost('x509: certificate signed by unknown authority')}\n2025-03-04 05:07:07.890 [INFO][60] confd/sync_client.go 180: Connected to Typha on attempt 2 address="10.3.0.7:5473"`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const lines: Table = {
    messages: [{ message: { id: 'typha/retrying', params: {} }, node: 'w1', count: 4 }],
  }
  test.each<[string, Table, string | undefined]>([
    [
      'the certificate bears an end that is past',
      { ...lines, certificates: [{ of: 'tigera-operator/typha-certs', notAfterMs: ago(60) }] },
      'confirmed',
    ],
    [
      'it is valid',
      { ...lines, certificates: [{ of: 'tigera-operator/typha-certs', notAfterMs: ago(-600) }] },
      undefined,
    ],
    [
      'another certificate is past',
      { ...lines, certificates: [{ of: '/etc/kubernetes/pki/front-proxy-client.crt', notAfterMs: ago(60) }] },
      undefined,
    ],
    [
      'a Secret is missing',
      { ...lines, secrets: [{ namespace: 'calico-system', name: 'node-certs', exists: false }] },
      'likely',
    ],
  ])('%s', (_, table, expected) => {
    expect(diagnose(factsOf(table), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
