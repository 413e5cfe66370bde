import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { bed, control, createPod } from '#lab/kubelet/test-bed.ts'

test('CRI-O names the pod and the network where a plugin fails', async () => {
  const b = await bed({ brand: 'cri-o' })
  await b.advance(15_000)
  await b.machine(control).files.write('/run/test-cni-broken', 'no address left')
  const { metadata } = await createPod(b, 'web')
  await b.advance(5000)
  const message = (await b.events('web')).find((each) => each.startsWith('FailedCreatePodSandBox'))
  expect(message).toMatch(
    new RegExp(
      `^FailedCreatePodSandBox: Failed to create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_web_default_${metadata.uid}_0\\([0-9a-f]{64}\\): error adding pod default_web to CNI network "test": plugin type="test-ipam" failed \\(add\\): no address left$`,
    ),
  )
})

test.each([
  ['containerd', 'containerd://1.7.27', 'cni plugin not initialized'],
  [
    'cri-o',
    'cri-o://1.29.1',
    'no CNI configuration file in /etc/cni/net.d/. Has your network provider started?',
  ],
] as const)('a node of %s without a CNI configuration says so in its words', async (brand, version, says) => {
  const b = await bed({ brand, cni: false })
  await b.advance(20_000)
  const { status } = await b.kube.get<Node>({ type: resources.nodes, name: control })
  expect(status.nodeInfo?.containerRuntimeVersion).toBe(version)
  expect(status.conditions?.find(({ type }) => type === 'Ready')?.message).toBe(
    `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: ${says}`,
  )
})
