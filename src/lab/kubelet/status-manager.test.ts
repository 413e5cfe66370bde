import { expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import type { Kube } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { StatusManager } from '#lab/kubelet/status-manager.ts'

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u1', resourceVersion: '1', creationTimestamp: '' },
  spec: { containers: [] },
  status: { phase: 'Running' },
}

function managerIn(kernel: Kernel, kube: Kube): StatusManager {
  const p = {
    thread: (name: string, main: (self: Process) => Promise<void>) =>
      kernel.start(name, (task) => main({ task } as Process)),
  } as unknown as Process // all that it uses
  return new StatusManager({ kernel, p, kubeFor: () => kube, apiUid: () => 'u1' })
}

test('a pod that has ended is deleted by one request, and forgotten', async () => {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const asked: string[] = []
  const kube = {
    patch: async () => {
      asked.push('patch')
      return { ...pod, metadata: { ...pod.metadata, resourceVersion: '2' } }
    },
    delete: async () => {
      asked.push('delete')
    },
  } as unknown as Kube // all that it asks
  const statuses = managerIn(kernel, kube)
  statuses.set(pod, { phase: 'Running' })
  await kernel.advanceTo(1000)
  statuses.set(pod, { phase: 'Succeeded' })
  statuses.finish(pod)
  await kernel.advanceTo(30_000)
  expect(asked).toEqual(['patch', 'patch', 'delete'])
  expect(statuses.get('u1')).toBeUndefined()
})

test('a condition that is met has no reason any more, and conditions keep their order', async () => {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const sent: unknown[] = []
  const kube = {
    patch: async (_: unknown, { body }: { readonly body: unknown }) => {
      sent.push(body)
      return pod
    },
  } as unknown as Kube // all that it asks
  const statuses = managerIn(kernel, kube)
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '' } as const
  statuses.set(pod, { phase: 'Running', conditions: [ready, { ...ready, type: 'PodScheduled' }] })
  await kernel.advanceTo(1000)
  expect(sent).toMatchObject([
    {
      status: {
        '$setElementOrder/conditions': [{ type: 'Ready' }, { type: 'PodScheduled' }],
        conditions: [{ type: 'Ready', reason: null, message: null }, { type: 'PodScheduled' }],
      },
    },
  ])
})
