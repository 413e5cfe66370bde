import { expect, test } from 'vitest'
import { isCalicoApi } from '#cluster/calico-api.ts'
import { isCalicoImage, isCalicoName, isCalicoNamespace } from '#cluster/calico-objects.ts'
import { isProviderImage, managedBy } from '#cluster/managed.ts'
import { factsOf } from '#cluster/testing/facts.ts'

test.each([
  ['docker.io/calico/node:v3.29.1', true],
  ['quay.io/tigera/operator:v1.36.2', true],
  ['rancher/mirrored-calico-cni:v3.28.1', true],
  ['reg.example:5000/rancher/hardened-calico:v3.28.1', true],
  ['calico/node@sha256:0123', true],
  ['docker.io/library/nginx:1.27', false],
  ['reg.example/shop/calicocat:1', false],
  ['', false],
])('image %s is Calico’s: %s', (image, expected) => {
  expect(isCalicoImage(image)).toBe(expected)
})

test.each([
  ['calico-node-x7k2p', true],
  ['tigera-operator-6b7', true],
  ['rke2-canal-x7k2p', true],
  ['calico', true],
  ['shop-calico-exporter', false],
  ['calicocat-0', false],
  ['', false],
])('object %s is Calico’s: %s', (name, expected) => {
  expect(isCalicoName(name)).toBe(expected)
})

test.each([
  ['calico-system', true],
  ['tigera-operator', true],
  ['kube-system', false],
])('namespace %s is Calico’s alone: %s', (name, expected) => {
  expect(isCalicoNamespace(name)).toBe(expected)
})

test.each([
  ['v3.projectcalico.org', true],
  ['v1.crd.projectcalico.org', false],
  ['v1beta1.metrics.k8s.io', false],
])('%s is Calico’s aggregated API: %s', (name, expected) => {
  expect(isCalicoApi({ name })).toBe(expected)
})

test.each([
  ['us.icr.io/armada-master/calico/node:v3.29.5', true],
  ['icr.io/ext/calico/node:v3.29.5', true],
  ['registry.ng.bluemix.net/armada-master/node:v3.3.6', true],
  ['quay.io/calico/node:v3.29.5', false],
  ['icr.io.example.org/calico/node:v3.29.5', false],
])('image %s is the provider’s: %s', (image, expected) => {
  expect(isProviderImage(image)).toBe(expected)
})

const node = (labels: Readonly<Record<string, string>>, kubeletVersion = 'v1.31.4') => ({
  name: 'w1',
  unschedulable: false,
  conditions: [],
  taints: [],
  labels,
  kubeletVersion,
})

test.each([
  ['its labels', node({ 'ibm-cloud.kubernetes.io/zone': 'z' }), true],
  ['its build', node({}, 'v1.31.4+IKS'), true],
  ['another cluster', node({ 'topology.kubernetes.io/zone': 'z' }), false],
])('a managed cluster, by %s', (_, row, expected) => {
  expect(managedBy(factsOf({ nodes: [row] })) !== undefined).toBe(expected)
})
