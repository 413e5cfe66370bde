import { describe, expect, test } from 'vitest'
import { answerOf, json, maps, server } from '#lab/api/http/http-bench.ts'
import type { ApiServer } from '#lab/api/server.ts'

const map = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' }, data })

interface Seen {
  readonly code: number
  readonly body: Record<string, unknown>
  /** `me Apply` → the paths of its fields. */
  readonly managers: Readonly<Record<string, unknown>>
}

async function ask(
  api: ApiServer,
  method: string,
  query: string,
  body?: unknown,
  type = 'application/json',
): Promise<Seen> {
  const answer = await answerOf(api, {
    method,
    url: `${maps}${method === 'POST' ? '' : '/m'}${query}`,
    headers: { 'content-type': type },
    body: body === undefined ? '' : JSON.stringify(body),
  })
  const seen = json(answer) as unknown as Record<string, unknown> & {
    readonly metadata?: { readonly managedFields?: readonly Record<string, unknown>[] }
  }
  const managers = (seen.metadata?.managedFields ?? []).map(({ manager, operation, fieldsV1 }) => [
    `${String(manager)} ${String(operation)}`,
    fieldsV1,
  ])
  return { code: answer.code, body: seen, managers: Object.fromEntries(managers) }
}

const apply = (api: ApiServer, manager: string, data: object, force = false): Promise<Seen> =>
  ask(api, 'PATCH', `?fieldManager=${manager}&force=${force}`, map(data), 'application/apply-patch+yaml')

const merge = (api: ApiServer, manager: string, data: object): Promise<Seen> =>
  ask(api, 'PATCH', `?fieldManager=${manager}`, { data }, 'application/merge-patch+json')

describe('who owns what', () => {
  test('the creator owns every field that it gave, and the maps that are new', async () => {
    const { api } = server()
    expect((await ask(api, 'POST', '?fieldManager=c', map({ a: '1' }))).managers).toEqual({
      'c Update': { 'f:data': { '.': {}, 'f:a': {} } },
    })
  })

  test('who changes a field takes it from its owner', async () => {
    const { api } = server()
    await ask(api, 'POST', '?fieldManager=c', map({ a: '1', b: '1' }))
    expect((await merge(api, 'p', { b: '2' })).managers).toEqual({
      'c Update': { 'f:data': { '.': {}, 'f:a': {} } },
      'p Update': { 'f:data': { 'f:b': {} } },
    })
  })

  test('who removes a field leaves nobody its owner', async () => {
    const { api } = server()
    await ask(api, 'POST', '?fieldManager=c', map({ a: '1', b: '1' }))
    expect((await merge(api, 'p', { b: null })).managers).toEqual({
      'c Update': { 'f:data': { '.': {}, 'f:a': {} } },
    })
  })

  test('of more than ten updaters the oldest become one', async () => {
    const { api } = server()
    await ask(api, 'POST', '?fieldManager=c', map({ a: '1' }))
    for (let i = 0; i < 12; i++) await merge(api, `p${i}`, { [`k${i}`]: 'x' })
    const { managers } = await ask(api, 'GET', '')
    expect(Object.keys(managers)).toHaveLength(10)
    expect(managers['ancient-changes Update']).toBeDefined()
  })

  test('a client may clear the list', async () => {
    const { api } = server()
    await ask(api, 'POST', '?fieldManager=c', map({ a: '1' }))
    const patch = { metadata: { managedFields: [{}] } }
    expect((await ask(api, 'PATCH', '', patch, 'application/merge-patch+json')).managers).toEqual({})
  })
})

describe('server-side apply', () => {
  test('creates, and owns what it applied', async () => {
    const { api } = server()
    const made = await apply(api, 'me', { a: '1' })
    expect(made.code).toBe(201)
    expect(made.managers).toEqual({ 'me Apply': { 'f:data': { 'f:a': {} } } })
  })

  test('takes away what it no longer applies', async () => {
    const { api } = server()
    await apply(api, 'me', { a: '1', b: '2' })
    expect((await apply(api, 'me', { a: '1' })).body.data).toEqual({ a: '1' })
  })

  test('leaves what another owns too', async () => {
    const { api } = server()
    await apply(api, 'me', { a: '1', b: '2' })
    await apply(api, 'you', { b: '2' })
    expect((await apply(api, 'me', { a: '1' })).body.data).toEqual({ a: '1', b: '2' })
  })

  test('meets a conflict with who has another value, and none with who has the same', async () => {
    const { api } = server()
    await ask(api, 'POST', '?fieldManager=c', map({ a: '1', b: '1' }))
    expect((await apply(api, 'me', { a: '1' })).code).toBe(200)
    const refused = await apply(api, 'me', { a: '1', b: '2' })
    expect(refused.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "c" using v1: .data.b',
      details: {
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "c" using v1', field: '.data.b' }],
      },
    })
  })

  test('names several conflicts line by line', async () => {
    const { api } = server()
    await apply(api, 'you', { a: '1', b: '1' })
    expect((await apply(api, 'me', { a: '2', b: '2' })).body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "you":\n- .data.a\n- .data.b',
    )
  })

  test('takes a field by force', async () => {
    const { api } = server()
    await apply(api, 'you', { a: '1', b: '1' })
    expect((await apply(api, 'me', { a: '2' }, true)).managers).toEqual({
      'me Apply': { 'f:data': { 'f:a': {} } },
      'you Apply': { 'f:data': { 'f:b': {} } },
    })
  })

  test('that changes nothing stores nothing', async () => {
    const { api } = server()
    const first = await apply(api, 'me', { a: '1' })
    const again = await apply(api, 'me', { a: '1' })
    expect(again.body).toEqual(first.body)
  })

  test('of a field that is not there is refused', async () => {
    const { api } = server()
    const body = { ...map({}), dataa: {} }
    const { body: status } = await ask(api, 'PATCH', '?fieldManager=me', body, 'application/apply-patch+yaml')
    expect(status.message).toBe(
      'failed to create typed patch object (default/m; /v1, Kind=ConfigMap): .dataa: field not declared in schema',
    )
  })
})
