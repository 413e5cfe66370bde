/** awk's values: texts that may be numbers. */
import { fromPosix } from '#lab/host/commands/grep.ts'
import { regularExpression } from '#lab/host/shell/glob.ts'

export type Value = string | number

/** What ends a run with 2. */
export class AwkError extends Error {}

/** A record's fields, or a text's parts. */
export function separated(line: string, by: string): string[] {
  if (by === ' ')
    return line
      .trim()
      .split(/\s+/)
      .filter((each) => each !== '')
  if (line === '') return []
  if (by.length === 1) return line.split(by)
  return line.split(regularExpression(fromPosix(by)) ?? by)
}

/** What was read counts as a number if it looks like one. */
export const looksNumeric = (value: Value): boolean =>
  typeof value === 'number' || value === '' || /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)

export const toNumber = (value: Value): number =>
  typeof value === 'number' ? value : Number(/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/i.exec(value)?.[0] ?? 0)

/** OFMT and CONVFMT: six digits that count. */
export const toText = (value: Value): string =>
  typeof value === 'string'
    ? value
    : Number.isInteger(value)
      ? String(value)
      : String(Number(value.toPrecision(6)))

export const isTrue = (value: Value): boolean =>
  typeof value === 'number'
    ? value !== 0
    : looksNumeric(value) && value !== ''
      ? toNumber(value) !== 0
      : value !== ''

export const compared = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

/** Throws {@link AwkError} for a division by zero. */
export function arithmetic(operator: string, a: number, b: number): number {
  if ((operator === '/' || operator === '%') && b === 0) throw new AwkError('division by zero')
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a % b
    default:
      return a ** b
  }
}

/** Whether a comparison holds, by the sign of the difference. */
export function holds(operator: string, order: number): boolean {
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    default:
      return order >= 0
  }
}
