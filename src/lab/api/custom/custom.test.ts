import { describe, expect, test } from 'vitest'
import { defaulted, pruned } from '#lab/api/custom/prune.ts'
import { schemaErrors } from '#lab/api/custom/validate.ts'
import { answerOf, json, server } from '#lab/api/http/http-bench.ts'
import type { ApiServer } from '#lab/api/server.ts'

const spec = (properties: object, more: object = {}) => ({
  type: 'object',
  properties: { spec: { type: 'object', properties, ...more } },
})

describe('items that have been looked at', () => {
  const schema = spec({
    list: {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'string' } } } } },
    },
  })
  const errors = (item: object): number => schemaErrors(schema, { spec: { list: [item] } }).length
  const dropped = (item: object): readonly string[] => {
    const paths: string[] = []
    pruned(schema, { spec: { list: [item] } }, paths)
    return paths
  }

  test('are looked at again as long as anything in them can be changed', () => {
    const inner: Record<string, unknown> = { b: 'x' }
    const item = Object.freeze({ a: inner })
    expect([errors(item), dropped(item)]).toEqual([0, []])
    inner.b = 1
    inner.c = 1
    expect([errors(item), dropped(item)]).toEqual([1, ['spec.list[0].a.c']])
  })

  test('are wrong each time when they are wrong for good', () => {
    const item = Object.freeze({ a: Object.freeze({ b: 1, c: 1 }) })
    for (let i = 0; i < 2; i++) expect([errors(item), dropped(item)]).toEqual([1, ['spec.list[0].a.c']])
  })

  test('are held against each schema', () => {
    const item = Object.freeze({ a: Object.freeze({ b: 'x' }) })
    expect(errors(item)).toBe(0)
    const other = spec({
      list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
    })
    expect(schemaErrors(other, { spec: { list: [item] } })).toHaveLength(1)
  })
})

describe('an object against its schema', () => {
  test.each<[string, object, object, string[]]>([
    ['the right type', { a: { type: 'string' } }, { a: 'x' }, []],
    [
      'a wrong type',
      { a: { type: 'boolean' } },
      { a: 'true' },
      ['spec.a: Invalid value: "string": spec.a in body must be of type boolean: "string"'],
    ],
    ['a whole number as a number', { a: { type: 'number' } }, { a: 1 }, []],
    [
      'a fraction as a whole number',
      { a: { type: 'integer' } },
      { a: 1.5 },
      ['spec.a: Invalid value: "number": spec.a in body must be of type integer: "number"'],
    ],
    [
      'a word that is not on the list',
      { a: { type: 'string', enum: ['A', 'B'] } },
      { a: 'C' },
      ['spec.a: Unsupported value: "C": supported values: "A", "B"'],
    ],
    [
      'a text that does not match',
      { a: { type: 'string', pattern: '^[a-z]+$' } },
      { a: '1' },
      [`spec.a: Invalid value: "1": spec.a in body should match '^[a-z]+$'`],
    ],
    [
      'a number beyond its bound',
      { a: { type: 'integer', maximum: 5 } },
      { a: 6 },
      ['spec.a: Invalid value: 6: spec.a in body should be less than or equal to 5'],
    ],
    ['a number at its bound', { a: { type: 'integer', maximum: 5 } }, { a: 5 }, []],
    ['a port by name', { a: { 'x-kubernetes-int-or-string': true } }, { a: 'http' }, []],
    [
      'null where it is a value',
      { a: { type: 'array', items: { type: 'integer', nullable: true } } },
      { a: [null] },
      [],
    ],
    [
      'null where it is none',
      { a: { type: 'array', items: { type: 'integer' } } },
      { a: [null] },
      ['spec.a[0]: Invalid value: "null": spec.a[0] in body must be of type integer: "null"'],
    ],
    [
      'two items with one key',
      {
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['n'],
          items: { type: 'object' },
        },
      },
      { a: [{ n: 'x' }, { n: 'x' }] },
      ['spec.a[1]: Duplicate value: {"n":"x"}'],
    ],
    [
      'an address that is none',
      { a: { type: 'string', format: 'cidr' } },
      { a: '10.0.0.0/40' },
      ['spec.a: Invalid value: "10.0.0.0/40": spec.a in body must be of type cidr: "10.0.0.0/40"'],
    ],
  ])('%s', (_, properties, value, expected) => {
    const errors = schemaErrors(spec(properties), { spec: value })
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected)
  })

  test('a field that is missing', () => {
    const errors = schemaErrors(spec({}, { required: ['cidr'] }), { spec: {} })
    expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual(['spec.cidr: Required value'])
  })

  test('what the schema does not name is dropped, and told', () => {
    const dropped: string[] = []
    const schema = spec({
      a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      b: { type: 'string' },
    })
    expect(pruned(schema, { kind: 'X', spec: { a: { x: 1 }, b: 'y', c: 2 } }, dropped)).toEqual({
      kind: 'X',
      spec: { a: { x: 1 }, b: 'y' },
    })
    expect(dropped).toEqual(['spec.c'])
  })

  test('defaults fill what is absent, inside of lists too, but make no object', () => {
    const schema = spec({
      list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer', default: 3 } } } },
      absent: { type: 'object', properties: { n: { type: 'integer', default: 3 } } },
    })
    expect(defaulted(schema, { spec: { list: [{}] } })).toEqual({ spec: { list: [{ n: 3 }] } })
  })
})

const widget = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.io' },
  spec: {
    group: 'example.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: ['v1beta1', 'v1'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: {
        openAPIV3Schema: spec({
          size: { type: 'integer', minimum: 1 },
          replicas: { type: 'integer', default: 2 },
        }),
      },
      subresources: {
        status: {},
        scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
      },
    })),
  },
}

const ask = (api: ApiServer, method: string, url: string, body?: object) => {
  const answer = answerOf(api, { method, url, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return { code: answer.code, warning: answer.headers.warning, body: json(answer) }
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const widgets = (version: string): string => `/apis/example.io/${version}/namespaces/default/widgets`
const draft = (spec: object) => ({
  apiVersion: 'example.io/v1',
  kind: 'Widget',
  metadata: { name: 'w' },
  spec,
})

describe('a type of a user', () => {
  const withWidgets = () => {
    const { api } = server()
    expect(ask(api, 'POST', definitions, widget).code).toBe(201)
    return api
  }

  test('is established, with the names that it may leave out', () => {
    const api = withWidgets()
    expect(ask(api, 'GET', `${definitions}/widgets.example.io`).body).toMatchObject({
      spec: { names: { singular: 'widget', listKind: 'WidgetList' }, conversion: { strategy: 'None' } },
      status: { storedVersions: ['v1'] },
    })
  })

  test('is stored in one version and read in all', () => {
    const api = withWidgets()
    expect(ask(api, 'POST', widgets('v1'), draft({ size: 1 })).code).toBe(201)
    expect(ask(api, 'GET', `${widgets('v1beta1')}/w`).body).toMatchObject({
      apiVersion: 'example.io/v1beta1',
      spec: { size: 1, replicas: 2 },
    })
  })

  test('is refused where it breaks its schema', () => {
    const api = withWidgets()
    expect(ask(api, 'POST', widgets('v1'), draft({ size: 0 })).body).toMatchObject({
      code: 422,
      message:
        'Widget.example.io "w" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    })
  })

  test('loses fields that it does not know, with a warning or refused', () => {
    const api = withWidgets()
    expect(ask(api, 'POST', `${widgets('v1')}?fieldValidation=Strict`, draft({ foo: 1 })).body).toMatchObject(
      {
        message:
          'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.foo"',
      },
    )
    const warned = ask(api, 'POST', widgets('v1'), draft({ foo: 1 }))
    expect(warned.warning).toBe(String.raw`299 - "unknown field \"spec.foo\""`)
    expect(warned.body.spec).toEqual({ replicas: 2 })
  })

  test('warns whoever uses a version that is on its way out', () => {
    const { api } = server()
    const [first, second] = widget.spec.versions
    const versions = [
      { ...first, deprecated: true },
      { ...second, deprecated: true, deprecationWarning: 'use v1' },
    ]
    ask(api, 'POST', definitions, { ...widget, spec: { ...widget.spec, versions } })
    const told = versions.map(({ name }) => ask(api, 'GET', widgets(String(name))).warning)
    expect(told.sort()).toEqual([
      expect.stringMatching(/^299 - "example\.io\/v1\w* Widget is deprecated"$/),
      '299 - "use v1"',
    ])
  })

  test('is scaled by the paths of its definition', () => {
    const api = withWidgets()
    ask(api, 'POST', widgets('v1'), draft({ size: 1 }))
    const scale = ask(api, 'GET', `${widgets('v1')}/w/scale`)
    expect(scale.body.spec).toEqual({ replicas: 2 })
    ask(api, 'PUT', `${widgets('v1')}/w/scale`, { ...scale.body, spec: { replicas: 5 } })
    expect(ask(api, 'GET', `${widgets('v1')}/w`).body.spec).toMatchObject({ replicas: 5, size: 1 })
  })

  test('whose version is no longer served is gone', () => {
    const api = withWidgets()
    const old = ask(api, 'GET', `${definitions}/widgets.example.io`).body as unknown as typeof widget
    const versions = old.spec.versions.filter(({ name }) => name === 'v1')
    ask(api, 'PUT', `${definitions}/widgets.example.io`, { ...old, spec: { ...old.spec, versions } })
    expect(answerOf(api, { url: widgets('v1beta1') }).code).toBe(404)
    expect(answerOf(api, { url: widgets('v1') }).code).toBe(200)
  })

  test.each<[string, object, string]>([
    [
      'whose name is not made of its names',
      { metadata: { name: 'x' } },
      'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
    ],
    [
      'whose schema has a value without a type',
      {
        spec: {
          ...widget.spec,
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: { openAPIV3Schema: { type: 'object', properties: { spec: {} } } },
            },
          ],
        },
      },
      'spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
    ],
  ])('%s is refused', (_, change, message) => {
    const { api } = server()
    expect(ask(api, 'POST', definitions, { ...widget, ...change }).body).toMatchObject({
      code: 422,
      message: expect.stringContaining(message) as unknown,
    })
  })
})
