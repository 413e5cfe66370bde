import { describe, expect, test } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'

const found = (text: string, id: string) => recogniseAll(text).find((message) => message.id === id)?.params

describe('api-requests', () => {
  test.each<[string, string, string, Readonly<Record<string, string>>]>([
    [
      'a request and its server',
      'Get "https://10.97.0.1:443/api/v1/nodes/w1?timeout=10s": dial tcp 10.97.0.1:443: i/o timeout',
      'api/request-failed',
      { method: 'Get', address: '10.97.0.1', port: '443' },
    ],
    [
      'an address of IPv6, without quotes',
      'Post https://[fd00::1]:6443/apis/x/v1/y: EOF',
      'api/request-failed',
      { method: 'Post', address: '[fd00::1]', port: '6443' },
    ],
    [
      'a refusal that was cut',
      'error=connection is unauthorized: bgpfilters.crd.projectcalico.org is forbidden',
      'api/forbidden-cut',
      { kind: 'bgpfilters.crd.projectcalico.org' },
    ],
    [
      'a refusal that was cut, by name',
      'error=serviceaccounts "calico-cni-plugin" is forbidden',
      'api/forbidden-cut',
      { kind: 'serviceaccounts', name: 'calico-cni-plugin' },
    ],
    [
      'a field, of kubectl',
      'ValidationError(Installation.spec): unknown field "x" in io.tigera.operator.v1.Installation.spec',
      'api/unknown-field',
      { field: 'x', kind: 'io.tigera.operator.v1.Installation.spec' },
    ],
    [
      'a field, of the server',
      'strict decoding error: unknown field "spec.calicoNetwork.x"',
      'api/unknown-field',
      { field: 'spec.calicoNetwork.x' },
    ],
    [
      'kubectl',
      'Unable to connect to the server: net/http: TLS handshake timeout',
      'kubectl/unable-to-connect',
      { error: 'net/http: TLS handshake timeout' },
    ],
  ])('%s', (_, text, id, params) => {
    expect(found(text, id)).toMatchObject(params)
  })

  test.each<[string, string, string]>([
    [
      'a health check of a pod',
      'Get "http://10.244.3.7:8080/healthz": dial tcp 10.244.3.7:8080: connect: connection refused',
      'api/request-failed',
    ],
    [
      'a registry',
      'Head "https://registry.example/v2/a/manifests/b": dial tcp 10.9.9.9:443: i/o timeout',
      'api/request-failed',
    ],
    ['a refusal that names its reason', 'pods "a" is forbidden: exceeded quota: q', 'api/forbidden-cut'],
  ])('not %s', (_, text, id) => {
    expect(found(text, id)).toBeUndefined()
  })
})
