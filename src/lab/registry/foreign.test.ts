import { expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'

test('an image for another processor is pulled, and its program refused by the kernel', async () => {
  const lab = await Lab.boot({ seed: 'arm', nodes: 2 })
  const kube = directKube(lab.api)
  const containers = [{ name: 'calico-node', image: 'docker.io/calico/node:v3.29.3-arm64' }]
  await kube.patch(
    { type: resources.daemonSets, namespace: 'kube-system', name: 'calico-node' },
    { type: 'strategic', body: { spec: { template: { spec: { containers } } } } },
  )
  await lab.advance(120_000)
  const { items } = await kube.list<Pod>({ type: resources.pods, namespace: 'kube-system' })
  const broken = items.find(({ spec }) => spec.containers[0]?.image.endsWith('-arm64'))
  const status = broken?.status.containerStatuses?.[0]
  expect((status?.lastState.terminated ?? status?.state.terminated)?.exitCode).toBe(255)
  const logs = await lab.exec(
    broken?.spec.nodeName ?? '',
    'crictl logs $(crictl ps -aq --name calico-node | head -1) 2>&1',
  )
  expect(logs.stdout).toMatch(/^exec \/\S*start_runit: exec format error\n$/)
})
