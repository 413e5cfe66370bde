import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/version-or-crd-mismatch/index.ts'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'a CRD is missing while Felix lists',
      '2025-03-04 05:06:07.890 [INFO][77] felix/watchercache.go 188: Failed to perform list of current data during resync ListRoot="/calico/resources/v3/x" error=resource does not exist: BGPFilter with error: the server could not find the requested resource (get BGPFilters.crd.projectcalico.org)',
      'confirmed',
    ],
    [
      'start-up cannot make a tier',
      '2025-03-04 05:06:07.890 [ERROR][9] startup/startup.go 166: Unable to initialize adminnetworkpolicy Tier error=the server could not find the requested resource (post Tiers.crd.projectcalico.org)',
      'confirmed',
    ],
    [
      'an old manifest meets a new Kubernetes',
      'error: unable to recognize "calico.yaml": no matches for kind "PodDisruptionBudget" in version "policy/v1beta1"',
      'confirmed',
    ],
    [
      'an old manifest, in newer words of kubectl',
      'resource mapping not found for name: "ippools.crd.projectcalico.org" namespace: "" from "old.yaml": no matches for kind "CustomResourceDefinition" in version "apiextensions.k8s.io/v1beta1"',
      'confirmed',
    ],
    [
      'the operator’s CRDs are not there',
      'error: resource mapping not found for name: "default" namespace: "" from "custom-resources.yaml": no matches for kind "Installation" in version "operator.tigera.io/v1"',
      'confirmed',
    ],
    [
      'the DaemonSet of the manifest is refused',
      'The DaemonSet "calico-node" is invalid: spec.selector: Invalid value: v1.LabelSelector{}: field is immutable',
      'confirmed',
    ],
    [
      'a field that the CRD does not have',
      'error: error validating "install.yaml": error validating data: ValidationError(Installation.spec.calicoNetwork): unknown field "bpfNetworkBootstrap" in io.tigera.operator.v1.Installation.spec.calicoNetwork',
      'confirmed',
    ],
    [
      'VXLAN for IPv6 before it existed',
      `Failed to apply 'IPPool' resource: [error with field IPpool.VXLANMode = 'CrossSubnet' (VXLANMode other than 'Never' is not supported on an IPv6 IP pool)]`,
      'confirmed',
    ],
    [
      'the API server refuses what the operator renders',
      '{"level":"error","logger":"controller_installation","msg":"Error creating / updating resource","error":"Deployment.apps \\"goldmane\\" is invalid: spec.template.spec.containers[0].image: Required value"}',
      'likely',
    ],
    [
      'start-up in the words of the first releases with Kubernetes',
      'ERROR: Unable to set node resource configuration: Failed to ensure datastore has been initialized: "timed out waiting for the condition". Make sure the Custom Resource Definitions have been created and Calico has been authorized to access them.',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'another project’s kind',
      'no matches for kind "VirtualService" in version "networking.istio.io/v1beta1"',
    ],
    [
      'another project’s Deployment is invalid',
      'The Deployment "cart" is invalid: spec.selector: Invalid value: v1.LabelSelector{}: field is immutable',
    ],
    [
      'a right is missing, not a kind',
      'caliconodestatuses.crd.projectcalico.org is forbidden: User "system:serviceaccount:kube-system:calico-node" cannot list resource "caliconodestatuses" in API group "crd.projectcalico.org" at the cluster scope',
    ],
    [
      'an object is missing, its kind is there',
      'clusterinformations.crd.projectcalico.org "default" not found',
    ],
    [
      'the API server does not answer at all',
      'Get "https://10.97.0.1:443/apis/crd.projectcalico.org/v1/ippools": dial tcp 10.97.0.1:443: i/o timeout',
    ],
    [
      'an aggregated API that does not answer',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request (get ippools.projectcalico.org)',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by versions', () => {
  const refused: Table = {
    messages: [{ message: { id: 'startup/terminating', params: {} }, count: 1, container: 'calico-node' }],
  }
  test.each<[string, Table, string | undefined]>([
    [
      'Kubernetes has removed what this Calico uses',
      {
        ...refused,
        versions: [
          { of: 'calico/node', version: 'v3.11.3' },
          { of: 'kubernetes', version: 'v1.24.1' },
        ],
      },
      'likely',
    ],
    [
      'a pair that works',
      {
        ...refused,
        versions: [
          { of: 'calico/node', version: 'v3.27.0' },
          { of: 'kubernetes', version: 'v1.29.1' },
        ],
      },
      undefined,
    ],
    [
      'one part is of another release, and nothing shows it',
      {
        versions: [
          { of: 'calico/node', version: 'v3.27.0' },
          { of: 'calico/typha', version: 'v3.24.0' },
        ],
      },
      undefined,
    ],
  ])('%s', (_, table, expected) => {
    const { causes, preventive } = diagnose(factsOf(table), [mode])
    expect(causes[0]?.confidence).toBe(expected)
    if (expected === undefined) expect(preventive).toEqual([])
  })
})
