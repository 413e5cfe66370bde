import { attempt, invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { isErrno, type Process, type Program, type Writer } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { openForWriting } from '#lab/host/vfs/operations.ts'

/** One input's text: a file, or the standard input for `-`. Tells why not as `NAME: why`, or as `tell` words it. */
export function inputText(
  p: Process,
  path: string,
  tell: (path: string, message: string) => string = (name, message) => `${name}: ${message}`,
): Promise<string | undefined> {
  if (path === '-') return readAll(p)
  return attempt(
    p,
    () => p.files.read(path),
    ({ message }) => tell(path, message),
  )
}

/** Lines without their ends; a missing end of the last line is no further line. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** cat(1): `-n`. Passes standard input on as it comes. */
export const cat: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'nAevtTu' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  let code = 0
  let number = 0
  const put = (text: string): void => {
    if (!args.flags.has('n')) p.stdout.write(text)
    else for (const line of linesOf(text)) p.stdout.write(`${String(++number).padStart(6)}\t${line}\n`)
  }
  for (const path of args.operands.length === 0 ? ['-'] : args.operands) {
    if (path === '-' && !args.flags.has('n')) {
      for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p)) put(text)
      continue
    }
    const text = await inputText(p, path)
    if (text === undefined) code = 1
    else put(text)
  }
  return code
}

const cannotOpen = (path: string, message: string): string => `cannot open '${path}' for reading: ${message}`

/** head(1): `-n COUNT`, `-c BYTES`; a negative count leaves out the end. */
export const head: Program = async (p) => {
  const args = parseArguments(numbersAsLines(p.argv.slice(1)), {
    flags: 'qv',
    values: ['n', 'c', '--lines', '--bytes'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const count = Number(args.values.get('n') ?? args.values.get('--lines') ?? 10)
  const bytes = args.values.get('c') ?? args.values.get('--bytes')
  if (args.operands.length === 0 && bytes === undefined && count >= 0) return firstLines(p, count)
  return eachInput(p, args.operands, args.flags.has('q'), (text) => {
    if (bytes !== undefined) return text.slice(0, Number(bytes))
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
    return lines.slice(0, count).join('')
  })
}

/** Stops reading as soon as it has enough, so that whoever writes is told. */
async function firstLines(p: Process, count: number): Promise<number> {
  let left = count
  for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p)) {
    const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(0, left)
    p.stdout.write(lines.join(''))
    left -= lines.filter((line) => line.endsWith('\n')).length
    if (left <= 0) break
  }
  return 0
}

/** `-5` means `-n 5`. */
const numbersAsLines = (words: readonly string[]): string[] =>
  words.flatMap((word) => (/^-\d+$/.test(word) ? ['-n', word.slice(1)] : [word]))

async function eachInput(
  p: Process,
  operands: readonly string[],
  quiet: boolean,
  part: (text: string) => string,
): Promise<number> {
  let code = 0
  const paths = operands.length === 0 ? ['-'] : operands
  for (const [at, path] of paths.entries()) {
    const text = await inputText(p, path, cannotOpen)
    if (text === undefined) {
      code = 1
      continue
    }
    if (paths.length > 1 && !quiet) p.stdout.write(`${at > 0 ? '\n' : ''}==> ${path} <==\n`)
    p.stdout.write(part(text))
  }
  return code
}

const tailPollMs = 1000

/** tail(1): `-n COUNT` (`+N` from line N), `-c BYTES`, `-f`: looks for more once a second. */
export const tail: Program = async (p) => {
  const args = parseArguments(numbersAsLines(p.argv.slice(1)), {
    flags: 'fFqv',
    long: ['--follow'],
    values: ['n', 'c', '--lines', '--bytes'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const wanted = args.values.get('n') ?? args.values.get('--lines') ?? '10'
  const bytes = args.values.get('c') ?? args.values.get('--bytes')
  const code = await eachInput(p, args.operands, args.flags.has('q'), (text) => {
    if (bytes !== undefined) return text.slice(-Number(bytes))
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
    const count = Math.abs(Number(wanted))
    if (wanted.startsWith('+')) return lines.slice(count - 1).join('')
    return count === 0 ? '' : lines.slice(-count).join('')
  })
  const follows = args.flags.has('f') || args.flags.has('F') || args.flags.has('--follow')
  return follows && args.operands.length > 0 ? follow(p, args.operands) : code
}

async function follow(p: Process, paths: readonly string[]): Promise<number> {
  const seen = new Map<string, number>()
  for (const path of paths) seen.set(path, (await quietText(p, path)).length)
  for (;;) {
    await p.sleep(tailPollMs)
    for (const path of paths) {
      const text = await quietText(p, path)
      const before = seen.get(path) ?? 0
      if (text.length !== before) p.stdout.write(text.length < before ? text : text.slice(before))
      seen.set(path, text.length)
    }
  }
}

async function quietText(p: Process, path: string): Promise<string> {
  try {
    return await p.files.read(path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
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
    const counts = [text.split('\n').length - 1, words, Buffer.byteLength(text)]
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
    if (args.flags.has('V')) return x.localeCompare(y, 'en', { numeric: true })
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

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** uniq(1): `-c`, `-d`, `-u`. */
export const uniq: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'cdui' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const lines = await allLines(p, args.operands.slice(0, 1))
  if (lines === undefined) return 1
  const groups: { line: string; count: number }[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last?.line === line) last.count++
    else groups.push({ line, count: 1 })
  }
  for (const { line, count } of groups) {
    if (args.flags.has('d') && count < 2) continue
    if (args.flags.has('u') && count > 1) continue
    p.stdout.write(args.flags.has('c') ? `${String(count).padStart(7)} ${line}\n` : `${line}\n`)
  }
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
  const lines = await allLines(p, args.operands)
  if (lines === undefined) return 1
  const byField = args.values.has('f')
  const separator = byField ? (args.values.get('d') ?? '\t') : ''
  for (const line of lines) {
    const whole = byField && !line.includes(separator)
    const picked = (separator === '' ? [...line] : line.split(separator)).filter((_, at) => chosen(at + 1))
    if (!(whole && args.flags.has('s'))) p.stdout.write(`${whole ? line : picked.join(separator)}\n`)
  }
  return 0
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

/** tee(1): `-a`. */
export const tee: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'ai' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const outputs: Writer[] = [p.stdout]
  const pending: Promise<void>[] = []
  let code = 0
  for (const path of args.operands) {
    const file = await attempt(
      p,
      async () => openForWriting(hostProcess(p).state.view, path, { append: args.flags.has('a') }),
      ({ message }) => `${path}: ${message}`,
    )
    if (file === undefined) code = 1
    else
      outputs.push({
        write: (text) => {
          const done = file.append(text)
          if (done !== undefined) pending.push(done.catch((error: unknown) => tellWrite(p, path, error)))
        },
      })
  }
  for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p))
    for (const output of outputs) output.write(text)
  await Promise.all(pending)
  return code
}

function tellWrite(p: Process, path: string, error: unknown): void {
  if (!isErrno(error)) throw error
  say(p, `${path}: ${error.message}`)
}
