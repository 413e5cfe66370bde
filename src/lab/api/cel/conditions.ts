/** `matchConditions` of webhooks and policies: staging:apiserver/pkg/admission/plugin/webhook/matchconditions/matcher.go. */
import { celValue, evaluate } from '#lab/api/cel/cel.ts'
import { asList, asText, isObject, type JsonObject } from '#lab/api/json.ts'
import type { Attributes } from '#lab/api/webhooks/attributes.ts'
import { requestOf } from '#lab/api/webhooks/review.ts'

export interface Expression {
  readonly name: string
  readonly expression: string
}

export type Variables = Readonly<Record<string, unknown>>

export const expressionsOf = (list: unknown): readonly Expression[] =>
  asList(list)
    .filter(isObject)
    .map(({ name, expression }: JsonObject) => ({
      name: (asText(name) ?? '').trim(),
      expression: (asText(expression) ?? '').trim(),
    }))

/** What every expression of admission may ask about a request. */
export const variablesOf = (asked: Attributes): Variables => ({
  object: celValue(asked.object),
  oldObject: celValue(asked.old),
  request: celValue(requestOf(asked)),
})

/** Whether all hold. One that does not counts more than one that cannot be told. */
export function holds(
  conditions: readonly Expression[],
  variables: Variables,
): boolean | { readonly error: string } {
  const outcomes = conditions.map(({ expression }) => ({
    expression,
    outcome: evaluate(expression, variables),
  }))
  if (outcomes.some(({ outcome }) => 'value' in outcome && outcome.value !== true)) return false
  for (const { expression, outcome } of outcomes)
    if ('error' in outcome) return { error: errorText(expression, outcome.error) }
  return true
}

export const errorText = (expression: string, error: string): string =>
  `expression '${expression}' resulted in error: ${error}`
