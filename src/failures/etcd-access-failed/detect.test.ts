import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/etcd-access-failed/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'calicoctl',
      'Failed to create Calico API client: could not initialize etcdv3 client: open /calico-secrets/etcd-ca: no such file or directory',
      'confirmed',
    ],
    ['etcd’s client, of whichever program', 'dial tcp: grpc: timed out when dialing', 'confirmed'],
    [
      'of the second generation, with the reason',
      'client: etcd cluster is unavailable or misconfigured; error #0: x509: certificate has expired or is not yet valid',
      'confirmed',
    ],
    [
      'of the second generation, without it',
      'client: etcd cluster is unavailable or misconfigured',
      'likely',
    ],
    [
      'start-up',
      '2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 600: Unable to access datastore to query node configuration\n2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 1300: Terminating',
      'likely',
    ],
    [
      'the endpoint lacks its scheme',
      '        env:\n        - name: ETCD_ENDPOINTS\n          value: 10.9.8.7:2379\n        - name: NODENAME\n          value: w1\n',
      'confirmed',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'the endpoint has its scheme',
      '        env:\n        - name: ETCD_ENDPOINTS\n          value: https://10.9.8.7:2379\n        - name: NODENAME\n          value: w1\n',
    ],
    [
      'the API server is not trusted',
      '2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": x509: certificate has expired or is not yet valid',
    ],
    [
      'Typha is not trusted',
      '2025-03-04 05:06:07.890 [ERROR][77] felix/sync_client.go 300: Failed to connect to typha endpoint 10.0.0.5:5473. error=x509: certificate has expired or is not yet valid',
    ],
    [
      'etcd is slow',
      '{"level":"warn","ts":"2025-03-04T05:06:07.890Z","caller":"etcdserver/util.go:170","msg":"apply request took too long"}',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('the datastore is Kubernetes: etcd’s words are not Calico’s', () => {
    const env =
      '        env:\n        - name: DATASTORE_TYPE\n          value: kubernetes\n        - name: NODENAME\n          value: w1\n'
    expect(foundIn(`client: etcd cluster is unavailable or misconfigured\n\n${env}`, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const test2379 = (outcome: 'ok' | 'tls-failed' | 'timed-out') => ({
    node: 'w1',
    in: 'host' as const,
    to: '10.9.8.7',
    port: 2379,
    protocol: 'http' as const,
    outcome,
  })
  test.each<[string, Table, string]>([
    ['TCP works and TLS does not', { reachability: [test2379('tls-failed')] }, 'found'],
    ['nothing answers', { reachability: [test2379('timed-out')] }, 'found'],
    ['it answers', { reachability: [test2379('ok')] }, 'not found'],
    [
      'a client’s certificate is out of its time',
      { certificates: [{ of: '/etc/calico/certs/etcd-client.crt', notAfterMs: ago(60) }] },
      'found',
    ],
    [
      'the certificate holds',
      { certificates: [{ of: '/etc/calico/certs/etcd-client.crt', notAfterMs: ago(-60) }] },
      'not found',
    ],
    [
      'another certificate is out of its time',
      { certificates: [{ of: '/etc/kubernetes/pki/apiserver.crt', notAfterMs: ago(60) }] },
      'not found',
    ],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect(causes.length + preventive.length > 0 ? 'found' : 'not found').toBe(expected)
  })
})
