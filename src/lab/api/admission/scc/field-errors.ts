/** Errors about fields, as their list is printed: k8s.io/apimachinery:pkg/util/validation/field/errors.go, pkg/util/errors/errors.go. */

/** `value` as Go's `%v` or `%#v` prints it. */
export const invalid = (path: string, value: string | number | boolean, detail: string): string =>
  `${path}: Invalid value: ${value}: ${detail}`

export const forbiddenField = (path: string, detail: string): string => `${path}: Forbidden: ${detail}`

export const requiredField = (path: string, detail = ''): string =>
  `${path}: Required value${detail === '' ? '' : `: ${detail}`}`

/** Each error once; several in brackets. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)]
  return distinct.length === 1 ? (distinct[0] as string) : `[${distinct.join(', ')}]` // it has one
}
