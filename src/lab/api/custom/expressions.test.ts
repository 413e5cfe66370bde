import { describe, expect, test } from 'vitest'
import { definitionErrors } from '#lab/api/custom/definition.ts'
import { expressionErrors } from '#lab/api/custom/expressions.ts'
import { schemaErrors } from '#lab/api/custom/validate.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { calicoDefinitions } from '#lab/api/types/calico.ts'
import { customTypes } from '#lab/api/types/registry.ts'

const rule = (expression: string, more: JsonObject = {}): JsonObject => ({
  'x-kubernetes-validations': [{ rule: expression, ...more }],
})
const whole = (spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { spec: { type: 'object', ...spec } },
  ...more,
})
const text = { type: 'string' }

interface Asked {
  readonly schema: JsonObject
  readonly next: JsonObject
  readonly old?: JsonObject
  readonly minor?: number
}

/** What a server says of an object, and what it warns of. */
function answered({ schema, next, old, minor = 31 }: Asked): readonly string[] {
  const warned: string[] = []
  const found = schemaErrors(schema, next)
  const terms = { minor, warn: (warning: string) => warned.push(`warned: ${warning}`) }
  const errors = [...found, ...expressionErrors(schema, { next, old, found }, terms)]
  return [...errors.map(({ field, message }) => `${field}: ${message}`), ...warned]
}

const sizes = { properties: { min: { type: 'integer' }, max: { type: 'integer' } } }
const sized = (min: number, max: number): JsonObject => ({ spec: { min, max } })
const ordered = whole({ ...sizes, ...rule('self.min <= self.max') })

describe('a rule', () => {
  test.each<[string, Asked, readonly string[]]>([
    ['that holds says nothing', { schema: ordered, next: sized(1, 2) }, []],
    [
      'that does not is shown, with the type of the value',
      { schema: ordered, next: sized(3, 2) },
      ['spec: Invalid value: "object": failed rule: self.min <= self.max'],
    ],
    [
      'has words of its own',
      {
        schema: whole({ ...sizes, ...rule('self.min <= self.max', { message: 'min beyond max' }) }),
        next: sized(3, 2),
      },
      ['spec: Invalid value: "object": min beyond max'],
    ],
    [
      'words them by an expression, names a field and a reason',
      {
        schema: whole({
          ...sizes,
          ...rule('self.min <= self.max', {
            messageExpression: "'min is %d, max %d'.format([self.min, self.max])",
            fieldPath: '.min',
            reason: 'FieldValueForbidden',
          }),
        }),
        next: sized(3, 2),
      },
      ['spec.min: Forbidden: min is 3, max 2'],
    ],
    [
      'that asks for a field that is not there says so',
      { schema: ordered, next: { spec: { min: 1 } } },
      ['spec: Invalid value: "object": no such key: max evaluating rule: self.min <= self.max'],
    ],
    [
      'of the whole sees its name',
      {
        schema: whole({}, rule("self.metadata.name == 'default'", { message: 'only default' })),
        next: { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' } },
      },
      ['<nil>: Invalid value: "object": only default'],
    ],
    [
      'is asked of each item and each key',
      {
        schema: whole({
          properties: {
            list: { type: 'array', items: { ...text, ...rule("self != ''") } },
            map: { type: 'object', additionalProperties: { ...text, ...rule("self != 'b'") } },
          },
        }),
        next: { spec: { list: ['a', ''], map: { k: 'b' } } },
      },
      [
        `spec.list[1]: Invalid value: "string": failed rule: self != ''`,
        `spec.map[k]: Invalid value: "string": failed rule: self != 'b'`,
      ],
    ],
    [
      'names fields as CEL can',
      {
        schema: whole({
          properties: { 'a-b': text, namespace: text },
          ...rule('self.a__dash__b != self.__namespace__'),
        }),
        next: { spec: { 'a-b': 'x', namespace: 'x' } },
      },
      ['spec: Invalid value: "object": failed rule: self.a__dash__b != self.__namespace__'],
    ],
    [
      'knows times, and numbers that are no whole ones',
      {
        schema: whole({
          properties: { d: { ...text, format: 'duration' }, f: { type: 'number' } },
          ...rule("self.d < duration('1h') && self.f / 2.0 == 0.5"),
        }),
        next: { spec: { d: '5m', f: 1 } },
      },
      [],
    ],
    [
      'is not asked where the object is not as its schema says',
      { schema: ordered, next: { spec: { min: 'a', max: 1 } } },
      [
        'spec.min: Invalid value: "string": spec.min in body must be of type integer: "string"',
        '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ],
    ],
    ['is not in force before 1.25', { schema: ordered, next: sized(3, 2), minor: 24 }, []],
  ])('%s', (_, asked, expected) => {
    expect(answered(asked)).toEqual(expected)
  })
})

describe('a rule about a change', () => {
  const fixed = whole({
    properties: { size: { type: 'integer', ...rule('self == oldSelf', { message: 'is fixed' }) } },
  })
  const optional = whole({
    properties: {
      size: {
        type: 'integer',
        ...rule('!oldSelf.hasValue() || self >= oldSelf.value()', { optionalOldSelf: true }),
      },
    },
  })
  const keyed = whole({
    properties: {
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: {
          type: 'object',
          properties: { k: text, v: text },
          ...rule('self.v == oldSelf.v', { message: 'is fixed' }),
        },
      },
    },
  })
  const of = (size: number): JsonObject => ({ spec: { size } })

  test.each<[string, Asked, readonly string[]]>([
    ['is not asked of what is new', { schema: fixed, next: of(1) }, []],
    ['holds as long as nothing changes', { schema: fixed, next: of(1), old: of(1) }, []],
    [
      'refuses another value',
      { schema: fixed, next: of(2), old: of(1) },
      ['spec.size: Invalid value: "integer": is fixed'],
    ],
    ['is asked of what is new, if it can do without', { schema: optional, next: of(1) }, []],
    [
      'and of a change',
      { schema: optional, next: of(1), old: of(2) },
      ['spec.size: Invalid value: "integer": failed rule: !oldSelf.hasValue() || self >= oldSelf.value()'],
    ],
    [
      'finds items by their keys, wherever they stand',
      {
        schema: keyed,
        next: {
          spec: {
            list: [
              { k: 'new', v: '0' },
              { k: 'a', v: '2' },
            ],
          },
        },
        old: { spec: { list: [{ k: 'a', v: '1' }] } },
      },
      ['spec.list[1]: Invalid value: "object": is fixed'],
    ],
    [
      'what was wrong before and stays as it is, is warned of',
      { schema: ordered, next: { ...sized(3, 2), status: {} }, old: sized(3, 2) },
      ['warned: spec: Invalid value: "object": failed rule: self.min <= self.max'],
    ],
    [
      'and refused before 1.30',
      { schema: ordered, next: { ...sized(3, 2), status: {} }, old: sized(3, 2), minor: 29 },
      ['spec: Invalid value: "object": failed rule: self.min <= self.max'],
    ],
  ])('%s', (_, asked, expected) => {
    expect(answered(asked)).toEqual(expected)
  })
})

describe('a definition', () => {
  const errorsOf = (schema: JsonObject): readonly string[] =>
    definitionErrors({
      metadata: { name: 'widgets.example.io' },
      spec: {
        group: 'example.io',
        scope: 'Cluster',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    }).map(({ field, message }) => `${field}: ${message}`)
  const place = 'spec.validation.openAPIV3Schema.properties[spec]'
  const shown = (expression: string): string =>
    `apiextensions.ValidationRule{Rule:"${expression}", Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`

  test.each<[string, JsonObject, readonly string[]]>([
    ['whose rules can be read is taken', ordered, []],
    [
      'is refused for a rule that breaks off',
      whole({ ...sizes, ...rule('self.min <') }),
      [
        `${place}.x-kubernetes-validations[0].rule: Invalid value: ${shown('self.min <')}: compilation failed: ERROR: <input>:1:11: Syntax error: unexpected token: EOF\n | self.min <\n | ..........^`,
      ],
    ],
    [
      'and for one that asks for a field that there is not',
      whole({ ...sizes, ...rule('self.minimum < 1') }),
      [
        `${place}.x-kubernetes-validations[0].rule: Invalid value: ${shown('self.minimum < 1')}: compilation failed: ERROR: <input>:1:5: undefined field 'minimum'\n | self.minimum < 1\n | ....^`,
      ],
    ],
    [
      'and for one about a change of what nobody can tell from before',
      whole({ properties: { list: { type: 'array', items: { ...text, ...rule('self == oldSelf') } } } }),
      [
        `${place}.properties[list].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${place}.properties[list]`,
      ],
    ],
  ])('%s', (_, schema, expected) => {
    expect(errorsOf(schema)).toEqual(expected)
  })
})

describe("Calico's own", () => {
  const schemaOf = (name: string, minor: number): JsonObject => {
    const definition = calicoDefinitions(minor).find(
      ({ metadata }) => (metadata as JsonObject).name === `${name}.crd.projectcalico.org`,
    )
    return customTypes(definition ?? {})[0]?.schema ?? {}
  }
  const pool = (cidr: string): JsonObject => ({ metadata: { name: 'p' }, spec: { cidr } })

  test.each<[string, string, JsonObject, JsonObject | undefined, readonly string[]]>([
    [
      'pools keep their CIDR',
      'ippools',
      pool('10.1.0.0/16'),
      pool('10.0.0.0/16'),
      [
        'spec.cidr: Invalid value: "string": CIDR cannot be changed; follow IP pool migration guide to avoid corruption.',
      ],
    ],
    [
      'a peer is named or selected',
      'bgppeers',
      { spec: { peerIP: '10.0.0.1', peerSelector: 'all()', asNumber: 64512 } },
      undefined,
      [
        'spec: Forbidden: peerIP and peerSelector cannot both be set',
        'spec: Forbidden: asNumber must be empty when peerSelector is set',
      ],
    ],
    [
      'the default tier denies',
      'tiers',
      { metadata: { name: 'default' }, spec: { defaultAction: 'Pass' } },
      undefined,
      [`<nil>: Invalid value: "object": The 'default' tier must have default action 'Deny'`],
    ],
  ])('%s, from 3.32 on', (_, name, next, old, expected) => {
    const o = { next, ...(old === undefined ? {} : { old }) }
    expect(answered({ schema: schemaOf(name, 32), ...o })).toEqual(expected)
    expect(answered({ schema: schemaOf(name, 31), ...o })).toEqual([])
  })
})
