import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freeze, share } from '#lab/api/json.ts'
import { jsonPatch } from '#lab/api/patch/json.ts'
import { mergePatch } from '#lab/api/patch/merge.ts'
import { nodeRule, podRule, workloadRule } from '#lab/api/patch/rules.ts'
import { strategicPatch } from '#lab/api/patch/strategic.ts'

const pod = freeze({
  metadata: { name: 'p', labels: { a: '1', b: '2' }, finalizers: ['x', 'y'] },
  spec: {
    containers: [
      { name: 'c1', image: 'i:1', env: [{ name: 'A', value: '1' }], args: ['a', 'b'] },
      { name: 'c2', image: 'i:2' },
    ],
    tolerations: [{ key: 'k' }],
  },
})

describe('the order of a list that a strategic merge patch names', () => {
  const order = (...names: string[]): unknown => ({
    spec: { '$setElementOrder/containers': names.map((name) => ({ name })) },
  })
  const named = (patch: unknown): unknown =>
    (strategicPatch(pod, patch, podRule) as typeof pod).spec.containers.map(({ name }) => name)

  test.each([
    ['is that of the patch', order('c2', 'c1'), ['c2', 'c1']],
    ['leaves what it does not name where it stood', order('c2'), ['c1', 'c2']],
    ['stays where nothing is said of it', { spec: {} }, ['c1', 'c2']],
  ])('%s', (_, patch, names) => {
    expect(named(patch)).toEqual(names)
  })
})

describe('a strategic merge patch', () => {
  test.each([
    [
      'changes one container and keeps the other',
      { spec: { containers: [{ name: 'c1', image: 'i:9' }] } },
      (p: typeof pod) => ({
        ...p.spec,
        containers: [{ ...p.spec.containers[0], image: 'i:9' }, p.spec.containers[1]],
      }),
    ],
    [
      // kubernetes/website:content/en/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch.md shows it
      'puts a container of a new name before those that it does not name',
      { spec: { containers: [{ name: 'c3', image: 'i:3' }] } },
      (p: typeof pod) => ({ ...p.spec, containers: [{ name: 'c3', image: 'i:3' }, ...p.spec.containers] }),
    ],
    [
      'removes one by its key',
      { spec: { containers: [{ name: 'c1', $patch: 'delete' }] } },
      (p: typeof pod) => ({ ...p.spec, containers: [p.spec.containers[1]] }),
    ],
    [
      'replaces the list when told to',
      { spec: { containers: [{ $patch: 'replace' }, { name: 'c9', image: 'i' }] } },
      (p: typeof pod) => ({ ...p.spec, containers: [{ name: 'c9', image: 'i' }] }),
    ],
    [
      'merges by the inner key too, and stores no directive',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c1' }, { name: 'c2' }],
          containers: [{ name: 'c1', env: [{ name: 'B', value: '2' }] }],
        },
      },
      (p: typeof pod) => ({
        ...p.spec,
        containers: [
          {
            ...p.spec.containers[0],
            env: [
              { name: 'B', value: '2' },
              { name: 'A', value: '1' },
            ],
          },
          p.spec.containers[1],
        ],
      }),
    ],
    [
      'replaces lists without a key: args and tolerations',
      { spec: { containers: [{ name: 'c1', args: ['z'] }], tolerations: [{ key: 'm' }] } },
      (p: typeof pod) => ({
        containers: [{ ...p.spec.containers[0], args: ['z'] }, p.spec.containers[1]],
        tolerations: [{ key: 'm' }],
      }),
    ],
  ])('%s', (_name, patch, expected) => {
    expect(strategicPatch(pod, patch, podRule).spec).toEqual(expected(pod))
  })

  test('null deletes a key, and one that is absent changes nothing', () => {
    expect(strategicPatch(pod, { metadata: { labels: { a: null } } }, podRule).metadata).toEqual({
      name: 'p',
      labels: { b: '2' },
      finalizers: ['x', 'y'],
    })
    expect(strategicPatch(pod, { metadata: { labels: { z: null } } }, podRule)).toBe(pod)
  })

  test('sets of texts grow, and shrink by their directive', () => {
    const grown = strategicPatch(pod, { metadata: { finalizers: ['y', 'z'] } }, podRule)
    expect(grown.metadata).toMatchObject({ finalizers: ['x', 'y', 'z'] })
    const shrunk = strategicPatch(
      pod,
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } },
      podRule,
    )
    expect(shrunk.metadata).toMatchObject({ finalizers: ['y'] })
  })

  test('keys that are not retained go', () => {
    const deployment = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } }
    const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }
    expect(strategicPatch(deployment, patch, workloadRule)).toEqual({
      spec: { strategy: { type: 'Recreate' } },
    })
  })

  test('two writers of taints overwrite each other: the list has no key', () => {
    const node = { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }
    const patch = { spec: { taints: [{ key: 'b', effect: 'NoExecute' }] } }
    expect(strategicPatch(node, patch, nodeRule)).toEqual(patch)
  })

  test('an item without its key is refused', () => {
    expect(() => strategicPatch(pod, { spec: { containers: [{ image: 'i' }] } }, podRule)).toThrow(
      'does not contain declared merge key: name',
    )
  })
})

describe('a merge patch', () => {
  test.each([
    ['replaces scalars and lists', { a: 1, l: [1, 2] }, { a: 2, l: [3] }, { a: 2, l: [3] }],
    ['merges maps', { m: { x: 1, y: 2 } }, { m: { y: 3 } }, { m: { x: 1, y: 3 } }],
    ['deletes by null', { m: { x: 1 } }, { m: { x: null } }, { m: {} }],
    ['makes maps that were none', { m: 1 }, { m: { x: 1 } }, { m: { x: 1 } }],
    ['drops nulls in what is new', {}, { m: { x: null, y: 1 } }, { m: { y: 1 } }],
  ])('%s', (_name, target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected)
  })

  test('of nothing answers the very same object', () => {
    expect(mergePatch(pod, {})).toBe(pod)
    expect(mergePatch(pod, { metadata: { labels: { a: '1' } }, spec: { tolerations: [{ key: 'k' }] } })).toBe(
      pod,
    )
  })
})

describe('a JSON patch', () => {
  const document = { a: { b: [1, 2] }, 'x/y': 1 }

  test.each([
    ['add to a list', [{ op: 'add', path: '/a/b/1', value: 9 }], { a: { b: [1, 9, 2] }, 'x/y': 1 }],
    ['add at the end', [{ op: 'add', path: '/a/b/-', value: 9 }], { a: { b: [1, 2, 9] }, 'x/y': 1 }],
    ['remove', [{ op: 'remove', path: '/a/b/0' }], { a: { b: [2] }, 'x/y': 1 }],
    ['replace', [{ op: 'replace', path: '/x~1y', value: 2 }], { a: { b: [1, 2] }, 'x/y': 2 }],
    ['move', [{ op: 'move', from: '/a/b/0', path: '/c' }], { a: { b: [2] }, 'x/y': 1, c: 1 }],
    ['copy', [{ op: 'copy', from: '/a/b', path: '/c' }], { a: { b: [1, 2] }, 'x/y': 1, c: [1, 2] }],
    ['test that holds', [{ op: 'test', path: '/a', value: { b: [1, 2] } }], document],
  ])('%s', (_name, patch, expected) => {
    expect(jsonPatch(document, patch)).toEqual(expected)
  })

  test.each([
    ['a test that fails', [{ op: 'test', path: '/x~1y', value: 2 }], 422],
    ['a path that is not there', [{ op: 'replace', path: '/nope', value: 2 }], 422],
    ['a remove past the end', [{ op: 'remove', path: '/a/b/2' }], 422],
    ['an unknown operation', [{ op: 'shake', path: '/a' }], 400],
    ['no list', { a: 1 }, 400],
  ])('is refused for %s', (_name, patch, code) => {
    expect(() => jsonPatch(document, patch)).toThrow(expect.objectContaining({ code }) as Error)
  })
})

test('sharing keeps identity exactly where values are equal', () => {
  const json = fc.jsonValue({ maxDepth: 4 })
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) // JSON has no -0
  fc.assert(
    fc.property(json, json, (one, other) => {
      const [a, b] = [plain(one), plain(other)]
      const copy = plain(a)
      expect(share(a, copy)).toBe(a)
      const mixed = share({ a, b }, { a: copy, b: a }) as { a: unknown; b: unknown }
      expect(mixed).toEqual({ a, b: a })
      expect(mixed.a).toBe(a)
    }),
  )
})
