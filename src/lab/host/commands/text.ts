import { byteLengthOf } from '#base/bytes.ts'
import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { eachLine, inputText, type Line, linesOf } from '#lab/host/commands/lines.ts'
import type { Process, Program } from '#lab/host/ports.ts'

/** cat(1): `-n`. Passes the standard input on as it comes. */
export const cat: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'nAevtTu' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  let code = 0
  let number = 0
  const numbered = ({ text }: Line): boolean => {
    p.stdout.write(`${String(++number).padStart(6)}\t${text}\n`)
    return true
  }
  for (const path of args.operands.length === 0 ? ['-'] : args.operands) {
    if (args.flags.has('n')) {
      if (!(await eachLine(p, path, numbered))) code = 1
    } else if (path === '-') {
      for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p))
        p.stdout.write(text)
    } else {
      const text = await inputText(p, path)
      if (text === undefined) code = 1
      else p.stdout.write(text)
    }
  }
  return code
}

/** wc(1): `-l`, `-w`, `-c`, `-m`. */
export const wc: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'lwcm' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const chosen = args.flags.size > 0 ? args.flags : new Set(['l', 'w', 'c'])
  const totals = [0, 0, 0]
  const show = (counts: readonly number[], name: string): void => {
    const shown = counts.filter((_, at) => [['l'], ['w'], ['c', 'm']][at]?.some((flag) => chosen.has(flag)))
    const width = shown.length === 1 && args.operands.length < 2 ? 0 : args.operands.length === 0 ? 7 : 1
    p.stdout.write(
      `${shown.map((count) => String(count).padStart(width)).join(' ')}${name === '' ? '' : ` ${name}`}\n`,
    )
  }
  let code = 0
  for (const path of args.operands.length === 0 ? ['-'] : args.operands) {
    const text = await inputText(p, path)
    if (text === undefined) {
      code = 1
      continue
    }
    const words = text.split(/\s+/).filter((word) => word !== '').length
    const counts = [text.split('\n').length - 1, words, byteLengthOf(text)]
    for (const [at, count] of counts.entries()) totals[at] = (totals[at] ?? 0) + count
    show(counts, path === '-' && args.operands.length === 0 ? '' : path)
  }
  if (args.operands.length > 1) show(totals, 'total')
  return code
}

/** All inputs one after the other; `undefined` when one could not be read. */
async function allLines(
  p: Process,
  operands: readonly string[],
  tell?: (path: string, message: string) => string,
) {
  const lines: string[] = []
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const text = await inputText(p, path, tell)
    if (text === undefined) return undefined
    lines.push(...linesOf(text))
  }
  return lines
}

/** sort(1): `-n`, `-r`, `-u`, `-k FIELD`, `-t SEPARATOR`, `-h` as numbers, `-V` by number parts. */
export const sort: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'nruhVbfs', values: ['k', 't'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const lines = await allLines(p, args.operands, (path, message) => `cannot read: ${path}: ${message}`)
  if (lines === undefined) return 2
  const field = Number.parseInt(args.values.get('k') ?? '0', 10)
  const separator = args.values.get('t')
  const key = (line: string): string =>
    field === 0
      ? line
      : ((separator === undefined ? line.trim().split(/\s+/) : line.split(separator))[field - 1] ?? '')
  const numeric = args.flags.has('n') || args.flags.has('h') || /n/.test(args.values.get('k') ?? '')
  const compare = (a: string, b: string): number => {
    const [x, y] = [key(a), key(b)]
    if (numeric) return (Number.parseFloat(x) || 0) - (Number.parseFloat(y) || 0) || order(a, b)
    if (args.flags.has('V')) return byVersion(x, y)
    return order(x, y) || order(a, b)
  }
  const sorted = lines.toSorted(compare)
  if (args.flags.has('r')) sorted.reverse()
  const shown = args.flags.has('u')
    ? sorted.filter((line, at) => at === 0 || key(line) !== key(sorted[at - 1] ?? ''))
    : sorted
  p.stdout.write(shown.map((line) => `${line}\n`).join(''))
  return 0
}

/** Numbers by value, the rest by letter: `v3.9` before `v3.10`. */
function byVersion(a: string, b: string): number {
  const parts = (text: string): readonly string[] => text.match(/\d+|\D+/g) ?? []
  const [x, y] = [parts(a), parts(b)]
  for (const [at, part] of x.entries()) {
    const other = y[at]
    if (other === undefined) return 1
    const difference =
      /^\d/.test(part) && /^\d/.test(other) ? Number(part) - Number(other) : order(part, other)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** uniq(1): `-c`, `-d`, `-u`. */
export const uniq: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'cdui' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  let last: { readonly line: string; count: number } | undefined
  const put = (group: { readonly line: string; readonly count: number } | undefined): void => {
    if (group === undefined) return
    const { line, count } = group
    if ((args.flags.has('d') && count < 2) || (args.flags.has('u') && count > 1)) return
    p.stdout.write(args.flags.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`)
  }
  const take = ({ text }: Line): boolean => {
    if (last?.line === text) last.count++
    else {
      put(last)
      last = { line: text, count: 1 }
    }
    return true
  }
  if (!(await eachLine(p, args.operands[0] ?? '-', take))) return 1
  put(last)
  return 0
}

/** cut(1): `-d`, `-f`, `-c`. */
export const cut: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 's', values: ['d', 'f', 'c', 'b'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const list = args.values.get('f') ?? args.values.get('c') ?? args.values.get('b')
  if (list === undefined) {
    say(p, 'you must specify a list of bytes, characters, or fields')
    return 1
  }
  const chosen = ranges(list)
  const byField = args.values.has('f')
  const separator = byField ? (args.values.get('d') ?? '\t') : ''
  const take = ({ text }: Line): boolean => {
    const whole = byField && !text.includes(separator)
    const picked = (separator === '' ? [...text] : text.split(separator)).filter((_, at) => chosen(at + 1))
    if (!(whole && args.flags.has('s'))) p.stdout.write(`${whole ? text : picked.join(separator)}\n`)
    return true
  }
  let code = 0
  for (const path of args.operands.length === 0 ? ['-'] : args.operands)
    if (!(await eachLine(p, path, take))) code = 1
  return code
}

function ranges(list: string): (position: number) => boolean {
  const parts = list.split(',').map((part) => {
    const [from = '', to] = part.split('-')
    return {
      from: Number(from || 1),
      to: to === undefined ? Number(from) : to === '' ? Number.POSITIVE_INFINITY : Number(to),
    }
  })
  return (position) => parts.some(({ from, to }) => position >= from && position <= to)
}

/** tr(1): sets with ranges and escapes, `-d`, `-s`, `-c`. */
export const tr: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'dscC' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const [first = '', second = ''] = args.operands.map(characters)
  const complement = args.flags.has('c') || args.flags.has('C')
  const inFirst = (c: string): boolean => first.includes(c) !== complement
  const deletes = args.flags.has('d')
  const squeezed = args.flags.has('s') ? (deletes || second !== '' ? second : first) : ''
  for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p)) {
    let out = ''
    for (const c of text) {
      if (deletes && inFirst(c)) continue
      const replacement =
        deletes || !inFirst(c) || second === ''
          ? c
          : (second[complement ? second.length - 1 : Math.min(first.indexOf(c), second.length - 1)] ?? c)
      if (squeezed.includes(replacement) && out.endsWith(replacement)) continue
      out += replacement
    }
    p.stdout.write(out)
  }
  return 0
}

const characterClasses: Readonly<Record<string, string>> = {
  '[:space:]': ' \t\n\r\f\v',
  '[:digit:]': '0123456789',
  '[:upper:]': 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '[:lower:]': 'abcdefghijklmnopqrstuvwxyz',
}

const characters = (set: string): string =>
  (characterClasses[set] ?? set)
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\0', '\0')
    .replaceAll('\\\\', '\\')
    .replaceAll(/(.)-(.)/gs, (whole, from: string, to: string) => {
      const count = to.charCodeAt(0) - from.charCodeAt(0) + 1
      if (count < 1 || count > 256) return whole
      return Array.from({ length: count }, (_, at) => String.fromCharCode(from.charCodeAt(0) + at)).join('')
    })
