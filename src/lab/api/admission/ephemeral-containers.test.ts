import { describe, expect, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { account, failure, podDraft, server, web, withPod } from '#lab/api/verbs/verbs-bench.ts'

const part = { subresource: 'ephemeralcontainers' }
const first = { name: 'look', image: 'busybox' }

async function withContainer() {
  const bench = await withPod()
  const add = (container: object) =>
    bench.kube.patch<Pod>(
      web,
      { type: 'strategic', body: { spec: { ephemeralContainers: [container] } } },
      part,
    )
  /** All of them, in place of those that are there. */
  const put = async (containers: readonly object[]) => {
    const pod = await bench.kube.get<Pod>(web)
    return bench.kube.update(
      resources.pods,
      { ...pod, spec: { ...pod.spec, ephemeralContainers: containers } } as Pod,
      part,
    )
  }
  await add(first)
  return { ...bench, add, put }
}

describe('containers that are added to a pod', () => {
  test.each([
    [
      'a container’s name',
      { name: 'c', image: 'x' },
      'spec.ephemeralContainers[0].name: Duplicate value: "c"',
    ],
    [
      'a target that is none',
      { name: 'a', image: 'x', targetContainerName: 'nope' },
      'spec.ephemeralContainers[0].targetContainerName: Not found: "nope"',
    ],
    [
      'another such container as target',
      { name: 'a', image: 'x', targetContainerName: 'look' },
      'spec.ephemeralContainers[0].targetContainerName: Not found: "look"',
    ],
    ['no image', { name: 'a' }, 'spec.ephemeralContainers[0].image: Required value'],
    [
      'a probe',
      { name: 'a', image: 'x', livenessProbe: { exec: { command: ['true'] } } },
      'spec.ephemeralContainers[0].livenessProbe: Forbidden: cannot be set for an Ephemeral Container',
    ],
    [
      'the name of one that is there',
      { name: 'look', image: 'other' },
      'spec.ephemeralContainers: Forbidden: existing ephemeral containers "look" may not be changed\n',
    ],
  ])('are refused with %s', async (_, container, says) => {
    const { add } = await withContainer()
    expect(await failure(add(container))).toMatchObject({
      code: 422,
      message: `Pod "web" is invalid: ${says}`,
    })
  })

  test('stay, and others come to them', async () => {
    const { add, put } = await withContainer()
    const { spec } = await add({ name: 'second', image: 'x', targetContainerName: 'c' })
    expect(spec.ephemeralContainers?.map(({ name }) => name).sort()).toEqual(['look', 'second'])
    expect((await failure(put([first]))).message).toBe(
      'Pod "web" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "second" may not be removed\n',
    )
  })

  test('come by their own door alone', async () => {
    const { kube } = await withContainer()
    const spec = { ephemeralContainers: [{ name: 'a', image: 'x' }] }
    const changed = await failure(kube.patch(web, { type: 'strategic', body: { spec } }))
    expect(changed.message).toContain('pod updates may not change fields other than')
    const other = await failure(kube.create(resources.pods, podDraft({ metadata: { name: 'b' }, spec })))
    expect(other.message).toBe(
      'Pod "b" is invalid: spec.ephemeralContainers: Forbidden: cannot be set on create',
    )
  })

  test('are nothing for static pods', async () => {
    const { kube } = server()
    await kube.create(resources.serviceAccounts, account)
    const annotations = { 'kubernetes.io/config.mirror': 'x' }
    await kube.create(resources.pods, podDraft({ metadata: { annotations } }))
    const body = { spec: { ephemeralContainers: [first] } }
    expect((await failure(kube.patch(web, { type: 'strategic', body }, part))).message).toBe(
      'Pod "web" is invalid: []: Forbidden: static pods do not support ephemeral containers',
    )
  })
})
