import { invalidOption, join, parseArguments, say } from '#lab/host/commands/cli.ts'
import { inputText, linesOf } from '#lab/host/commands/text.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { patternMatcher, regularExpression } from '#lab/host/shell/glob.ts'

/** A basic regular expression as an extended one: `\(`, `\|`, `\+` are operators, bare ones are letters. */
export const fromBasic = (source: string): string =>
  source.replaceAll(
    /\\([(){}|+?])|([(){}|+?])/g,
    (_, escaped: string | undefined, bare: string | undefined) =>
      escaped === undefined ? `\\${bare}` : escaped,
  )

/** POSIX classes inside brackets, word edges. */
export const fromPosix = (source: string): string =>
  source
    .replaceAll('[:space:]', '\\s')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:alpha:]', 'a-zA-Z')
    .replaceAll('[:alnum:]', 'a-zA-Z0-9')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:blank:]', ' \\t')
    .replaceAll(/\\[<>]/g, '\\b')

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** grep(1): `-r -i -v -n -c -q -l -h -H -o -w -x -s -E -F -P -e -m -A -B -C`. */
export const grep: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'rRivncqlhHowxsEFPaL',
    long: ['--color', '--recursive', '--quiet', '--count'],
    values: ['e', 'm', 'A', 'B', 'C', '--include'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const { flags, values } = args
  const operands = [...args.operands]
  const pattern = values.get('e') ?? operands.shift()
  if (pattern === undefined) {
    p.stderr.write('Usage: grep [OPTION]... PATTERNS [FILE]...\n')
    return 2
  }
  const expression = expressionOf(pattern, flags, p.argv[0]?.endsWith('egrep') === true)
  if (expression === undefined) {
    say(p, 'Invalid regular expression')
    return 2
  }
  const recursive = flags.has('r') || flags.has('R') || flags.has('--recursive')
  const paths = operands.length > 0 ? operands : recursive ? ['.'] : ['-']
  const search = new Search(p, { expression, flags, values, named: recursive || paths.length > 1 })
  for (const path of paths) await search.path(path, recursive)
  return search.troubled && !(flags.has('q') && search.found) ? 2 : search.found ? 0 : 1
}

function expressionOf(pattern: string, flags: ReadonlySet<string>, extended: boolean): RegExp | undefined {
  const source = pattern
    .split('\n')
    .map((line) => {
      if (flags.has('F')) return quoted(line)
      return fromPosix(flags.has('E') || flags.has('P') || extended ? line : fromBasic(line))
    })
    .join('|')
  const edged = flags.has('x') ? `^(?:${source})$` : flags.has('w') ? `\\b(?:${source})\\b` : source
  return regularExpression(edged, flags.has('i') ? 'gi' : 'g')
}

class Search {
  found = false
  troubled = false
  readonly #p: Process
  readonly #o: {
    readonly expression: RegExp
    readonly flags: ReadonlySet<string>
    readonly values: ReadonlyMap<string, string>
    readonly named: boolean
  }

  constructor(
    p: Process,
    o: {
      readonly expression: RegExp
      readonly flags: ReadonlySet<string>
      readonly values: ReadonlyMap<string, string>
      readonly named: boolean
    },
  ) {
    this.#p = p
    this.#o = o
  }

  async path(path: string, recursive: boolean): Promise<void> {
    try {
      if (path !== '-' && (await this.#p.files.stat(path)).kind === 'directory') {
        if (!recursive) return this.#trouble(path, 'Is a directory')
        for (const { name, kind } of await this.#p.files.list(path)) {
          if (kind === 'symlink' || kind === 'socket' || kind === 'device') continue
          if (kind === 'file' && !this.#isIncluded(name)) continue
          await this.path(path === '.' ? name : join(path, name), true)
        }
        return
      }
      const text = await inputText(this.#p, path)
      if (text === undefined) this.troubled = true
      else this.#lines(linesOf(text), path === '-' ? '(standard input)' : path)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#trouble(path, error.message)
    }
  }

  #isIncluded(name: string): boolean {
    const include = this.#o.values.get('--include')
    return include === undefined || patternMatcher(include)(name)
  }

  #trouble(path: string, message: string): void {
    this.troubled = true
    if (!this.#o.flags.has('s')) say(this.#p, `${path}: ${message}`)
  }

  #lines(lines: readonly string[], name: string): void {
    const { flags, values } = this.#o
    const max = Number(values.get('m') ?? Number.POSITIVE_INFINITY)
    const hits = lines.flatMap((line, at) => (this.#matches(line) ? [at] : [])).slice(0, max)
    if (hits.length > 0) this.found = true
    if (flags.has('q')) return
    const prefix = (flags.has('H') || this.#o.named) && !flags.has('h') ? name : ''
    const out = (text: string): void => this.#p.stdout.write(`${text}\n`)
    if (flags.has('l') || flags.has('L')) {
      if (hits.length > 0 === flags.has('l')) out(name)
    } else if (flags.has('c') || flags.has('--count'))
      out(`${prefix === '' ? '' : `${prefix}:`}${hits.length}`)
    else this.#print(lines, hits, prefix, out)
  }

  #print(
    lines: readonly string[],
    hits: readonly number[],
    prefix: string,
    out: (text: string) => void,
  ): void {
    const { flags, values, expression } = this.#o
    const around = values.get('C') ?? '0'
    const [before, after] = [Number(values.get('B') ?? around), Number(values.get('A') ?? around)]
    let printed = -1
    for (const hit of hits) {
      const from = Math.max(hit - before, printed + 1)
      if (printed >= 0 && from > printed + 1 && before + after > 0) out('--')
      for (let at = from; at <= Math.min(hit + after, lines.length - 1); at++) {
        const mark = hits.includes(at) ? ':' : '-'
        const head = `${prefix === '' ? '' : `${prefix}${mark}`}${flags.has('n') ? `${at + 1}${mark}` : ''}`
        const line = lines[at] ?? ''
        expression.lastIndex = 0
        if (flags.has('o')) for (const [match] of line.matchAll(expression)) out(`${head}${match}`)
        else out(`${head}${line}`)
        printed = at
      }
    }
  }

  #matches(line: string): boolean {
    this.#o.expression.lastIndex = 0
    return this.#o.expression.test(line) !== this.#o.flags.has('v')
  }
}
