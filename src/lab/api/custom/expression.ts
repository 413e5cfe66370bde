import { asList, asText, isObject, type JsonObject } from '#lab/api/json.ts'

/** A rule of a schema: staging:apiextensions-apiserver/pkg/apis/apiextensions/v1 (ValidationRule). */
export interface Expression {
  readonly rule: string
  readonly message: string
  readonly messageExpression: string
  readonly reason: string
  readonly fieldPath: string
  readonly optionalOldSelf: boolean
}

/** The rules that are written at one place of a schema. */
export const expressionsOf = (schema: JsonObject): readonly Expression[] =>
  asList(schema['x-kubernetes-validations'])
    .filter(isObject)
    .map((each) => {
      const text = (key: string): string => (asText(each[key]) ?? '').trim()
      return {
        rule: text('rule'),
        message: text('message'),
        messageExpression: text('messageExpression'),
        reason: text('reason'),
        fieldPath: text('fieldPath'),
        optionalOldSelf: each.optionalOldSelf === true,
      }
    })
    .filter(({ rule }) => rule !== '')
