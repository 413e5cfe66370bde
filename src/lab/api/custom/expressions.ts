/**
 * Rules of schemas that are expressions (`x-kubernetes-validations`): staging:apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.
 * In force from Kubernetes 1.25 on; from 1.30 on what was wrong before and stays as it is is only warned of.
 *
 * Not imitated: costs, rules inside `allOf`.
 */
import { Optional } from '@marcbachmann/cel-js'
import { evaluate, mentions } from '#lab/api/cel/cel.ts'
import { celValueOf } from '#lab/api/custom/cel-values.ts'
import type { Expression } from '#lab/api/custom/expression.ts'
import { type Path, pathText } from '#lab/api/custom/path.ts'
import { type Rules, rulesOf } from '#lab/api/custom/rules.ts'
import { asList, asObject, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '#lab/api/status.ts'

/** What a server makes of rules. */
export interface Terms {
  /** Of its release. */
  readonly minor: number
  readonly warn?: ((text: string) => void) | undefined
}

const since = { rules: 25, ratcheting: 30 } as const

/** What is wrong with an object, or with the change of one, by the expressions of its schema. `found`: what its schema said otherwise. */
export function expressionErrors(
  schema: JsonObject,
  {
    next,
    old,
    found,
  }: {
    readonly next: JsonObject
    readonly old?: JsonObject | undefined
    readonly found: readonly FieldError[]
  },
  terms: Terms,
): readonly FieldError[] {
  const rules = rulesOf(schema)
  if (!rules.hasExpressions || terms.minor < since.rules) return []
  if (found.some(({ reason }) => blocking.has(reason))) return [unchecked]
  const errors: FieldError[] = []
  new Check(terms, errors).visit(rules, { value: next, old, at: undefined, unchanged: false })
  return errors
}

const blocking = new Set<FieldError['reason']>([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

/** pkg/registry/customresource/strategy.go (hasBlockingErr) */
const unchecked = invalidValue(
  '<nil>',
  'null',
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)

interface Node {
  readonly value: unknown
  /** What was there before; undefined where nothing was, or nobody can tell what. */
  readonly old: unknown
  readonly at: Path | undefined
  /** Whether the nearest thing above that can be told from before is as it was. */
  readonly unchanged: boolean
}

class Check {
  readonly #terms: Terms
  readonly #errors: FieldError[]

  constructor(terms: Terms, errors: FieldError[]) {
    this.#terms = terms
    this.#errors = errors
  }

  visit(rules: Rules, node: Node): void {
    if (!rules.hasExpressions || node.value === null || node.value === undefined) return
    const { value, old } = node
    const unchanged = old === undefined ? node.unchanged : deepEqual(old, value)
    if (rules.expressions.length > 0) this.#judge(rules, node, unchanged)
    if (Array.isArray(value)) this.#items(rules, value, { ...node, unchanged })
    else if (isObject(value)) this.#fields(rules, value, { ...node, unchanged })
  }

  #items({ items, source }: Rules, list: readonly unknown[], { old, at, unchanged }: Node): void {
    if (items === undefined) return
    const before = oldItems(source, old)
    list.forEach((value, index) => {
      this.visit(items, { value, old: before(value), at: { up: at, step: index }, unchanged })
    })
  }

  #fields({ properties, additional, source }: Rules, object: JsonObject, { old, at, unchanged }: Node): void {
    const before = source['x-kubernetes-map-type'] === 'atomic' ? {} : asObject(old)
    for (const [key, value] of Object.entries(object)) {
      const named = properties.get(key)
      const rules = named ?? additional
      const step = named === undefined ? `[${key}]` : key
      if (typeof rules === 'object')
        this.visit(rules, { value, old: before[key], at: { up: at, step }, unchanged })
    }
  }

  #judge(rules: Rules, { value, old, at }: Node, unchanged: boolean): void {
    const root = at === undefined || rules.embedded
    const self = celValueOf(rules, value, root)
    const oldSelf = old === undefined || old === null ? undefined : celValueOf(rules, old, root)
    for (const expression of rules.expressions) {
      const change = mentions(expression.rule, 'oldSelf')
      if (change && oldSelf === undefined && !expression.optionalOldSelf) continue
      const before = expression.optionalOldSelf ? Optional.of(oldSelf) : oldSelf
      const error = judged(expression, { self, ...(change ? { oldSelf: before } : {}) }, { rules, at })
      if (error !== undefined) this.#add(error, !change && unchanged)
    }
  }

  #add(error: FieldError, before: boolean): void {
    if (before && this.#terms.minor >= since.ratcheting)
      this.#terms.warn?.(`${error.field}: ${error.message}`)
    else this.#errors.push(error)
  }
}

/** How an item of before is found: only in a list whose items have keys. */
function oldItems(source: JsonObject, old: unknown): (item: unknown) => unknown {
  if (source['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return () => undefined
  const keys = asList(source['x-kubernetes-list-map-keys']).map(String)
  const id = (item: unknown): string => JSON.stringify(keys.map((key) => asObject(item)[key] ?? null))
  const known = new Map(old.map((item) => [id(item), item as unknown]))
  return (item) => known.get(id(item))
}

type Context = Readonly<Record<string, unknown>>

function judged(
  expression: Expression,
  context: Context,
  { rules, at }: { readonly rules: Rules; readonly at: Path | undefined },
): FieldError | undefined {
  const outcome = evaluate(expression.rule, context)
  if ('value' in outcome && outcome.value === true) return undefined
  const field = at === undefined ? '<nil>' : pathText(at)
  if ('error' in outcome) return invalidValue(field, rules.type ?? '', failure(outcome.error, expression))
  const below = expression.fieldPath.replace(/^\./, '').replace(/\['([^']*)'\]/g, '[$1]')
  const where = below === '' ? field : at === undefined ? below : `${field}.${below}`
  return fieldError(where, rules.type ?? '', messageOf(expression, context), expression.reason)
}

const failure = (error: string, { message, rule }: Expression): string =>
  error.startsWith('no such overload')
    ? `'${error}': call arguments did not match a supported operator, function or macro signature for rule: ${message || rule}`
    : `${error} evaluating rule: ${message || rule}`

function messageOf({ rule, message, messageExpression }: Expression, context: Context): string {
  const outcome = messageExpression === '' ? undefined : evaluate(messageExpression, context)
  const said = outcome !== undefined && 'value' in outcome ? (asText(outcome.value)?.trim() ?? '') : ''
  const isUsable = said !== '' && !said.includes('\n') && Buffer.byteLength(said) <= messageBytesMax
  return isUsable ? said : message || `failed rule: ${rule}`
}

/** staging:apiserver/pkg/apis/cel/config.go (MaxEvaluatedMessageExpressionSizeBytes) */
const messageBytesMax = 5120

function fieldError(field: string, type: string, detail: string, reason: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(field, detail)
    case 'FieldValueRequired':
      return required(field, detail)
    case 'FieldValueDuplicate':
      return { field, reason, message: `Duplicate value: ${JSON.stringify(type)}` }
    default:
      return invalidValue(field, type, detail)
  }
}
