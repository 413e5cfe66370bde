import type { ParameterExpansionPart, Word } from 'unbash'
import { arithmetic } from '#lab/host/shell/arithmetic.ts'
import { elementsOf, isNamed, keysOf } from '#lab/host/shell/arrays.ts'
import { expandPattern, expandText } from '#lab/host/shell/expand.ts'
import { patternMatcher, patternSource, regularExpression } from '#lab/host/shell/glob.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import { ExpansionError, type Shell } from '#lab/host/shell/state.ts'

/** `$x`, `$1`, `$?` …; `undefined` when it is unset. `$@` and `$*` are joined by blanks here. */
export function parameterValue(shell: Shell, name: string): string | undefined {
  if (/^\d+$/.test(name)) return name === '0' ? shell.name : shell.positional[Number(name) - 1]
  switch (name) {
    case '?':
      return String(shell.status)
    case '$':
      return shell.text('$') ?? String(shell.p.pid)
    case '!':
      return shell.lastBackground === undefined ? '' : String(shell.lastBackground)
    case '#':
      return String(shell.positional.length)
    case '@':
    case '*':
      return shell.positional.length === 0 ? undefined : shell.positional.join(' ')
    case '-':
      return shell.errexit ? 'e' : ''
    case 'RANDOM':
      return String(shell.p.random.between(0, 32767))
    case 'PWD':
      return shell.cwd
    case 'PPID':
      return String(shell.p.processes().find(({ pid }) => pid === shell.p.pid)?.ppid ?? 0)
    case 'BASHPID':
      return String(shell.p.pid)
    case 'UID':
      return String(shell.p.credentials.uid)
    case 'EUID':
      return String(shell.p.credentials.euid)
    case 'SECONDS':
      return String(Math.floor((shell.p.now() - shell.p.state.startedMs) / 1000))
    case 'BASH_VERSION':
      return '5.1.16(1)-release'
    case 'HOSTNAME':
      return shell.text(name) ?? shell.p.hostname
    default:
      return shell.text(name)
  }
}

/** The words of `$@`, `${a[@]}` and their like; `undefined` for whatever is one text. */
export function parameterWords(shell: Shell, part: ParameterExpansionPart): readonly string[] | undefined {
  const index = part.index?.value
  if (part.prefix === '!' && (index === '@' || index === '*'))
    return keysOf(shell.variables.get(part.parameter))
  if (part.operation !== undefined || part.prefix !== undefined) return undefined
  if (part.parameter === '@' || part.parameter === '*') return shell.positional
  if (index !== '@' && index !== '*') return undefined
  return elementsOf(shell.variables.get(part.parameter))
}

/** The text of `${…}`. Throws ExpansionError for `${x:?…}`, and for an unset name under `set -u`. */
export async function parameterText(shell: Shell, part: ParameterExpansionPart, io: Io): Promise<string> {
  const value = await plainValue(shell, part, io)
  if (part.prefix === '#') return String(lengthOf(shell, part, value))
  const { operation } = part
  if (operation === undefined) return known(shell, part.parameter, value)
  switch (operation.type) {
    case 'Default':
      return withDefault(shell, { part, value, operator: operation.operator, operand: operation.operand, io })
    case 'Remove':
      return removed(value ?? '', operation.operator, await expandPattern(shell, operation.operand, io))
    case 'Replace':
      return replaced(value ?? '', {
        operator: operation.operator,
        pattern: await expandPattern(shell, operation.pattern, io),
        by: await expandText(shell, operation.replacement, io),
      })
    case 'Slice':
      return sliced(shell, value ?? '', operation.offset, operation.length)
    case 'CaseModification':
      return recased(value ?? '', operation.operator)
    default:
      throw new ExpansionError(`${part.text}: bad substitution`)
  }
}

async function plainValue(shell: Shell, part: ParameterExpansionPart, io: Io): Promise<string | undefined> {
  const value = shell.variables.get(part.parameter)
  const isWhole = part.index?.value === '@' || part.index?.value === '*'
  if (part.prefix === '!' && isWhole) return keysOf(value).join(' ')
  if (part.prefix === '!') return parameterValue(shell, shell.text(part.parameter) ?? '')
  if (part.index === undefined) return parameterValue(shell, part.parameter)
  if (isWhole) return elementsOf(value).join(' ')
  if (value !== undefined && isNamed(value)) return value.get(await expandText(shell, part.index, io))
  return elementsOf(value)[numberOf(shell, part.index)]
}

function lengthOf(shell: Shell, part: ParameterExpansionPart, value: string | undefined): number {
  if (part.parameter === '@' || part.parameter === '*') return shell.positional.length
  if (part.index?.value === '@' || part.index?.value === '*')
    return elementsOf(shell.variables.get(part.parameter)).length
  return (value ?? '').length
}

/** Under `set -u` an unset name is an error. */
export function known(shell: Shell, name: string, value: string | undefined): string {
  if (value === undefined && shell.nounset && !'@*'.includes(name))
    throw new ExpansionError(`${/^\d+$/.test(name) ? `$${name}` : name}: unbound variable`)
  return value ?? ''
}

async function withDefault(
  shell: Shell,
  o: {
    readonly part: ParameterExpansionPart
    readonly value: string | undefined
    readonly operator: string
    readonly operand: Word
    readonly io: Io
  },
): Promise<string> {
  const { value, operator, part } = o
  const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined
  const operand = (): Promise<string> => expandText(shell, o.operand, o.io)
  switch (operator.replace(':', '')) {
    case '+':
      return isSet ? operand() : ''
    case '-':
      return isSet ? (value ?? '') : operand()
    case '=': {
      if (isSet) return value ?? ''
      const text = await operand()
      shell.set(part.parameter, text)
      return text
    }
    default: {
      if (isSet) return value ?? ''
      const text = await operand()
      throw new ExpansionError(`${part.parameter}: ${text === '' ? 'parameter null or not set' : text}`)
    }
  }
}

function removed(value: string, operator: string, pattern: string): string {
  const greedy = operator.length === 2
  const source = patternSource(pattern, !greedy)
  if (operator.startsWith('#')) return value.replace(regularExpression(`^${source}`, 's') ?? pattern, '')
  const matches = patternMatcher(pattern)
  for (let at = 0; at <= value.length; at++) {
    const start = greedy ? at : value.length - at
    if (matches(value.slice(start))) return value.slice(0, start)
  }
  return value
}

function replaced(value: string, o: { operator: string; pattern: string; by: string }): string {
  const source = patternSource(o.pattern)
  const anchored = o.operator === '/#' ? `^${source}` : o.operator === '/%' ? `${source}$` : source
  if (o.pattern === '') return value
  return value.replace(regularExpression(anchored, o.operator === '//' ? 'gs' : 's') ?? o.pattern, () => o.by)
}

function sliced(shell: Shell, value: string, offset: Word, length: Word | undefined): string {
  const from = numberOf(shell, offset)
  const start = from < 0 ? Math.max(0, value.length + from) : from
  if (length === undefined) return value.slice(start)
  const count = numberOf(shell, length)
  return value.slice(start, count < 0 ? value.length + count : start + count)
}

function numberOf(shell: Shell, word: Word): number {
  const command = parseScript(`((${word.text}))`).commands[0]?.command
  return command?.type === 'ArithmeticCommand' ? arithmetic(shell, command.expression) : 0
}

function recased(value: string, operator: string): string {
  const change = (text: string): string =>
    operator.startsWith('^') ? text.toUpperCase() : text.toLowerCase()
  return operator.length === 2 ? change(value) : change(value.slice(0, 1)) + value.slice(1)
}
