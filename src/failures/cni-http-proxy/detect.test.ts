import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/cni-http-proxy/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const url = 'https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default'
const plugin = (error: string) =>
  `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="calico" failed (add): error getting ClusterInformation: Get "${url}": ${error}`
const startup = (error: string) =>
  `2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "${url}": ${error}`
const wrongName = 'tls: failed to verify certificate: x509: certificate is valid for 10.3.2.1, not 10.97.0.1'
const unit = (no: string) => `HTTPS_PROXY=http://proxy.example.test:3128\nNO_PROXY=${no}\n`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['the proxy is out of order', plugin('Service Unavailable'), 'confirmed'],
    ['the proxy forbids', plugin('Forbidden'), 'confirmed'],
    ['a gateway', plugin('Bad Gateway'), 'confirmed'],
    [
      'in the words of older Go, without quotes',
      `error getting ClusterInformation: Get https://[10.97.0.1]:443/apis/crd.projectcalico.org/v1/clusterinformations/default: Service Unavailable`,
      'confirmed',
    ],
    ['the proxy cuts the connection', plugin('unexpected EOF'), 'likely'],
    ['the proxy shows its own certificate', plugin(wrongName), 'likely'],
    ['the same, with its variables', `${unit('.example.test')}\n${plugin(wrongName)}`, 'confirmed'],
    [
      'a handshake that does not end, with its variables',
      `${unit('localhost,127.0.0.1')}\n${plugin('net/http: TLS handshake timeout')}`,
      'confirmed',
    ],
    ['a handshake that does not end, without them', plugin('net/http: TLS handshake timeout'), 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

test('somebody says what NO_PROXY leaves out', () => {
  expect(foundIn('The range of our Services was not in NO_PROXY of the crio unit.', mode)).toBe('likely')
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['no answer to TCP: nobody stands between', plugin('dial tcp 10.97.0.1:443: i/o timeout')],
    [
      'the API server itself forbids, and names a user',
      'error getting ClusterInformation: connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope',
    ],
    ['the token is refused', 'error getting ClusterInformation: connection is unauthorized: Unauthorized'],
    ['the API server’s certificate, seen by calico-node', startup(wrongName)],
    [
      'the API server itself is not able',
      'the server is currently unable to handle the request (get clusterinformations.crd.projectcalico.org default)',
    ],
    [
      'an image that a proxy refuses',
      'Failed to pull image "registry.example/app": proxyconnect tcp: dial tcp 10.9.9.9:3128: i/o timeout',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('calico-node meets the same certificate: no proxy of the runtime’s', () => {
    expect(foundIn(`${plugin(wrongName)}\n\n${startup(wrongName)}`, mode)).toBe('not found')
  })

  test('NO_PROXY holds the address: the variables are not it', () => {
    expect(
      foundIn(`${unit('10.96.0.0/12,.svc')}\n${plugin('net/http: TLS handshake timeout')}`, mode),
    ).not.toBe('confirmed')
  })
})

describe('by settings', () => {
  const proxy = {
    of: 'proxy' as const,
    in: '/etc/systemd/system/crio.service.d/proxy.conf',
    name: 'HTTP_PROXY',
    value: 'http://p:8080',
  }
  const services = [{ namespace: 'default', name: 'kubernetes', clusterIp: '10.97.0.1' }]
  test.each<[string, Table, string]>([
    ['a proxy that takes the Service address', { settings: [proxy], services }, 'found'],
    [
      'a proxy that leaves it',
      { settings: [proxy, { ...proxy, name: 'NO_PROXY', value: '10.97.0.0/24' }], services },
      'not found',
    ],
    ['no proxy', { services }, 'not found'],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect(causes.length + preventive.length > 0 ? 'found' : 'not found').toBe(expected)
  })
})
