/** What a node that does not get that far cannot show: of these modes it is not called clear. */
import { describe, expect, test } from 'vitest'
import { renderSubject } from '#cluster/subjects.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import { calicoNode, deepRead, node } from '#failures/testing/example-cluster.ts'

/** On which nodes of two the mode is clear when everything was read. */
function clearOn(id: string, table: Table): readonly string[] {
  const mode = modes.filter((one) => one.id === id)
  const complete = [...deepRead, ...mode.flatMap(({ detector }) => detector.needs)]
  return diagnose(factsOf(table, { complete }), mode).clear.map(({ about }) => renderSubject(about))
}

const both = { nodes: [node('w1'), node('w2')], pods: [calicoNode('w1'), calicoNode('w2')] }

describe('calico-node that does not start does not show', () => {
  const refused = {
    message: { id: 'startup/node-read-failed', params: { error: 'connection is unauthorized' } },
    ...{ node: 'w2', count: 1 },
  } as const
  test.each([
    'health-endpoint-unreachable',
    'ipset-kernel-incompatible',
    'iptables-backend-mismatch',
    'kernel-module-missing',
    'node-ip-duplicate',
    'node-name-mismatch',
    'route-not-usable',
  ])('%s', (id) => {
    expect(clearOn(id, both)).toEqual(['node/w1', 'node/w2'])
    const pods = [calicoNode('w1'), calicoNode('w2', { ready: false })]
    expect(clearOn(id, { ...both, pods, messages: [refused] })).toEqual(['node/w1'])
  })
})

describe('a kubelet of which nobody hears does not show', () => {
  const silence = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: '' } as const
  test.each(['image-unavailable', 'oom-killed', 'runtime-cgroup-driver-mismatch'])('%s', (id) => {
    const nodes = [node('w1'), node('w2', { conditions: [silence] })]
    expect(clearOn(id, both)).toEqual(['node/w1', 'node/w2'])
    expect(clearOn(id, { ...both, nodes })).toEqual(['node/w1'])
  })
})
