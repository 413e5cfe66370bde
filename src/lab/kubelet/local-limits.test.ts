import { expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import type { Files } from '#lab/host/ports.ts'
import { excessOf, hasLocalLimits } from '#lab/kubelet/local-limits.ts'

const noFiles = {} as Files // no volume is looked into

const pod = (limits: Readonly<Record<string, string | undefined>>): Pod =>
  ({
    metadata: { name: 'web', uid: 'u' },
    spec: {
      containers: Object.entries(limits).map(([name, limit]) => ({
        name,
        ...(limit === undefined ? {} : { resources: { limits: { 'ephemeral-storage': limit } } }),
      })),
    },
  }) as unknown as Pod // as much of one as is looked at

const mib = 1024 * 1024
const using = (mibs: Readonly<Record<string, number>>) => ({
  of: (_: Pod, container: string) => ({ memoryBytes: 0, diskBytes: (mibs[container] ?? 0) * mib }),
})

test.each([
  ['nobody is above his limit', { a: '2Mi', b: '4Mi' }, { a: 1, b: 4 }, undefined],
  [
    'one container is, and the pod is not',
    { a: '2Mi', b: '4Mi' },
    { a: 3, b: 1 },
    'Container a exceeded its local ephemeral storage limit "2Mi". ',
  ],
  [
    'the pod is, with containers that have none',
    { a: '2Mi', b: undefined },
    { a: 1, b: 3 },
    'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ',
  ],
  [
    'the limits of several are added up',
    { a: '512Ki', b: '1536Ki' },
    { a: 1, b: 2 },
    'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ',
  ],
])('%s', async (_, limits, used, says) => {
  expect(await excessOf(noFiles, pod(limits), using(used))).toBe(says)
})

test('who has no limit is not looked at', () => {
  expect(hasLocalLimits(pod({ a: undefined }))).toBe(false)
  expect(hasLocalLimits(pod({ a: '1Gi' }))).toBe(true)
})
