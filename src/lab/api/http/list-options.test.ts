import { describe, expect, test } from 'vitest'
import { answerOf, draft, json, lines, maps, server } from '#lab/api/http/http-bench.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

describe('which version a list is about', () => {
  test.each([
    [
      'resourceVersionMatch=Exact',
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ],
    [
      'resourceVersion=0&resourceVersionMatch=Exact',
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ],
    [
      'resourceVersion=1&resourceVersionMatch=Nope',
      'resourceVersionMatch: Unsupported value: "Nope": supported values: "", "Exact", "NotOlderThan"',
    ],
    ['sendInitialEvents=true', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
    [
      'watch=1&sendInitialEvents=true',
      'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    ],
    [
      'watch=1&resourceVersionMatch=Exact',
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch',
    ],
  ])('%s is refused', (query, message) => {
    const { api } = server()
    expect(json(answerOf(api, { url: `${maps}?${query}` }))).toMatchObject({
      code: 422,
      message: `ListOptions.meta.k8s.io "" is invalid: ${message}`,
    })
  })

  test('an exact one shows what was there then', () => {
    const { api } = server()
    const post = (name: string) =>
      answerOf(api, { url: maps, method: 'POST', body: JSON.stringify(draft(name)) })
    post('a')
    const { resourceVersion } = json(post('b')).metadata
    answerOf(api, { url: `${maps}/a`, method: 'DELETE' })
    post('c')
    const at = (query: string) =>
      json(answerOf(api, { url: `${maps}?${query}` })).items.map(({ metadata }) => metadata.name)
    expect(at('')).toEqual(['b', 'c'])
    expect(at(`resourceVersion=${resourceVersion}`)).toEqual(['b', 'c'])
    expect(at(`resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`)).toEqual(['a', 'b'])
  })

  test('a watch list tells what is there, and that it is', () => {
    const api = new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }), kubernetesVersion: '1.34.0' })
    answerOf(api, { url: maps, method: 'POST', body: JSON.stringify(draft('a')) })
    const url = `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`
    const events = lines(answerOf(api, { url }))
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK'])
    expect(events[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' })
  })
})
