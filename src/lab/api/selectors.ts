/** Label and field selectors, as their query strings and as LabelSelector objects say them. */

import { at } from '#lab/api/json.ts'
import type { LabelSelector } from '#lab/api/objects.ts'
import { badRequest } from '#lab/api/status.ts'

export type Labels = Readonly<Record<string, string>> | undefined
export type LabelTest = (labels: Labels) => boolean

interface Requirement {
  readonly key: string
  readonly operator: 'in' | 'notin' | 'exists' | 'absent'
  readonly values: readonly string[]
}

/**
 * Compiles `a=b,c!=d,e in (x,y),f notin (z),g,!h`; `!=` and `notin` also match where the label is absent.
 * Throws BadRequest for a text that is no selector.
 */
export function labelTest(selector: string): LabelTest {
  const requirements = splitOutsideParentheses(selector).map(requirement)
  return (labels) => requirements.every((each) => holds(each, labels))
}

/** Compiles a LabelSelector object. An empty one matches everything, an absent one nothing. */
export function selectorTest(selector: LabelSelector | undefined): LabelTest {
  if (selector === undefined) return () => false
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: 'in',
    values: [value],
  }))
  for (const { key, operator, values = [] } of selector.matchExpressions ?? [])
    requirements.push({ key, operator: operators[operator], values })
  return (labels) => requirements.every((each) => holds(each, labels))
}

const operators = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: 'absent' } as const

function splitOutsideParentheses(text: string): string[] {
  const parts = text.match(/(?:\([^)]*\)|[^,(])+/g) ?? []
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

const key = '[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?'
const setForm = new RegExp(String.raw`^(${key})\s+(in|notin)\s*\(([^)]*)\)$`)
const equalForm = new RegExp(String.raw`^(${key})\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`)
const presenceForm = new RegExp(String.raw`^(!?)\s*(${key})$`)

function requirement(text: string): Requirement {
  const set = setForm.exec(text)
  if (set)
    return {
      key: set[1] ?? '',
      operator: set[3] === 'in' ? 'in' : 'notin',
      values: (set[4] ?? '').split(',').map((value) => value.trim()),
    }
  const equal = equalForm.exec(text)
  if (equal)
    return { key: equal[1] ?? '', operator: equal[3] === '!=' ? 'notin' : 'in', values: [equal[4] ?? ''] }
  const presence = presenceForm.exec(text)
  if (presence)
    return { key: presence[2] ?? '', operator: presence[1] === '!' ? 'absent' : 'exists', values: [] }
  throw badRequest(parseError(text))
}

const operatorWords = 'in, notin, =, ==, !=, gt, lt'

/** What is wrong with a requirement: staging:apimachinery/pkg/labels/selector.go. */
function parseError(text: string): string {
  const [first = '', second = '', third = ''] = text.match(/[()!]|[=!]=?|[^\s()=!]+/g) ?? []
  const found = (what: string, expected: string): string =>
    `unable to parse requirement: found '${what}', expected: ${expected}`
  if (first === '!') return found(second, 'identifier')
  if (!/^[A-Za-z0-9]/.test(first)) return `found '${first}', expected: !, identifier, or 'end of string'`
  if (second !== 'in' && second !== 'notin') return found(second, operatorWords)
  if (third !== '(') return `unable to parse requirement: found '${third}' expected: '('`
  return found('', "')'")
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels?.[key]
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value)
    case 'notin':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
  }
}

export interface FieldTerm {
  readonly path: string
  readonly equal: boolean
  readonly value: string
}

/** Parses `spec.nodeName=n1,status.phase!=Failed`. Throws BadRequest for fields that `supported` lacks. */
export function fieldTerms(selector: string, supported: readonly string[]): readonly FieldTerm[] {
  return selector
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term) => {
      const parts = /^\s*([^=!]+?)\s*(!=|==|=)\s*(.*?)\s*$/.exec(term)
      if (!parts) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`)
      const path = parts[1] ?? ''
      if (!supported.includes(path)) throw badRequest(`field label not supported: ${path}`)
      return { path, equal: parts[2] !== '!=', value: parts[3] ?? '' }
    })
}

/** Whether an object's fields are as the terms say; an absent field equals the empty text. */
export const fieldsHold = (terms: readonly FieldTerm[], object: unknown): boolean =>
  terms.every(({ path, equal, value }) => (fieldText(object, path) === value) === equal)

function fieldText(object: unknown, path: string): string {
  // Event's `source` stands for its component: pkg/apis/core/v1/conversion.go.
  const value = path === 'source' ? at(object, 'source.component') : at(object, path)
  if (value === undefined || value === null) return path === 'spec.unschedulable' ? 'false' : ''
  return String(value)
}
