import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/calico-apiserver-unreachable/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const table = (name: string, available: string) =>
  `NAME                     SERVICE                       AVAILABLE                      AGE\nv1.                      Local                         True                           9d\n${name}   calico-apiserver/calico-api   ${available}   9d\n`
const condition = (name: string, path: string) => `Name:         ${name}
API Version:  apiregistration.k8s.io/v1
Kind:         APIService
Spec:
  Group:  projectcalico.org
Status:
  Conditions:
    Message:  failing or missing response from https://10.61.4.9:5443${path}: Get "https://10.61.4.9:5443${path}": dial tcp 10.61.4.9:5443: i/o timeout
    Reason:   FailedDiscoveryCheck
    Status:   False
    Type:     Available
`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['as kubectl lists APIs', table('v3.projectcalico.org', 'False (FailedDiscoveryCheck)'), 'confirmed'],
    [
      'beside the API of the CRDs, which the API server serves itself',
      `v1.crd.projectcalico.org   Local   True   9d\n${table('v3.projectcalico.org', 'False (FailedDiscoveryCheck)')}`,
      'confirmed',
    ],
    ['nobody serves it', table('v3.projectcalico.org', 'False (MissingEndpoints)'), 'confirmed'],
    ['its condition', condition('v3.projectcalico.org', '/apis/projectcalico.org/v3'), 'confirmed'],
    [
      'in the API server’s log',
      'E0304 05:06:07.890123       1 remote_available_controller.go:448] "Unhandled Error" err="v3.projectcalico.org failed with: failing or missing response from https://10.61.4.9:5443/apis/projectcalico.org/v3: Get \\"https://10.61.4.9:5443/apis/projectcalico.org/v3\\": dial tcp 10.61.4.9:5443: connect: no route to host"',
      'confirmed',
    ],
    [
      'kubectl asks in vain',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get ippools.projectcalico.org)',
      'confirmed',
    ],
    [
      'kubectl cannot list kinds',
      'E0304 05:06:07.890123   77 memcache.go:287] "Unhandled Error" err="couldn\'t get resource list for projectcalico.org/v3: the server is currently unable to handle the request"',
      'confirmed',
    ],
    [
      'a namespace cannot be deleted',
      'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: projectcalico.org/v3: the server is currently unable to handle the request',
      'confirmed',
    ],
    ['the operator misses it', 'Unable to modify IP pools while Calico API server is unavailable', 'likely'],
    ['its Service leads to nobody', 'NAME         ENDPOINTS   AGE\ncalico-api   <none>      9d\n', 'likely'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['it is available', table('v3.projectcalico.org', 'True')],
    ['another API is not', table('v1beta1.metrics.k8s.io', 'False (MissingEndpoints)')],
    [
      'another API gives no answer',
      'v1beta1.metrics.k8s.io failed with: failing or missing response from https://10.61.4.9:4443/apis/metrics.k8s.io/v1beta1: Get "https://10.61.4.9:4443/apis/metrics.k8s.io/v1beta1": dial tcp 10.61.4.9:4443: i/o timeout',
    ],
    [
      'a namespace waits for another API',
      'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: the server is currently unable to handle the request',
    ],
    [
      'Calico’s own resources are not installed',
      'the server could not find the requested resource (get ippools.crd.projectcalico.org)',
    ],
  ])('%s', (_, text) => {
    expect(['not found', 'possible']).toContain(foundIn(text, mode))
  })
})

describe('by facts', () => {
  const api = (available: boolean): Table => ({
    apiServices: [{ name: 'v3.projectcalico.org', service: 'calico-system/calico-api', available }],
  })
  const missed: Table = {
    messages: [{ message: { id: 'operator/pools-need-apiserver', params: {} }, count: 2 }],
  }

  test('it is available by now', () => {
    const { causes, clear } = diagnose(factsOf(api(true)), [mode])
    expect(causes).toEqual([])
    expect(clear).toHaveLength(1)
  })

  test('what the operator said before is against what the API server says now', () => {
    expect(diagnose(factsOf({ ...api(true), ...missed }), [mode]).causes).toEqual([])
  })
})
