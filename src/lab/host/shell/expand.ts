import type { ParameterExpansionPart, ProcessSubstitutionPart, Word, WordPart } from 'unbash'
import { userByName } from '#lab/host/os/accounts.ts'
import { arithmetic } from '#lab/host/shell/arithmetic.ts'
import { glob, hasWildcards } from '#lab/host/shell/glob.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { known, parameterText, parameterValue, parameterWords } from '#lab/host/shell/parameter.ts'
import { parseScript } from '#lab/host/shell/parse.ts'
import { fieldsOf, type Piece, patternOfPieces, textOfPieces } from '#lab/host/shell/pieces.ts'
import { ExpansionError, type Shell } from '#lab/host/shell/state.ts'
import { substitution, substitutionText } from '#lab/host/shell/subshell.ts'
import { remove as removeFile, write as writeFile } from '#lab/host/vfs/operations.ts'

/** The fields that words become: braces, tilde, parameters, commands, arithmetic, splitting, file names, quotes. */
export async function expandWords(shell: Shell, words: readonly Word[], io: Io): Promise<string[]> {
  const all: string[] = []
  for (const word of words.flatMap(braced)) {
    if (word.parts === undefined && !word.text.startsWith('~')) {
      all.push(word.value)
      continue
    }
    const pieces = await piecesOf(shell, word, io)
    for (const { text, pattern } of fieldsOf(pieces, shell.text('IFS') ?? ' \t\n')) {
      const matches = hasWildcards(pattern) ? await glob(shell.p.files, pattern, shell.cwd) : []
      if (matches.length > 0) all.push(...matches)
      else if (!(shell.nullglob && hasWildcards(pattern))) all.push(text)
    }
  }
  return all
}

/** The word as one text, without splitting and file names: assignments, redirections, `case`. */
export async function expandText(shell: Shell, word: Word, io: Io): Promise<string> {
  if (word.parts === undefined && !word.text.startsWith('~')) return word.value
  return textOfPieces(await piecesOf(shell, word, io))
}

export async function expandPattern(shell: Shell, word: Word, io: Io): Promise<string> {
  return patternOfPieces(await piecesOf(shell, word, io))
}

/** The body of a here-document. */
export async function expandParts(shell: Shell, parts: readonly WordPart[], io: Io): Promise<string> {
  let text = ''
  for (const part of parts) text += textOfPieces(await quotedPieces(shell, part, io))
  return text
}

async function piecesOf(shell: Shell, word: Word, io: Io): Promise<Piece[]> {
  const pieces: Piece[] = []
  const parts = word.parts ?? [literalOf(word)]
  for (const [at, part] of parts.entries()) {
    if (at === 0 && part.type === 'Literal' && part.text.startsWith('~'))
      pieces.push({ kind: 'literal', text: await tilde(shell, part.value) })
    else pieces.push(...(await partPieces(shell, part, io)))
  }
  return pieces
}

const literalOf = ({ pos, end, value, text }: Word): WordPart => ({ type: 'Literal', pos, end, value, text })

async function tilde(shell: Shell, text: string): Promise<string> {
  const [, name = '', rest = ''] = /^~([^/]*)(.*)$/s.exec(text) ?? []
  if (name === '') return `${shell.text('HOME') ?? '/root'}${rest}`
  const account = await userByName(shell.p.files, name)
  return account === undefined ? text : `${account.home}${rest}`
}

async function partPieces(shell: Shell, part: WordPart, io: Io): Promise<Piece[]> {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ kind: 'literal', text: part.value }]
    case 'DoubleQuoted':
    case 'LocaleString': {
      const pieces: Piece[] = []
      for (const child of part.parts) pieces.push(...(await quotedPieces(shell, child, io)))
      return pieces
    }
    case 'Glob':
      return part.kind === 'bracket'
        ? bracketPieces(shell, part.parts, io)
        : [{ kind: 'glob', text: part.text }]
    case 'ExtendedGlob':
      return [{ kind: 'glob', text: part.text }]
    case 'BraceExpansion':
      return [{ kind: 'literal', text: part.text }]
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      return (
        spread(wordsOf(shell, part), 'expanded') ?? [
          { kind: 'expanded', text: await textOf(shell, part, io) },
        ]
      )
    case 'CommandExpansion':
    case 'ArithmeticExpansion':
      return [{ kind: 'expanded', text: await textOf(shell, part, io) }]
    case 'ProcessSubstitution':
      return [{ kind: 'literal', text: await processSubstitution(shell, part, io) }]
  }
}

/**
 * `<(…)`: the name of a file that holds what the commands wrote. They have ended before the command that reads it starts, so what
 * never ends cannot be read so. `>(…)` is not imitated.
 */
async function processSubstitution(shell: Shell, part: ProcessSubstitutionPart, io: Io): Promise<string> {
  if (part.operator === '>' || part.script === undefined)
    throw new ExpansionError(`${part.text}: output to processes is not supported`)
  const text = await substitutionText(shell, part.script, io)
  const { state } = shell.p
  const path = `/dev/fd/${state.hostPid}${63 - shell.substitutions++}`
  writeFile(state.view, path, text, { mode: 0o600 })
  state.opened(() => removeFile(state.view, path))
  return path
}

/** `[…]`, with expansions inside. */
async function bracketPieces(shell: Shell, parts: readonly WordPart[], io: Io): Promise<Piece[]> {
  const pieces: Piece[] = [{ kind: 'glob', text: '[' }]
  for (const part of parts) pieces.push(...(await partPieces(shell, part, io)))
  return [...pieces, { kind: 'glob', text: ']' }]
}

async function quotedPieces(shell: Shell, part: WordPart, io: Io): Promise<Piece[]> {
  if (part.type !== 'SimpleExpansion' && part.type !== 'ParameterExpansion')
    return [{ kind: 'literal', text: part.type === 'Literal' ? part.value : await textOf(shell, part, io) }]
  const joins = /^\$(\*|\{\*\}|.*\[\*\]\})$/.test(part.text)
  const words = joins ? undefined : spread(wordsOf(shell, part), 'literal')
  return words ?? [{ kind: 'literal', text: await textOf(shell, part, io) }]
}

function wordsOf(shell: Shell, part: WordPart): readonly string[] | undefined {
  if (part.type === 'ParameterExpansion') return parameterWords(shell, part)
  return part.text === '$@' || part.text === '$*' ? shell.positional : undefined
}

function spread(words: readonly string[] | undefined, kind: 'literal' | 'expanded'): Piece[] | undefined {
  return words?.flatMap((text, at): Piece[] =>
    at === 0 ? [{ kind, text }] : [{ kind: 'break' }, { kind, text }],
  )
}

async function textOf(shell: Shell, part: WordPart, io: Io): Promise<string> {
  switch (part.type) {
    case 'SimpleExpansion': {
      const name = part.text.slice(1)
      return known(shell, name, parameterValue(shell, name))
    }
    case 'ParameterExpansion':
      return parameterText(shell, part satisfies ParameterExpansionPart, io)
    case 'CommandExpansion':
      return part.script === undefined ? '' : substitution(shell, part.script, io)
    case 'ArithmeticExpansion':
      return String(arithmetic(shell, part.expression))
    default:
      return part.text
  }
}

/** `a{b,c}d` and `{1..3}`: as many words. */
function braced(word: Word): Word[] {
  const brace = word.parts?.find((part) => part.type === 'BraceExpansion')
  if (brace === undefined) return [word]
  const choices = alternatives(brace.text.slice(1, -1))
  if (choices === undefined) return [word]
  const at = brace.pos - word.pos
  const before = word.text.slice(0, at)
  const after = word.text.slice(at + brace.text.length)
  return choices.flatMap((choice) => reparsed(`${before}${choice}${after}`).flatMap(braced))
}

function reparsed(text: string): Word[] {
  const command = parseScript(`: ${text}`).commands[0]?.command
  if (command?.type !== 'Command') return []
  return command.args.filter((argument): argument is Word => argument.type === 'Word')
}

const rangeMax = 100_000

function alternatives(inside: string): string[] | undefined {
  const [, from, to, step] = /^(-?\d+)\.\.(-?\d+)(?:\.\.(\d+))?$/.exec(inside) ?? []
  if (from !== undefined && to !== undefined) return range(from, to, Number(step ?? 1))
  const parts: string[] = ['']
  let depth = 0
  for (const c of inside) {
    if (c === '{') depth++
    if (c === '}') depth--
    if (c === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += c
  }
  return parts.length > 1 ? parts : undefined
}

function range(from: string, to: string, step: number): string[] {
  const start = Number(from)
  const count = Math.min(rangeMax, Math.floor(Math.abs(Number(to) - start) / (step || 1)) + 1)
  const sign = Number(to) < start ? -1 : 1
  const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0
  return Array.from({ length: count }, (_, at) =>
    String(start + sign * at * (step || 1)).padStart(width, '0'),
  )
}
