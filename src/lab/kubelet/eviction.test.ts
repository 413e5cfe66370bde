import { describe, expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { KubeEvent, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'

const node = 'k8s-worker-01'

async function filled(size: string): Promise<Lab> {
  const lab = await Lab.boot({ seed: 'evict', nodes: 3 })
  await lab.exec(node, `fallocate -l ${size} /var/log/huge`)
  await lab.advance(120_000)
  return lab
}

const nodeOf = (lab: Lab): Promise<Node> =>
  directKube(lab.api).get<Node>({ type: resources.nodes, name: node })
const conditionOf = async (lab: Lab, type: string) =>
  (await nodeOf(lab)).status.conditions?.find((each) => each.type === type)
const podsOn = async (lab: Lab): Promise<readonly Pod[]> =>
  (await directKube(lab.api).list<Pod>({ type: resources.pods })).items.filter(
    ({ spec }) => spec.nodeName === node,
  )
const events = async (lab: Lab): Promise<readonly KubeEvent[]> =>
  (await directKube(lab.api).list<KubeEvent>({ type: resources.events })).items

describe('a disk that fills', () => {
  test('to four fifths troubles nobody', async () => {
    const lab = await filled('43G')
    expect(await conditionOf(lab, 'DiskPressure')).toMatchObject({ status: 'False' })
    expect((await podsOn(lab)).every(({ status }) => status.phase === 'Running')).toBe(true)
  })

  test('beyond the threshold costs the pods that are not critical, and those that come back are refused', async () => {
    const lab = await filled('50G')
    expect(await conditionOf(lab, 'DiskPressure')).toMatchObject({
      status: 'True',
      reason: 'KubeletHasDiskPressure',
    })
    expect((await nodeOf(lab)).spec.taints).toContainEqual(
      expect.objectContaining({ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }),
    )
    const pods = await podsOn(lab)
    const evicted = pods.filter(({ status }) => status.reason === 'Evicted')
    expect(evicted.length).toBeGreaterThan(0)
    expect(evicted[0]?.status.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: 9663676416, available: \d+Ki\. /,
    )
    // By what is in its log: it wrote nothing else.
    expect(evicted[0]?.status.message).toMatch(
      /Container \S+ was using \d+Ki, request is 0, has larger consumption/,
    )
    expect(evicted[0]?.status.conditions).toContainEqual(
      expect.objectContaining({ type: 'DisruptionTarget', reason: 'TerminationByKubelet' }),
    )
    expect(pods.find(({ metadata }) => metadata.labels?.['k8s-app'] === 'calico-node')?.status.phase).toBe(
      'Running',
    )
    const told = (await events(lab)).filter(({ involvedObject }) => involvedObject.name === node)
    const reasons = told.map(({ reason }) => reason)
    expect(reasons).toContain('NodeHasDiskPressure')
    expect(told.find(({ reason }) => reason === 'EvictionThresholdMet')?.message).toBe(
      'Attempting to reclaim ephemeral-storage',
    )
  })

  test('costs first whoever wrote most into an emptyDir', async () => {
    const lab = await Lab.boot({ seed: 'evict', nodes: 3 })
    await lab.kube.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'zz-writer', namespace: 'shop' },
      spec: {
        nodeName: node,
        containers: [
          {
            name: 'main',
            image: 'docker.io/shop/db:1.4.0',
            command: ['sleep', '100000'],
            volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
          },
        ],
        volumes: [{ name: 'cache', emptyDir: {} }],
      },
    } as Parameters<typeof lab.kube.create>[1]) // what a person would write
    await lab.advance(60_000)
    await lab.exec(
      node,
      'cd /var/lib/kubelet/pods/*/volumes/kubernetes.io~empty-dir/cache && fallocate -l 1G x && fallocate -l 49G /var/log/huge',
    )
    await lab.advance(60_000)
    const evictions = (await events(lab)).filter(({ reason }) => reason === 'Evicted')
    const [first] = evictions.toSorted((a, b) =>
      (a.firstTimestamp ?? '') < (b.firstTimestamp ?? '') ? -1 : 1,
    )
    expect(first?.involvedObject.name).toBe('zz-writer')
  })

  test('of somebody who has more than his limits let him costs him alone, within two minutes', async () => {
    const lab = await Lab.boot({ seed: 'limits', nodes: 3 })
    const pod = (name: string, o: { readonly sizeLimit?: string; readonly limit?: string }): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: {
        nodeName: node,
        containers: [
          {
            name: 'main',
            image: 'docker.io/shop/db:1.4.0',
            command: ['sleep', '100000'],
            volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
            ...(o.limit === undefined ? {} : { resources: { limits: { 'ephemeral-storage': o.limit } } }),
          },
        ],
        volumes: [{ name: 'cache', emptyDir: o.sizeLimit === undefined ? {} : { sizeLimit: o.sizeLimit } }],
      },
    })
    const pods = { small: { sizeLimit: '1Mi' }, large: { sizeLimit: '1Gi' }, whole: { limit: '2Mi' } }
    for (const [name, o] of Object.entries(pods))
      await lab.kube.create(resources.pods, pod(name, o) as Parameters<typeof lab.kube.create>[1]) // what a person would write
    await lab.advance(60_000)
    const status = async (name: string) =>
      (await podsOn(lab)).find(({ metadata }) => metadata.name === name)?.status
    expect([(await status('small'))?.phase, (await status('whole'))?.phase]).toEqual(['Running', 'Running'])
    await lab.exec(
      node,
      'for cache in /var/lib/kubelet/pods/*/volumes/kubernetes.io~empty-dir/cache; do fallocate -l 3M $cache/x; done',
    )
    await lab.advance(120_000)
    expect(await status('small')).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ',
    })
    expect(await status('whole')).toMatchObject({
      reason: 'Evicted',
      message: 'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ',
    })
    expect((await status('large'))?.phase).toBe('Running')
    expect((await events(lab)).filter(({ reason }) => reason === 'Evicted')).toHaveLength(2)
    expect(await conditionOf(lab, 'DiskPressure')).toMatchObject({ status: 'False' })
  })

  test('that is emptied is trusted again after five minutes', async () => {
    const lab = await filled('50G')
    await lab.exec(node, 'rm /var/log/huge')
    await lab.advance(240_000)
    expect(await conditionOf(lab, 'DiskPressure')).toMatchObject({ status: 'True' })
    await lab.advance(120_000)
    expect(await conditionOf(lab, 'DiskPressure')).toMatchObject({ status: 'False' })
    expect((await nodeOf(lab)).spec.taints ?? []).toEqual([])
  })
})
