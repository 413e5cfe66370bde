import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { type Bed, bed, cniConfig } from '#lab/kubelet/test-bed.ts'

const node = 'k8s-control-01'
const { path, text } = cniConfig(0)

const readiness = async (b: Bed): Promise<string> => {
  const { status } = await b.kube.get<Node>({ type: resources.nodes, name: node })
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  return ready?.status === 'True' ? 'ready' : (ready?.message ?? '')
}

test.each<readonly [string, (b: Bed) => Promise<void>, string]>([
  [
    'a file that is removed and written again is seen',
    async (b) => {
      const { files } = b.machine(node)
      await files.remove(path)
      await b.advance(10_000)
      await files.write(path, text)
    },
    'ready',
  ],
  [
    'a folder that is removed and made anew is not',
    async (b) => {
      const { files } = b.machine(node)
      await files.remove('/etc/cni/net.d', { recursive: true })
      await b.advance(10_000)
      await files.mkdir('/etc/cni/net.d', { mode: 0o755 })
      await files.write(path, text)
    },
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
  ],
])('%s', async (_, change, says) => {
  const b = await bed()
  await b.advance(15_000)
  await change(b)
  await b.advance(20_000)
  expect(await readiness(b)).toBe(says)
})
