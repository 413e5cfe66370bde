import { expect, test } from 'vitest'
import type { BlockAffinity } from '#lab/api/objects.ts'
import { confirmedOf } from '#lab/calico/ipam/affinities.ts'

const affinity = (node: string, cidr: string, more: Partial<BlockAffinity['spec']> = {}): BlockAffinity => ({
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'BlockAffinity',
  metadata: { name: `${node}-${cidr}`, uid: '', resourceVersion: '1', creationTimestamp: '' },
  spec: { cidr, node, state: 'confirmed', deleted: 'false', type: 'host', ...more },
})

test('a node has what was confirmed and not given up, in the order of the list, found once for each list', () => {
  const list = [
    affinity('w1', '10.0.0.64/26'),
    affinity('w2', '10.0.1.0/26'),
    affinity('w1', '10.0.0.0/26'),
    affinity('w1', '10.0.0.128/26', { state: 'pending' }),
    affinity('w1', '10.0.0.192/26', { deleted: 'true' }),
  ]
  expect(confirmedOf(list).get('w1')).toEqual(['10.0.0.64/26', '10.0.0.0/26'])
  expect(confirmedOf(list)).toBe(confirmedOf(list))
  expect(confirmedOf([...list]).get('w3')).toBeUndefined()
})
