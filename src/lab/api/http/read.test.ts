import { describe, expect, test } from 'vitest'
import {
  type Answer,
  answerOf,
  draft,
  json,
  lines,
  maps,
  server,
  startMs,
  tableV1,
} from '#lab/api/http/http-bench.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'

describe('lists', () => {
  test('pages come from the state of the first one', async () => {
    const { api, kube } = server()
    for (const name of ['a', 'b', 'c', 'd']) await kube.create(resources.configMaps, draft(name))
    const first = json(answerOf(api, { url: `${maps}?limit=2` }))
    expect(first).toMatchObject({ kind: 'ConfigMapList', metadata: { remainingItemCount: 2 } })
    await kube.delete({ type: resources.configMaps, namespace: 'default', name: 'c' })
    const second = json(answerOf(api, { url: `${maps}?limit=2&continue=${first.metadata.continue}` }))
    expect(second.items.map((item: KubeObject) => item.metadata.name)).toEqual(['c', 'd'])
    expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion })
  })

  test('a token whose state is forgotten is too old, one that is none is bad', () => {
    const { api } = server()
    const token = Buffer.from('{"v":"meta.k8s.io/v1","rv":1,"start":"a\\u0000"}').toString('base64url')
    expect(json(answerOf(api, { url: `${maps}?limit=1&continue=${token}` }))).toMatchObject({
      code: 410,
      reason: 'Expired',
    })
    expect(answerOf(api, { url: `${maps}?limit=1&continue=x` }).code).toBe(400)
  })

  test('tables, metadata alone and YAML when they are asked for', async () => {
    const { api, kube } = server()
    await kube.create(resources.configMaps, draft('a', { x: '1' }))
    const shown = json(answerOf(api, { url: `${maps}?limit=500`, headers: { accept: tableV1 } }))
    expect(shown).toMatchObject({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      rows: [{ cells: ['a', 1, '0s'], object: { kind: 'PartialObjectMetadata' } }],
    })
    const whole = json(answerOf(api, { url: `${maps}?includeObject=Object`, headers: { accept: tableV1 } }))
    expect(whole.rows[0]?.object.data).toEqual({ x: '1' })
    const partial = { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1' }
    expect(json(answerOf(api, { url: maps, headers: partial })).items[0]).not.toHaveProperty('data')
    expect(answerOf(api, { url: `${maps}/a`, headers: { accept: 'application/yaml' } }).text).toContain(
      'kind: ConfigMap\n',
    )
  })
})

describe('watches', () => {
  test('begin with what is there unless told from where, and are one object a line', async () => {
    const { api, kube } = server()
    const made = await kube.create(resources.configMaps, draft('a'))
    const all = answerOf(api, { url: `${maps}?watch=true` })
    const zero = answerOf(api, { url: `${maps}?watch=1&resourceVersion=0` })
    const after = answerOf(api, {
      url: `${maps}?watch=true&resourceVersion=${made.metadata.resourceVersion}`,
    })
    await kube.patch(
      { type: resources.configMaps, namespace: 'default', name: 'a' },
      { type: 'merge', body: { data: { b: '1' } } },
    )
    const types = (answer: Answer) => lines(answer).map(({ type }) => type)
    expect(types(all)).toEqual(['ADDED', 'MODIFIED'])
    expect(types(zero)).toEqual(['ADDED', 'MODIFIED'])
    expect(types(after)).toEqual(['MODIFIED'])
    all.close()
    await kube.delete({ type: resources.configMaps, namespace: 'default', name: 'a' })
    expect(types(all)).toHaveLength(2)
    expect(types(after)).toEqual(['MODIFIED', 'DELETED'])
  })

  test('end when their time is up, after a bookmark for who asked', async () => {
    const { api, kernel } = server()
    const asked = answerOf(api, { url: `${maps}?watch=true&timeoutSeconds=130&allowWatchBookmarks=true` })
    const plain = answerOf(api, { url: `${maps}?watch=true&timeoutSeconds=130` })
    await kernel.advanceTo(startMs + 129_999)
    expect([asked.ended, lines(asked).length]).toEqual([false, 2])
    await kernel.advanceTo(startMs + 130_000)
    expect(lines(asked).map(({ type }) => type)).toEqual(['BOOKMARK', 'BOOKMARK', 'BOOKMARK'])
    expect(lines(asked)[0]?.object.metadata.resourceVersion).toBe(String(api.state.store.revision))
    expect([asked.ended, plain.ended, plain.text]).toEqual([true, true, ''])
  })

  test('a table has its columns in the first event only', async () => {
    const { api, kube } = server()
    const watch = answerOf(api, { url: `${maps}?watch=true`, headers: { accept: tableV1 } })
    await kube.create(resources.configMaps, draft('a'))
    await kube.create(resources.configMaps, draft('b'))
    const [first, second] = lines(watch).map(
      ({ object }) => object as unknown as { columnDefinitions: unknown },
    )
    expect(first?.columnDefinitions).toHaveLength(3)
    expect(second?.columnDefinitions).toBeNull()
  })
})
