import { describe, expect, test } from 'vitest'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/apiserver-cert-invalid/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const startup = (error: string) =>
  `2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": ${error}`
const wrongName = 'x509: certificate is valid for 10.96.0.1, 10.3.0.2, not 10.97.0.1'
const plugin = `plugin type="calico" failed (add): error getting ClusterInformation: Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/clusterinformations/default": tls: failed to verify certificate: ${wrongName}`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'it has no addresses among its names',
      startup("x509: cannot validate certificate for 10.97.0.1 because it doesn't contain any IP SANs"),
      'confirmed',
    ],
    ['it holds other addresses', startup(`tls: failed to verify certificate: ${wrongName}`), 'confirmed'],
    [
      'it is out of its time',
      startup(
        'x509: certificate has expired or is not yet valid: current time 2025-03-04T05:06:07Z is after 2025-03-01T00:00:00Z',
      ),
      'confirmed',
    ],
    ['its authority is not known', startup('x509: certificate signed by unknown authority'), 'confirmed'],
    [
      'the installer refuses it',
      '2025-03-04 05:06:07.890 [ERROR][1] cni-installer/token_watch.go 108: Unable to create token for CNI kubeconfig error=Post "https://10.97.0.1:443/api/v1/namespaces/kube-system/serviceaccounts/calico-cni-plugin/token": x509: certificate has expired or is not yet valid',
      'confirmed',
    ],
    [
      'a person’s kubectl',
      'Unable to connect to the server: x509: certificate has expired or is not yet valid',
      'likely',
    ],
    ['only the CNI plugin says so', plugin, 'likely'],
    [
      'this machine’s clock may be behind',
      startup(
        'x509: certificate has expired or is not yet valid: current time 2015-03-04T05:06:07Z is before 2025-01-01T00:00:00Z',
      ),
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'Typha’s certificate',
      '2025-03-04 05:06:07.890 [ERROR][77] felix/sync_client.go 300: Failed to connect to typha endpoint 10.0.0.5:5473. error=x509: certificate has expired or is not yet valid',
    ],
    [
      'a webhook’s certificate',
      'Internal error occurred: failed calling webhook "pods.example.test": Post "https://hook.shop.svc:443/mutate": x509: certificate signed by unknown authority',
    ],
    [
      'a registry’s certificate',
      'Failed to pull image "registry.example/app": failed to do request: Head "https://registry.example/v2/": x509: certificate signed by unknown authority',
    ],
    [
      'etcd’s certificate',
      'client: etcd cluster is unavailable or misconfigured; error #0: x509: certificate has expired or is not yet valid',
    ],
    [
      'the token, not the certificate',
      '2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 470: Connection to the datastore is unauthorized error=connection is unauthorized: Unauthorized',
    ],
    ['nobody answers', startup('dial tcp 10.97.0.1:443: i/o timeout')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('only the CNI plugin, whose runtime has a proxy', () => {
    expect(foundIn(`HTTPS_PROXY=http://proxy.example.test:3128\n\n${plugin}`, mode)).toBe('not found')
  })
})

describe('the certificate itself', () => {
  const services = [{ namespace: 'default', name: 'kubernetes', clusterIp: '10.97.0.1' }]
  test.each<[string, Table, boolean]>([
    [
      'is out of its time',
      { certificates: [{ of: '/etc/kubernetes/pki/apiserver.crt', notAfterMs: ago(1) }] },
      true,
    ],
    [
      'lacks the Service’s address',
      { services, certificates: [{ of: 'apiserver', names: ['kubernetes', '10.96.0.1'] }] },
      true,
    ],
    [
      'holds it',
      {
        services,
        certificates: [{ of: 'apiserver', names: ['kubernetes', '10.97.0.1'], notAfterMs: ago(-9) }],
      },
      false,
    ],
    [
      'is that with which it calls kubelets',
      { certificates: [{ of: '/etc/kubernetes/pki/apiserver-kubelet-client.crt', notAfterMs: ago(1) }] },
      false,
    ],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect([...causes, ...preventive].length > 0).toBe(expected)
  })
})
