import { expect, test } from 'vitest'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { controllerPrograms } from '#lab/controllers/programs.ts'
import { bed } from '#lab/kubelet/test-bed.ts'

test('a Node that is ready when it is made loses the taint of new Nodes', async () => {
  const b = await bed({ programs: controllerPrograms })
  await b.advance(15_000)
  await b.kube.create<Node>(resources.nodes, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  })
  await b.advance(1000)
  const node = await b.kube.get<Node>({ type: resources.nodes, name: 'n1' })
  expect(node.spec.taints).toBeUndefined()
})

test('a Node whose network is not up keeps that taint, and pods wait for it', async () => {
  const b = await bed({ programs: controllerPrograms, cni: false })
  await b.advance(15_000)
  const node = await b.kube.get<Node>({ type: resources.nodes, name: 'k8s-control-01' })
  expect(node.spec.taints).toContainEqual({ effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' })
})
