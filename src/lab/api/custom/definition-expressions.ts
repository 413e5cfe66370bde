/**
 * What is wrong with expressions in a definition's schema: staging:apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
 * (ValidateCustomResourceDefinitionOpenAPISchema), pkg/apiserver/schema/cel/compilation.go.
 *
 * Not imitated: types beyond the fields that there are, what rules may cost.
 */
import type { ASTNode } from '@marcbachmann/cel-js'
import { compileError, mentions, nodesIn, syntaxError, treeOf } from '#lab/api/cel/cel.ts'
import { type Expression, expressionsOf } from '#lab/api/custom/expression.ts'
import { escaped } from '#lab/api/custom/field-names.ts'
import { type Rules, rulesOf } from '#lab/api/custom/rules.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidGo, invalidValue } from '#lab/api/status.ts'

/** What is wrong with the expressions that are written at one place of a schema, `field`. */
export function ruleErrors(
  schema: JsonObject,
  field: string,
  {
    root,
    uncorrelated,
  }: {
    readonly root: boolean /** Since where nobody can tell what was there before. */
    readonly uncorrelated: string | undefined
  },
): FieldError[] {
  return expressionsOf(schema).flatMap((expression, at) => {
    const path = `${field}.x-kubernetes-validations[${at}]`
    const error = syntaxError(expression.rule) ?? unknownField(expression.rule, rulesOf(schema), root)
    if (error !== undefined)
      return [invalidGo(`${path}.rule`, goRule(expression), `compilation failed: ${error}`)]
    const messageError =
      expression.messageExpression === '' ? undefined : syntaxError(expression.messageExpression)
    if (messageError !== undefined)
      return [
        invalidGo(
          `${path}.messageExpression`,
          goRule(expression),
          `messageExpression compilation failed: ${messageError}`,
        ),
      ]
    if (uncorrelated === undefined || !mentions(expression.rule, 'oldSelf')) return []
    const says = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`
    return [invalidValue(`${path}.rule`, expression.rule, says)]
  })
}

/** Whether what is inside a list can be told from what was there before: only items with keys can. */
export const correlates = (schema: JsonObject): boolean =>
  schema.type === 'array'
    ? schema['x-kubernetes-list-type'] === 'map'
    : schema['x-kubernetes-map-type'] !== 'atomic'

function unknownField(expression: string, self: Rules, root: boolean): string | undefined {
  const tree = treeOf(expression)
  const found = tree === undefined ? undefined : misnamed(tree, self, root)
  return found === undefined
    ? undefined
    : compileError(expression, found.at, `undefined field '${found.name}'`)
}

interface Misnamed {
  readonly name: string
  readonly at: number
}

function misnamed(node: ASTNode, self: Rules, root: boolean): Misnamed | undefined {
  if (node.op === '.' && typeof node.args[1] === 'string') {
    const [of, name] = node.args
    const rules = rulesAt(of, self)
    if (rules !== undefined && isClosed(rules) && !knows(rules, name, root && rules === self))
      return { name, at: node.pos - 1 }
  }
  for (const each of nodesIn(node)) {
    const found = misnamed(each, self, root)
    if (found !== undefined) return found
  }
  return undefined
}

/** What is known of a value that is named from `self` on, field by field. */
function rulesAt(node: ASTNode, self: Rules): Rules | undefined {
  if (node.op === 'id') return node.args === 'self' || node.args === 'oldSelf' ? self : undefined
  if (node.op !== '.') return undefined
  const above = rulesAt(node.args[0], self)
  return above === undefined
    ? undefined
    : [...above.properties].find(([key]) => escaped(key) === node.args[1])?.[1]
}

const isClosed = ({ type, properties, additional, embedded }: Rules): boolean =>
  type === 'object' && properties.size > 0 && additional === undefined && !embedded

const knows = ({ properties }: Rules, name: string, root: boolean): boolean =>
  (root && ['apiVersion', 'kind', 'metadata'].includes(name)) ||
  [...properties.keys()].some((key) => escaped(key) === name)

/** A rule as Go's `%#v` prints it. */
function goRule({
  rule,
  message,
  messageExpression,
  reason,
  fieldPath,
  optionalOldSelf,
}: Expression): string {
  const text = JSON.stringify
  const pointer = (type: string, set: boolean): string =>
    set ? `(*${type})(0xc00a1b2c30)` : `(*${type})(nil)`
  return `apiextensions.ValidationRule{Rule:${text(rule)}, Message:${text(message)}, MessageExpression:${text(messageExpression)}, Reason:${pointer('apiextensions.FieldValueErrorReason', reason !== '')}, FieldPath:${text(fieldPath)}, OptionalOldSelf:${pointer('bool', optionalOldSelf)}}`
}
