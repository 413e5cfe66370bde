import { expect, test } from 'vitest'
import { directKube } from '#lab/api/direct.ts'
import type { KubeEvent, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'

const created = async (lab: Lab): Promise<string | undefined> =>
  (await directKube(lab.api).list<KubeEvent>({ type: resources.events })).items.find(
    ({ reason }) => reason === 'Created',
  )?.message

test.each([
  ['1.28.15', /^Created container [\w-]+$/, false],
  ['1.31.9', /^Created container: [\w-]+$/, true],
] as const)(
  'nodes of %s say their version and word things as it does',
  async (kubernetes, text, hasCondition) => {
    const lab = await Lab.boot({ seed: 'release', nodes: 2, kubernetes })
    const kube = directKube(lab.api)
    const { items } = await kube.list<Node>({ type: resources.nodes })
    expect(items.map(({ status }) => status.nodeInfo?.kubeletVersion)).toEqual([
      `v${kubernetes}`,
      `v${kubernetes}`,
    ])
    expect(await created(lab)).toMatch(text)
    const pods = await kube.list<Pod>({ type: resources.pods, namespace: 'kube-system' })
    const images = pods.items.flatMap(({ spec }) => spec.containers.map(({ image }) => image))
    expect(images).toContain(`registry.k8s.io/kube-proxy:v${kubernetes}`)
    expect(images).toContain(`registry.k8s.io/kube-apiserver:v${kubernetes}`)
    const conditions = pods.items[0]?.status.conditions?.map(({ type }) => type) ?? []
    expect(conditions.includes('PodReadyToStartContainers')).toBe(hasCondition)
  },
)
