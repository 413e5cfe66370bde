import type { TestExpression } from 'unbash'
import { binaryTest, TestError, unaryTest } from '#lab/host/shell/condition.ts'
import { expandPattern, expandText } from '#lab/host/shell/expand.ts'
import { patternMatcher, regularExpression } from '#lab/host/shell/glob.ts'
import type { Io } from '#lab/host/shell/io.ts'
import type { Shell } from '#lab/host/shell/state.ts'

/** `[[ … ]]`: as `test`, with patterns and regular expressions on the right. */
export async function evaluateConditional(shell: Shell, node: TestExpression, io: Io): Promise<boolean> {
  switch (node.type) {
    case 'TestGroup':
      return evaluateConditional(shell, node.expression, io)
    case 'TestNot':
      return (await evaluateConditional(shell, node.operand, io)) !== (node.negations.length % 2 === 1)
    case 'TestLogical': {
      for (const operand of node.operands)
        if ((await evaluateConditional(shell, operand, io)) === (node.operator === '||'))
          return node.operator === '||'
      return node.operator === '&&'
    }
    case 'TestUnary':
      return unaryTest(shell, node.operator, await expandText(shell, node.operand, io))
    case 'TestBinary':
      return binary(shell, node, io)
  }
}

async function binary(
  shell: Shell,
  node: Extract<TestExpression, { type: 'TestBinary' }>,
  io: Io,
): Promise<boolean> {
  const left = await expandText(shell, node.left, io)
  if (node.operator === '=~') {
    const expression = regularExpression(await expandText(shell, node.right, io))
    if (expression === undefined) throw new TestError('invalid regular expression')
    const match = expression.exec(left)
    if (match !== null)
      shell.set(
        'BASH_REMATCH',
        Array.from(match, (group) => group ?? ''),
      )
    return match !== null
  }
  if (node.operator === '==' || node.operator === '=' || node.operator === '!=') {
    const matches = patternMatcher(await expandPattern(shell, node.right, io))(left)
    return matches === (node.operator !== '!=')
  }
  return binaryTest(shell, left, node.operator, await expandText(shell, node.right, io))
}
