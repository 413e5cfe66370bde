import type { ArithmeticExpression } from 'unbash'
import { ExpansionError, type Shell } from '#lab/host/shell/state.ts'

const assignments: readonly string[] = ['=', '+=', '-=', '*=', '/=', '%=']

/** The value of an arithmetic expression; 64-bit overflow is not imitated. */
export function arithmetic(shell: Shell, node: ArithmeticExpression | undefined): number {
  if (node === undefined) return 0
  switch (node.type) {
    case 'ArithmeticWord':
      return wordValue(shell, node.value)
    case 'ArithmeticGroup':
      return arithmetic(shell, node.expression)
    case 'ArithmeticTernary':
      return arithmetic(shell, node.test) !== 0
        ? arithmetic(shell, node.consequent)
        : arithmetic(shell, node.alternate)
    case 'ArithmeticUnary':
      return unary(shell, node)
    case 'ArithmeticBinary':
      return binary(shell, node)
    default:
      throw new ExpansionError('command substitution in arithmetic is not supported')
  }
}

function wordValue(shell: Shell, word: string, depth = 0): number {
  const text = word.trim().replace(/^\$\{?(\w+)\}?$/, '$1')
  if (text === '') return 0
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  if (/^(0x[\da-f]+|\d+)$/i.test(text)) return Number(text)
  if (/^-\d+$/.test(text)) return Number(text)
  if (/^\d+$/.test(word.slice(1)) && word.startsWith('$'))
    return wordValue(shell, shell.positional[Number(word.slice(1)) - 1] ?? '0', depth + 1)
  if (text === '#' || word === '$#') return shell.positional.length
  if (word === '$?') return shell.status
  if (!/^\w+$/.test(text) || depth > 10)
    throw new ExpansionError(`${text}: syntax error: operand expected (error token is "${text}")`)
  return wordValue(shell, shell.text(text) ?? '0', depth + 1)
}

function unary(
  shell: Shell,
  { operator, operand, prefix }: Extract<ArithmeticExpression, { type: 'ArithmeticUnary' }>,
): number {
  const value = arithmetic(shell, operand)
  switch (operator) {
    case '-':
      return -value
    case '+':
      return value
    case '!':
      return value === 0 ? 1 : 0
    case '~':
      return ~value
    case '++':
    case '--': {
      const changed = operator === '++' ? value + 1 : value - 1
      assign(shell, operand, changed)
      return prefix ? changed : value
    }
    default:
      throw new ExpansionError(`syntax error: ${operator} is not supported`)
  }
}

function assign(shell: Shell, target: ArithmeticExpression, value: number): number {
  if (target.type !== 'ArithmeticWord') throw new ExpansionError('attempted assignment to non-variable')
  shell.set(target.value.trim(), String(value))
  return value
}

function binary(
  shell: Shell,
  { operator, left, right }: Extract<ArithmeticExpression, { type: 'ArithmeticBinary' }>,
): number {
  if (assignments.includes(operator)) {
    const value = arithmetic(shell, right)
    const result = operator === '=' ? value : calculate(operator.slice(0, -1), arithmetic(shell, left), value)
    return assign(shell, left, result)
  }
  const a = arithmetic(shell, left)
  if (operator === '&&') return a !== 0 && arithmetic(shell, right) !== 0 ? 1 : 0
  if (operator === '||') return a !== 0 || arithmetic(shell, right) !== 0 ? 1 : 0
  return calculate(operator, a, arithmetic(shell, right))
}

function calculate(operator: string, a: number, b: number): number {
  if ((operator === '/' || operator === '%') && b === 0) throw new ExpansionError('division by 0')
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return Math.trunc(a / b)
    case '%':
      return a % b
    case '**':
      return a ** b
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '&':
      return a & b
    case '|':
      return a | b
    case '^':
      return a ^ b
    case '<<':
      return a << b
    case '>>':
      return a >> b
    case ',':
      return b
    default:
      throw new ExpansionError(`syntax error: ${operator} is not supported`)
  }
}
