import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { type ResourceType, resources } from '#lab/api/ports.ts'
import type { HostEndpoint } from '#lab/calico/felix/resources.ts'
import { Lab } from '#lab/lab.ts'

const type: ResourceType = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource: 'kubecontrollersconfigurations',
}

describe('kube-controllers and its configuration', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'controllers', nodes: 3 })
  })
  afterAll(() => lab.shutdown())

  const setAutoCreate = (autoCreate: string): Promise<void> =>
    lab.kube.patch(
      { type, name: 'default' },
      { type: 'merge', body: { spec: { controllers: { node: { hostEndpoint: { autoCreate } } } } } },
    )
  const endpoints = async (): Promise<readonly HostEndpoint[]> =>
    lab.kube.list<HostEndpoint>({ type: resources.hostEndpoints })
  const restarts = async (): Promise<readonly (readonly [number, number | undefined])[]> => {
    const labelSelector = 'k8s-app=calico-kube-controllers'
    const pods = await lab.kube.list<Pod>({ type: resources.pods, labelSelector })
    return pods.flatMap(({ status }) =>
      (status.containerStatuses ?? []).map(
        (each) => [each.restartCount, each.lastState?.terminated?.exitCode] as const,
      ),
    )
  }

  test('makes its configuration, and no host endpoint that nobody asked for', async () => {
    expect(await lab.kube.get({ type, name: 'default' })).toMatchObject({
      spec: { controllers: { node: { leakGracePeriod: '15m0s', hostEndpoint: { autoCreate: 'Disabled' } } } },
      status: { environmentVars: { DATASTORE_TYPE: 'kubernetes' } },
    })
    expect(await endpoints()).toEqual([])
  })

  test('ends when the configuration changes, and begins with what is wanted now', async () => {
    await setAutoCreate('Enabled')
    await lab.advance(30_000)
    expect(await restarts()).toEqual([[1, 129]])
    expect(
      (await endpoints()).map(({ metadata, spec }) => [metadata.name, spec.interfaceName, spec.expectedIPs]),
    ).toEqual([
      ['k8s-control-01-auto-hep', '*', ['10.0.0.11']],
      ['k8s-worker-01-auto-hep', '*', ['10.0.0.21']],
      ['k8s-worker-02-auto-hep', '*', ['10.0.0.22']],
    ])
    const { stdout } = await lab.run('k8s-worker-01', ['iptables', '-S', 'cali-fh-any-interface-at-all'])
    expect(stdout).toContain('-j cali-failsafe-in')
  })

  test('follows the labels of a node, and puts back what somebody deleted', async () => {
    await lab.kube.delete({ type: resources.hostEndpoints, name: 'k8s-worker-02-auto-hep' })
    await lab.kube.patch(
      { type: resources.nodes, name: 'k8s-worker-02' },
      { type: 'merge', body: { metadata: { labels: { rack: '3' } } } },
    )
    await lab.advance(5_000)
    const own = (await endpoints()).find(({ spec }) => spec.node === 'k8s-worker-02')
    expect(own?.metadata.labels).toMatchObject({
      rack: '3',
      'projectcalico.org/created-by': 'calico-kube-controllers',
    })
  })

  test('takes them away when they are not wanted any more, and leaves those of people', async () => {
    const spec = { node: 'k8s-worker-01', interfaceName: 'eth0', profiles: ['projectcalico-default-allow'] }
    await lab.kube.create(resources.hostEndpoints, {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'HostEndpoint',
      metadata: { name: 'mine' },
      ...{ spec },
    })
    await setAutoCreate('Disabled')
    await lab.advance(60_000)
    expect((await endpoints()).map(({ metadata }) => metadata.name)).toEqual(['mine'])
  })
})
