import { describe, expect, test } from 'vitest'
import { clusterFlags } from '#sources/formats/cluster-flags.ts'
import { installerRows } from '#sources/formats/objects/installers.ts'

const namesOf = (told: ReturnType<typeof installerRows>): readonly string[] =>
  told.flatMap((one) => (one.relation === 'settings' ? `${one.row.of} ${one.row.name} ${one.row.value}` : []))

describe('a cluster without kube-proxy', () => {
  const without = ['kube-proxy disabled true']
  test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['kubeadm', { skipPhases: ['addon/kube-proxy'] }, without],
    ['kubeadm, another phase', { skipPhases: ['addon/coredns'] }, []],
    ['k3s', { 'disable-kube-proxy': true }, without],
    ['k3s with it', { 'disable-kube-proxy': false }, []],
    ['OpenShift', { deployKubeProxy: false }, without],
    ['kOps', { kubeProxy: { enabled: false } }, without],
    ['kOps with it', { kubeProxy: { enabled: true } }, []],
    ['Talos', { proxy: { disabled: true } }, without],
  ])('%s', (_, fields, expected) => {
    expect(namesOf(installerRows(fields))).toEqual(expected)
  })

  test.each([
    ['kubeadm init --skip-phases=addon/kube-proxy --v=5', without],
    ['kubeadm init --skip-phases addon/coredns,addon/kube-proxy', without],
    ['k3s server --disable-kube-proxy --flannel-backend=none', without],
    ['k3s server --disable-kube-proxy=false', []],
    ['kubeadm init --skip-phases=addon/coredns', []],
  ])('%s', (line, expected) => {
    expect(namesOf(clusterFlags(line))).toEqual(expected)
  })
})
