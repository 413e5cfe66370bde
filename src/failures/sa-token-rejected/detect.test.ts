import { describe, expect, test } from 'vitest'
import { renderSubject } from '#cluster/subjects.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/sa-token-rejected/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const at = '2025-03-04 05:06:07.890'
const startup = `${at} [WARNING][9] startup/startup.go 470: Connection to the datastore is unauthorized`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['start-up is refused', `${startup} error=connection is unauthorized: Unauthorized`, 'confirmed'],
    [
      'Felix is refused',
      `${at} [INFO][77] felix/watchercache.go 188: Failed to perform list of current data during resync ListRoot="/calico/resources/v3/x" error=connection is unauthorized: Unauthorized`,
      'confirmed',
    ],
    [
      'the installer is refused',
      `${at} [ERROR][1] cni-installer/token_watch.go 108: Unable to create token for CNI kubeconfig error=Unauthorized`,
      'confirmed',
    ],
    [
      'the API server says that the token is from the future',
      'E0304 05:06:07.890123 1 authentication.go:63] "Unable to authenticate the request" err="[invalid bearer token, square/go-jose/jwt: validation failed, token issued in the future (iat)]"',
      'confirmed',
    ],
    [
      'the API server does not know the key',
      'E0304 05:06:07.890123 1 authentication.go:63] "Unable to authenticate the request" err="[invalid bearer token, square/go-jose: error in cryptographic primitive]"',
      'confirmed',
    ],
    [
      'kube-controllers is refused',
      `${at} [FATAL][1] kube-controllers/main.go 118: Failed to initialize Calico datastore error=connection is unauthorized: Unauthorized`,
      'likely',
    ],
    [
      'start-up is refused, and its reason was cut',
      `${startup}\n${at} [WARNING][9] startup/utils.go 48: Terminating`,
      'possible',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'a right is missing, which Calico words alike',
      `${startup} error=connection is unauthorized: clusterinformations.crd.projectcalico.org "default" is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot get resource "clusterinformations" in API group "crd.projectcalico.org" at the cluster scope`,
    ],
    [
      'only a clock that was set',
      'Mar 04 05:06:07 w1 chronyd[700]: System clock was stepped by 7200.123456 seconds',
    ],
    [
      'the registry refuses',
      'Failed to pull image "registry.example/app": failed to authorize: 401 Unauthorized',
    ],
    [
      'the API server cannot be reached',
      `${at} [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": dial tcp 10.97.0.1:443: i/o timeout`,
    ],
    [
      'its certificate is not trusted',
      `${at} [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": x509: certificate signed by unknown authority`,
    ],
    [
      'harmless: start-up may not read kubeadm’s map',
      `${at} [INFO][9] startup/startup.go 150: Unauthorized to query kubeadm configmap, assuming not on kubeadm. CIDR detection will not occur.`,
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })

  test('only the CNI plugin is refused: its own kubeconfig', () => {
    const text =
      'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized'
    expect(['possible', 'not found']).toContain(foundIn(text, mode))
  })
})

describe('API servers', () => {
  const issuer = (node: string, value: string) => ({
    of: 'apiserver' as const,
    name: 'service-account-issuer',
    node,
    value,
  })
  test.each<[string, Table, boolean]>([
    ['differ in their issuer', { settings: [issuer('m1', 'https://a'), issuer('m2', 'https://b')] }, true],
    ['agree', { settings: [issuer('m1', 'https://a'), issuer('m2', 'https://a')] }, false],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect([...causes, ...preventive].length > 0).toBe(expected)
  })
})

describe('where it is judged', () => {
  const nodes = ['w1', 'w2', 'w3', 'w4']
  const pods = nodes.map((node) => ({
    namespace: 'kube-system',
    name: `calico-node-${node}`,
    node,
    component: 'calico-node' as const,
    ready: false,
    containers: [],
  }))
  const refused = (node: string) => ({
    message: {
      id: 'startup/datastore-unauthorized',
      params: {},
      inner: [{ id: 'api/unauthorized', params: {} }],
    },
    node,
    container: 'calico-node',
    pod: { namespace: 'kube-system', name: `calico-node-${node}` },
    count: 1,
  })
  test.each<[string, readonly string[], readonly string[]]>([
    ['on the node that is refused', ['w2'], ['node/w2']],
    ['on each of two out of four', ['w1', 'w2'], ['node/w1', 'node/w2']],
    ['on the cluster where most nodes are refused', ['w1', 'w2', 'w3'], ['cluster']],
  ])('%s', (_, who, where) => {
    const { causes } = diagnose(factsOf({ pods, messages: who.map(refused) }), [mode])
    expect(causes.map(({ finding }) => renderSubject(finding.about)).toSorted()).toEqual(where)
  })
})
