import { expect, test } from 'vitest'
import { cloudsTold } from '#cluster/clouds.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'

const node = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
  kernelVersion = '6.1.0-18-amd64',
) => ({
  name,
  unschedulable: false,
  taints: [],
  conditions: [],
  labels,
  kernelVersion,
})

test.each<[string, Table, readonly string[]]>([
  ['a label of AKS', { nodes: [node('n1', { 'kubernetes.azure.com/cluster': 'x' })] }, ['Azure sure']],
  ['a name of AKS', { nodes: [node('aks-pool1-12345678-vmss000001')] }, ['Azure sure']],
  ['a kernel alone', { versions: [{ of: 'kernel', version: '5.15.0-1050-azure' }] }, ['Azure']],
  ['a name that AWS gives', { nodes: [node('ip-10-0-4-7.eu-west-1.compute.internal')] }, ['AWS sure']],
  [
    'the operator was told',
    { settings: [{ of: 'Installation', name: 'kubernetesProvider', value: 'GKE' }] },
    ['Google Cloud sure'],
  ],
  ['a machine of one’s own', { nodes: [node('k8s-worker-03')] }, []],
])('%s', (_, table, expected) => {
  expect(cloudsTold(factsOf(table)).map(({ cloud, isSure }) => `${cloud}${isSure ? ' sure' : ''}`)).toEqual(
    expected,
  )
})
