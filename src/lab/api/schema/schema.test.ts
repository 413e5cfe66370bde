import { describe, expect, test } from 'vitest'
import { BuiltinTypes } from '#lab/api/schema/builtin.ts'
import { decode } from '#lab/api/schema/decode.ts'
import { duplicateFields } from '#lab/api/schema/duplicates.ts'
import type { Struct } from '#lab/api/schema/schema.ts'

const types = new BuiltinTypes(31)
const pod = types.ofKind('', 'v1', 'Pod') as Struct // it is in the table
const deployment = types.ofKind('apps', 'v1', 'Deployment') as Struct

const container = { name: 'c', image: 'i' }

describe('decoding an object into its type', () => {
  test.each([
    ['a field that nobody knows', { spec: { foo: 1, containers: [] } }, ['spec.foo']],
    [
      'a field of an item',
      { spec: { containers: [{ ...container, imagee: 'x' }] } },
      ['spec.containers[0].imagee'],
    ],
    [
      'a field of a later version',
      { spec: { hostnameOverride: 'x', containers: [] } },
      ['spec.hostnameOverride'],
    ],
    ['a label, which may have any name', { metadata: { labels: { foo: 'x' } } }, []],
    [
      'a volume, whose source stands beside its name',
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
      [],
    ],
  ])('tells %s', (_, object, unknown) => {
    expect(decode(pod, object).unknown).toEqual(unknown)
  })

  test.each([
    [
      { spec: { containers: 'x' } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { spec: { containers: [{ ...container, env: [{ name: 'A', value: 5 }] }] } },
      'json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string',
    ],
    [
      { spec: { hostNetwork: 'true' } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
    ],
  ])('refuses %j', (object, message) => {
    expect(() => decode(pod, object)).toThrow(message)
  })

  test.each([
    [
      'what is complete is left as it is',
      { metadata: { name: 'x' }, spec: { containers: [container] } },
      undefined,
    ],
    [
      'empty texts, lists and maps are not stored',
      { metadata: { labels: {} }, spec: { hostname: '', hostNetwork: false, volumes: [] } },
      { metadata: {}, spec: {} },
    ],
    ['an empty object behind a pointer is', { spec: { securityContext: {} } }, undefined],
    ['the zero of a pointer is', { spec: { terminationGracePeriodSeconds: 0 } }, undefined],
  ])('%s', (_, object, expected) => {
    expect(decode(pod, object).value).toEqual(expected ?? object)
  })

  test('an unknown field is not kept', () => {
    expect(decode(deployment, { spec: { replicas: 1, foo: 1 } }).value).toEqual({ spec: { replicas: 1 } })
  })
})

test.each([
  ['{"a":1,"b":{"a":1}}', []],
  ['{"spec":{"replicas":1,"replicas":2}}', ['spec.replicas']],
  ['{"spec":{"containers":[{"name":"a"},{"name":"b","name":"c"}]}}', ['spec.containers[1].name']],
  ['{"a":["b","b"]}', []],
  ['{immutable:true}, which is no JSON', []],
])('fields that stand twice in %s', (json, expected) => {
  expect(duplicateFields(json)).toEqual(expected)
})
