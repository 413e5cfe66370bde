/**
 * Whether an object is as its schema says, in the words of kube-openapi pkg/validation and of
 * staging:apiextensions-apiserver/pkg/apiserver/validation.
 *
 * Not imitated: rules in CEL (x-kubernetes-validations) are kept and not evaluated.
 */
import { numberHasFormat, textHasFormat } from '#lab/api/custom/formats.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { type FieldError, invalidValue, required } from '#lab/api/status.ts'

/** What is wrong with an object of a custom type, field by field. */
export const schemaErrors = (schema: JsonObject, object: JsonObject): FieldError[] =>
  check(schema, object, '')

const inBody = (path: string, says: string): string => (path === '' ? says : `${path} in body ${says}`)

const wrong = (path: string, value: unknown, says: string): FieldError =>
  invalidValue(path === '' ? '<nil>' : path, value, inBody(path, says))

const wrongType = (path: string, expected: string, found: string): FieldError => ({
  ...wrong(path, found, `must be of type ${expected}: ${JSON.stringify(found)}`),
  reason: 'FieldValueTypeInvalid',
})

const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function check(schema: JsonObject, value: unknown, path: string): FieldError[] {
  const type = asText(schema.type)
  const found = typeName(value)
  if (value === null && schema.nullable === true) return []
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (found !== 'integer' && found !== 'string') return [wrongType(path, 'integer,string', found)]
  } else if (type !== undefined && type !== found && !(type === 'number' && found === 'integer'))
    return [wrongType(path, type, found)]
  return [
    ...checkEnum(schema, value, path),
    ...checkValue(schema, value, path),
    ...checkCombined(schema, value, path),
  ]
}

function checkEnum(schema: JsonObject, value: unknown, path: string): FieldError[] {
  const allowed = asList(schema.enum)
  if (allowed.length === 0 || allowed.some((each) => deepEqual(each, value))) return []
  const list = allowed.map((each) => JSON.stringify(typeof each === 'string' ? each : JSON.stringify(each)))
  return [
    {
      field: path,
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list.join(', ')}`,
    },
  ]
}

function checkValue(schema: JsonObject, value: unknown, path: string): FieldError[] {
  if (typeof value === 'string') return checkText(schema, value, path)
  if (typeof value === 'number') return checkNumber(schema, value, path)
  if (Array.isArray(value)) return checkList(schema, value, path)
  return isObject(value) ? checkObject(schema, value, path) : []
}

function checkText(schema: JsonObject, value: string, path: string): FieldError[] {
  const { minLength, maxLength, pattern, format } = schema
  const length = [...value].length
  const errors: FieldError[] = []
  if (typeof maxLength === 'number' && length > maxLength)
    errors.push({
      field: path,
      reason: 'FieldValueTooLong',
      message: `Too long: may not be longer than ${maxLength}`,
    })
  if (typeof minLength === 'number' && length < minLength)
    errors.push(wrong(path, value, `should be at least ${minLength} chars long`))
  if (typeof pattern === 'string' && !matches(pattern, value))
    errors.push(wrong(path, value, `should match '${pattern}'`))
  if (typeof format === 'string' && !textHasFormat(value, format))
    errors.push(wrong(path, value, `must be of type ${format}: ${JSON.stringify(value)}`))
  return errors
}

/** A pattern of Go's syntax that JavaScript cannot read holds of anything. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value)
  } catch {
    return true
  }
}

function checkNumber(schema: JsonObject, value: number, path: string): FieldError[] {
  const { minimum, maximum, multipleOf, format } = schema
  const errors: FieldError[] = []
  const below = schema.exclusiveMaximum === true ? 'less than' : 'less than or equal to'
  const above = schema.exclusiveMinimum === true ? 'greater than' : 'greater than or equal to'
  if (typeof maximum === 'number' && (value > maximum || (below === 'less than' && value === maximum)))
    errors.push(wrong(path, value, `should be ${below} ${maximum}`))
  if (typeof minimum === 'number' && (value < minimum || (above === 'greater than' && value === minimum)))
    errors.push(wrong(path, value, `should be ${above} ${minimum}`))
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf))
    errors.push(wrong(path, value, `should be a multiple of ${multipleOf}`))
  if (typeof format === 'string' && !numberHasFormat(value, format))
    errors.push(wrong(path, value, `must be of type ${format}: ${JSON.stringify(String(value))}`))
  return errors
}

const tooMany = (field: string, count: number, most: number): FieldError => ({
  field,
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${most} items`,
})

function checkList(schema: JsonObject, list: readonly unknown[], path: string): FieldError[] {
  const { minItems, maxItems } = schema
  const errors: FieldError[] = []
  if (typeof minItems === 'number' && list.length < minItems)
    errors.push(wrong(path, list.length, `should have at least ${minItems} items`))
  if (typeof maxItems === 'number' && list.length > maxItems)
    errors.push(tooMany(path, list.length, maxItems))
  errors.push(...duplicates(schema, list, path))
  const items = asObject(schema.items)
  return [...errors, ...list.flatMap((item, index) => check(items, item, `${path}[${index}]`))]
}

/** Sets and maps hold nothing twice: pkg/apiserver/schema/listtype/validation.go. */
function duplicates(schema: JsonObject, list: readonly unknown[], path: string): FieldError[] {
  const type = schema['x-kubernetes-list-type']
  if (type !== 'set' && type !== 'map') return []
  const keys = asList(schema['x-kubernetes-list-map-keys']).map(String)
  const seen = new Set<string>()
  return list.flatMap((item, index) => {
    const id = type === 'set' ? item : Object.fromEntries(keys.map((key) => [key, asObject(item)[key]]))
    const text = JSON.stringify(id)
    if (!seen.has(text)) {
      seen.add(text)
      return []
    }
    return [
      {
        field: `${path}[${index}]`,
        reason: 'FieldValueDuplicate' as const,
        message: `Duplicate value: ${text}`,
      },
    ]
  })
}

function checkObject(schema: JsonObject, object: JsonObject, path: string): FieldError[] {
  const { minProperties, maxProperties, additionalProperties } = schema
  const errors: FieldError[] = []
  const count = Object.keys(object).length
  if (typeof minProperties === 'number' && count < minProperties)
    errors.push(wrong(path, count, `should have at least ${minProperties} properties`))
  if (typeof maxProperties === 'number' && count > maxProperties)
    errors.push(tooMany(path, count, maxProperties))
  const child = (key: string): string => (path === '' ? key : `${path}.${key}`)
  for (const key of asList(schema.required).map(String))
    if (object[key] === undefined) errors.push(required(child(key)))
  const properties = asObject(schema.properties)
  for (const [key, value] of Object.entries(object)) {
    if (path === '' && (key === 'metadata' || value === undefined)) continue
    const inner = properties[key] ?? additionalProperties
    if (isObject(inner)) errors.push(...check(inner, value, child(key)))
  }
  return errors
}

function checkCombined(schema: JsonObject, value: unknown, path: string): FieldError[] {
  const holds = (each: unknown): boolean => check(asObject(each), value, path).length === 0
  const errors: FieldError[] = []
  const says = (text: string): void => {
    errors.push(invalidValue(path, '', `${JSON.stringify(path)} ${text}`))
  }
  const { anyOf, oneOf, allOf, not } = schema
  if (Array.isArray(anyOf) && !anyOf.some(holds)) says('must validate at least one schema (anyOf)')
  const fitting = asList(oneOf).filter(holds).length
  if (Array.isArray(oneOf) && fitting !== 1)
    says(
      `must validate one and only one schema (oneOf). ${fitting === 0 ? 'Found none valid' : `Found ${fitting} valid alternatives`}`,
    )
  if (Array.isArray(allOf)) {
    const inner = allOf.flatMap((each) => check(asObject(each), value, path))
    if (inner.length > 0) says('must validate all the schemas (allOf)')
    errors.push(...inner)
  }
  if (isObject(not) && holds(not)) says('must not validate the schema (not)')
  return errors
}
