import { expect, test } from 'vitest'
import { readText } from '#sources/text/index.ts'
import { meshSaid } from '#sources/text/readers/sentences/mesh.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

test.each<[string, boolean | undefined]>([
  ['We disabled the node-to-node mesh yesterday.', false],
  ['The node mesh is off and there are no peers.', false],
  ['nodeToNodeMesh is enabled.', true],
  ['The full mesh is not disabled.', undefined],
  ['We switched the mesh of Istio off.', undefined],
  ['The node-to-node mesh grew too large.', undefined],
  ['The node mesh was enabled, then disabled.', undefined],
])('%s', (sentence, expected) => {
  expect(meshSaid(wordsOf(sentence))).toBe(expected)
})

test('old calicoctl answers with one word; the same word elsewhere says nothing', () => {
  const meshIn = (text: string) =>
    readText([{ name: 'test', text }], { nowMs: 0 })
      .facts.rows('settings')
      .map(({ name, value }) => `${name}=${value}`)
  expect(meshIn('$ calicoctl config get nodeToNodeMesh\noff')).toEqual(['nodeToNodeMeshEnabled=false'])
  expect(meshIn('$ calicoctl bgp node-mesh\non')).toEqual(['nodeToNodeMeshEnabled=true'])
  expect(meshIn('$ calicoctl config get logLevel\noff')).toEqual([])
})
