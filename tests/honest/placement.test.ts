import { expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'
import { Engineer } from '../support/engineer.ts'

test.each([
  ['a', 3],
  ['b', 5],
  ['c', 5],
  ['d', 8],
])(
  'seed %s, %i nodes: each worker starts with one pod of each tier, the untainted control plane with none',
  async (seed, nodes) => {
    const lab = await Lab.boot({ seed, nodes })
    const engineer = new Engineer(lab)
    const [control = '', ...workers] = lab.nodes
    expect((await engineer.node(control)).spec.taints ?? []).toEqual([])
    for (const tier of ['api', 'frontend']) {
      const pods = await engineer.pods({ namespace: 'shop', label: `app=${tier}` })
      expect(pods.map(({ spec }) => spec.nodeName ?? '').sort()).toEqual(workers)
    }
    await lab.shutdown()
  },
)
