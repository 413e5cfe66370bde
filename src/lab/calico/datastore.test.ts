import { expect, onTestFinished, test } from 'vitest'
import type { KubeObject } from '#lab/api/objects.ts'
import { Lab } from '#lab/lab.ts'

interface Role extends KubeObject {
  readonly rules: readonly { readonly resources?: readonly string[] }[]
}

test('what the API server refuses to list is said by whoever asked for it, and until then waits', async () => {
  const lab = await Lab.boot({ seed: 'refused', flavour: 'iks-classic', nodes: 2 })
  onTestFinished(() => lab.shutdown())
  const ref = {
    type: { group: 'rbac.authorization.k8s.io', version: 'v1', resource: 'clusterroles' },
    name: 'calico-node',
  }
  const { rules } = await lab.kube.get<Role>(ref)
  const without = rules.map((rule) => ({
    ...rule,
    resources: rule.resources?.filter((one) => one !== 'bgpfilters') ?? [],
  }))
  await lab.kube.patch(ref, { type: 'merge', body: { rules: without } })
  const node = lab.nodes[1] as string
  await lab.run(node, ['sh', '-c', 'kill $(pgrep -f "^calico-node -confd")'])
  await lab.advance(5_000)
  const { stdout } = await lab.run(node, ['sh', '-c', 'cat /var/log/pods/*calico-node*/calico-node/*.log'])
  expect(stdout).toContain(
    'Failed to perform list of current data during resync ListRoot="/calico/resources/v3/projectcalico.org/bgpfilters" error=connection is unauthorized: bgpfilters.crd.projectcalico.org is forbidden',
  )
})
