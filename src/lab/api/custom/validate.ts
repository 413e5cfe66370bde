/**
 * Whether an object is as its schema says, in the words of kube-openapi pkg/validation and of
 * staging:apiextensions-apiserver/pkg/apiserver/validation.
 */
import { remembering } from '#base/remember.ts'
import { numberHasFormat, textHasFormat } from '#lab/api/custom/formats.ts'
import { type Path, pathText } from '#lab/api/custom/path.ts'
import { isFrozenThrough, type Rules, rulesOf } from '#lab/api/custom/rules.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { type FieldError, invalidValue, required } from '#lab/api/status.ts'

/** What is wrong with an object of a custom type, field by field. */
export function schemaErrors(schema: JsonObject, object: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  check(rulesOf(schema), object, undefined, errors)
  return errors
}

type Place = Path | undefined

const inBody = (path: string, says: string): string => (path === '' ? says : `${path} in body ${says}`)

function wrong(at: Place, value: unknown, says: string): FieldError {
  const path = pathText(at)
  return invalidValue(path === '' ? '<nil>' : path, value, inBody(path, says))
}

const wrongType = (at: Place, expected: string, found: string): FieldError => ({
  ...wrong(at, found, `must be of type ${expected}: ${JSON.stringify(found)}`),
  reason: 'FieldValueTypeInvalid',
})

const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function check(rules: Rules, value: unknown, at: Place, errors: FieldError[]): void {
  const { type } = rules
  const found = typeName(value)
  if (value === null && rules.nullable) return
  if (rules.intOrString) {
    if (found !== 'integer' && found !== 'string') {
      errors.push(wrongType(at, 'integer,string', found))
      return
    }
  } else if (type !== undefined && type !== found && !(type === 'number' && found === 'integer')) {
    errors.push(wrongType(at, type, found))
    return
  }
  if (rules.allowed.length > 0) checkEnum(rules.allowed, value, at, errors)
  if (rules.bounded) errors.push(...boundErrors(rules.source, value, at))
  checkInside(rules, value, at, errors)
  if (rules.combined) checkCombined(rules.source, value, at, errors)
}

function checkEnum(allowed: readonly unknown[], value: unknown, at: Place, errors: FieldError[]): void {
  if (allowed.some((each) => deepEqual(each, value))) return
  const list = allowed.map((each) => JSON.stringify(typeof each === 'string' ? each : JSON.stringify(each)))
  errors.push({
    field: pathText(at),
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list.join(', ')}`,
  })
}

/** Items of a list, fields of an object. The metadata of the whole is looked at elsewhere. */
function checkInside(rules: Rules, value: unknown, at: Place, errors: FieldError[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    checkItems(rules, value, at, errors)
    return
  }
  const object = asObject(value)
  for (const key of Object.keys(object)) {
    const item = object[key]
    if (at === undefined && (key === 'metadata' || item === undefined)) continue
    const inner = rules.properties.get(key) ?? rules.additional
    if (typeof inner === 'object' && !isPlain(inner, item)) check(inner, item, { up: at, step: key }, errors)
  }
}

/** Long lists change by an item or two: what was held against the rules before is not again. */
function checkItems({ items }: Rules, list: readonly unknown[], at: Place, errors: FieldError[]): void {
  if (items === undefined) return
  for (let index = 0; index < list.length; index++) {
    const item = list[index]
    const inside = typeof item === 'object' && item !== null ? item : undefined
    if (inside === undefined ? isPlain(items, item) : items.valid.has(inside)) continue
    const before = errors.length
    check(items, item, { up: at, step: index }, errors)
    if (inside !== undefined && errors.length === before && isFrozenThrough(inside)) items.valid.add(inside)
  }
}

/** Whether a value has nothing in it, and its type is all that is asked of it. */
function isPlain(
  { type, nullable, intOrString, allowed, bounded, combined }: Rules,
  value: unknown,
): boolean {
  if (value === null) return nullable
  if (typeof value === 'object' || intOrString || allowed.length > 0 || bounded || combined) return false
  const found = typeName(value)
  return type === undefined || type === found || (type === 'number' && found === 'integer')
}

/** What is wrong with a value itself, whatever is in it. */
function boundErrors(schema: JsonObject, value: unknown, at: Place): readonly FieldError[] {
  if (typeof value === 'string') return checkText(schema, value, at)
  if (typeof value === 'number') return checkNumber(schema, value, at)
  if (Array.isArray(value)) return checkList(schema, value, at)
  return isObject(value) ? checkObject(schema, value, at) : []
}

function checkText(schema: JsonObject, value: string, at: Place): FieldError[] {
  const { minLength, maxLength, pattern, format } = schema
  const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length
  const errors: FieldError[] = []
  if (typeof maxLength === 'number' && length > maxLength)
    errors.push({
      field: pathText(at),
      reason: 'FieldValueTooLong',
      message: `Too long: may not be longer than ${maxLength}`,
    })
  if (typeof minLength === 'number' && length < minLength)
    errors.push(wrong(at, value, `should be at least ${minLength} chars long`))
  if (typeof pattern === 'string' && !matches(pattern, value))
    errors.push(wrong(at, value, `should match '${pattern}'`))
  if (typeof format === 'string' && !textHasFormat(value, format))
    errors.push(wrong(at, value, `must be of type ${format}: ${JSON.stringify(value)}`))
  return errors
}

const matches = (pattern: string, value: string): boolean => expression(pattern)?.test(value) ?? true

/** A pattern of Go's syntax that JavaScript cannot read holds of anything. */
const expression = remembering((pattern: string): RegExp | null => {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return null
  }
})

function checkNumber(schema: JsonObject, value: number, at: Place): FieldError[] {
  const { minimum, maximum, multipleOf, format } = schema
  const errors: FieldError[] = []
  const below = schema.exclusiveMaximum === true ? 'less than' : 'less than or equal to'
  const above = schema.exclusiveMinimum === true ? 'greater than' : 'greater than or equal to'
  if (typeof maximum === 'number' && (value > maximum || (below === 'less than' && value === maximum)))
    errors.push(wrong(at, value, `should be ${below} ${maximum}`))
  if (typeof minimum === 'number' && (value < minimum || (above === 'greater than' && value === minimum)))
    errors.push(wrong(at, value, `should be ${above} ${minimum}`))
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf))
    errors.push(wrong(at, value, `should be a multiple of ${multipleOf}`))
  if (typeof format === 'string' && !numberHasFormat(value, format))
    errors.push(wrong(at, value, `must be of type ${format}: ${JSON.stringify(String(value))}`))
  return errors
}

const tooMany = (field: string, count: number, most: number): FieldError => ({
  field,
  reason: 'FieldValueTooMany',
  message: `Too many: ${count}: must have at most ${most} items`,
})

function checkList(schema: JsonObject, list: readonly unknown[], at: Place): FieldError[] {
  const { minItems, maxItems } = schema
  const errors: FieldError[] = []
  if (typeof minItems === 'number' && list.length < minItems)
    errors.push(wrong(at, list.length, `should have at least ${minItems} items`))
  if (typeof maxItems === 'number' && list.length > maxItems)
    errors.push(tooMany(pathText(at), list.length, maxItems))
  return [...errors, ...duplicates(schema, list, at)]
}

/** Sets and maps hold nothing twice: pkg/apiserver/schema/listtype/validation.go. */
function duplicates(schema: JsonObject, list: readonly unknown[], at: Place): FieldError[] {
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
        field: pathText({ up: at, step: index }),
        reason: 'FieldValueDuplicate' as const,
        message: `Duplicate value: ${text}`,
      },
    ]
  })
}

function checkObject(schema: JsonObject, object: JsonObject, at: Place): FieldError[] {
  const { minProperties, maxProperties } = schema
  const errors: FieldError[] = []
  const count = Object.keys(object).length
  if (typeof minProperties === 'number' && count < minProperties)
    errors.push(wrong(at, count, `should have at least ${minProperties} properties`))
  if (typeof maxProperties === 'number' && count > maxProperties)
    errors.push(tooMany(pathText(at), count, maxProperties))
  for (const key of asList(schema.required).map(String))
    if (object[key] === undefined) errors.push(required(pathText({ up: at, step: key })))
  return errors
}

function checkCombined(schema: JsonObject, value: unknown, at: Place, errors: FieldError[]): void {
  const path = pathText(at)
  const errorsOf = (each: unknown): readonly FieldError[] => {
    const found: FieldError[] = []
    check(rulesOf(asObject(each)), value, at, found)
    return found
  }
  const holds = (each: unknown): boolean => errorsOf(each).length === 0
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
    const inner = allOf.flatMap(errorsOf)
    if (inner.length > 0) says('must validate all the schemas (allOf)')
    errors.push(...inner)
  }
  if (isObject(not) && holds(not)) says('must not validate the schema (not)')
}
