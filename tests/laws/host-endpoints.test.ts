import { expect, onTestFinished, test } from 'vitest'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'
import { calicoDaemonSet, deletePods } from '#lab/owner-acts.ts'
import { diagnosed } from '../support/lab-cluster.ts'
import { nodeOf } from './cases.ts'

/**
 * A worker's HostEndpoint that is missing or has another's address stops nobody: the laws of faults have nothing to find.
 * What there is to see is told as a state that waits, until calico-node's init container writes the endpoint anew.
 */
test('HostEndpoints of a worker: wrong, missing, and written anew with calico-node’s pod', async () => {
  const lab = await Lab.boot({ seed: 'endpoints', flavour: 'iks-classic', nodes: 4 })
  onTestFinished(() => lab.shutdown())
  const node = nodeOf(lab)
  const endpoints = await lab.kube.list({ type: resources.hostEndpoints })
  const id = endpoints.find(({ metadata }) => metadata.labels?.['kubernetes.io/hostname'] === node)
  const name = id?.metadata.name.replace(/-(private|public)$/, '-private') ?? ''
  const ref = { type: resources.hostEndpoints, name }
  const waiting = async (): Promise<readonly string[]> => {
    await lab.advance(60_000)
    const { diagnosis } = await diagnosed(lab)
    expect(diagnosis.causes).toEqual([])
    return diagnosis.preventive.flatMap(({ finding }) => finding.evidence.map(({ says }) => says))
  }
  const guards = async (): Promise<boolean> =>
    (await lab.exec(node, 'iptables-save -t filter')).stdout.includes('cali-fh-eth0')

  await lab.kube.patch(ref, { type: 'merge', body: { spec: { expectedIPs: ['10.9.9.9'] } } })
  expect(await waiting()).toEqual([`the HostEndpoint ${name} expects 10.9.9.9, and the worker has ${node}`])
  expect(await guards()).toBe(true)

  await lab.kube.delete(ref)
  expect(await waiting()).toEqual([`worker ${node} has no private HostEndpoint`])
  expect(await guards()).toBe(false)

  const namespace = (await calicoDaemonSet(lab)).metadata.namespace as string // as stored
  await deletePods(lab, { namespace, labelSelector: 'k8s-app=calico-node', node })
  expect(await waiting()).toEqual([])
  expect(await guards()).toBe(true)
})
