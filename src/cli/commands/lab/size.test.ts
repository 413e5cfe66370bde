import { describe, expect, test } from 'vitest'
import { heapFlags, type Size, sizeWarning } from '#cli/commands/lab/size.ts'

const plain: Size = { nodes: 201, flavour: 'plain' }

describe('who boots many nodes is told', () => {
  test.each<[string, Size, RegExp | undefined]>([
    ['nothing of 200 in a mesh', { ...plain, nodes: 200 }, undefined],
    [
      'how many sessions 201 in a mesh have',
      plain,
      /^warning: 201 nodes in a full mesh are 20100 BGP sessions.*--backend vxlan/,
    ],
    ['nothing of 299 without BGP', { nodes: 299, flavour: 'plain', backend: 'vxlan' }, undefined],
    [
      'what 1,000 without BGP take',
      { nodes: 1000, flavour: 'plain', backend: 'vxlan' },
      /^note: 1000 nodes take about 30 s to boot and 800 MB of memory\n$/,
    ],
    ['nothing of 50 on IBM Cloud', { nodes: 50, flavour: 'iks-vpc' }, undefined],
  ])('%s', (_, size, says) => {
    if (says === undefined) expect(sizeWarning(size)).toBeUndefined()
    else expect(sizeWarning(size)).toMatch(says)
  })

  test.each(['iks-classic', 'roks'] as const)('that three zones have no addresses for 51: %s', (flavour) => {
    expect(() => sizeWarning({ nodes: 51, flavour })).toThrow('at most 50 nodes')
  })
})

test('a small lab keeps its process small, a large one has room for what it comes to hold', () => {
  expect(heapFlags(20)).toEqual(['--max-semi-space-size=4'])
  const growth = '--heap-growing-percent=100'
  expect(heapFlags(100)).toEqual(['--max-semi-space-size=64', '--initial-old-space-size=1024', growth])
  expect(heapFlags(5000)).toEqual(['--max-semi-space-size=256', '--initial-old-space-size=5000', growth])
})
