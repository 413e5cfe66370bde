import { expect, onTestFinished, test } from 'vitest'
import type { KubeObject, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000

test('an OpenShift cluster is known by its API, and its HostEndpoints are made by ibm-keepalived-watcher', async () => {
  const lab = await Lab.boot({ seed: 'roks', flavour: 'roks', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  const [node] = await lab.kube.list<Node>({ type: resources.nodes })
  expect(node?.metadata.labels).toMatchObject({
    'node-role.kubernetes.io/master': '',
    'node-role.kubernetes.io/worker': '',
    'ibm-cloud.kubernetes.io/worker-version': '4.14.38_1590_openshift',
  })
  expect(node?.status.nodeInfo).toMatchObject({
    containerRuntimeVersion: 'cri-o://1.27.1',
    kubeletVersion: 'v1.27.16+03a907c',
    osImage: 'Red Hat Enterprise Linux 8.10 (Ootpa)',
  })
  const network = await lab.kube.get<KubeObject & { readonly spec: object }>({
    type: { group: 'config.openshift.io', version: 'v1', resource: 'networks' },
    name: 'cluster',
  })
  expect(network.spec).toMatchObject({ networkType: 'Calico' })

  // Gone, they come back with the next pod of the watcher, whose init container makes them.
  const endpoints = () => lab.kube.list({ type: resources.hostEndpoints })
  const before = (await endpoints()).map(({ metadata }) => metadata.name)
  expect(before).toHaveLength(3)
  for (const name of before) await lab.kube.delete({ type: resources.hostEndpoints, name })
  await lab.advance(2 * minutes)
  expect(await endpoints()).toEqual([])
  const watchers = await lab.kube.list<Pod>({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'app=ibm-keepalived-watcher',
  })
  for (const { metadata } of watchers)
    await lab.kube.delete({ type: resources.pods, namespace: 'kube-system', name: metadata.name })
  await lab.advance(2 * minutes)
  expect((await endpoints()).map(({ metadata }) => metadata.name)).toEqual(before)

  const { stdout } = await lab.cloud(['oc', 'cluster', 'get', '-c', 'shop', '--output', 'json'])
  expect(JSON.parse(stdout)).toMatchObject({ type: 'openshift', masterKubeVersion: '4.14.38_1590_openshift' })
})
