import { invalidOption, join, parseArguments, say } from '#lab/host/commands/cli.ts'
import { type Asked, Hits } from '#lab/host/commands/grep-hits.ts'
import { eachLine } from '#lab/host/commands/lines.ts'
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

/** grep(1): `-r -i -v -n -c -q -l -h -H -o -w -x -s -E -F -P -e -m -A -B -C`. Lines of the standard input are looked at as they come. */
export const grep: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'rRivncqlhHowxsEFPaL',
    long: ['--color', '--recursive', '--quiet', '--count', '--line-buffered'],
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
  return search.troubled && !(search.quiet && search.found) ? 2 : search.found ? 0 : 1
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
  readonly #o: Asked

  constructor(p: Process, o: Asked) {
    this.#p = p
    this.#o = o
  }

  get quiet(): boolean {
    return this.#o.flags.has('q') || this.#o.flags.has('--quiet')
  }

  async path(path: string, recursive: boolean): Promise<void> {
    if (this.quiet && this.found) return
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
      await this.#input(path)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#trouble(path, error.message)
    }
  }

  async #input(path: string): Promise<void> {
    const out = (text: string): void => this.#p.stdout.write(`${text}\n`)
    const hits = new Hits(this.#o, path === '-' ? '(standard input)' : path, out)
    const read = await eachLine(this.#p, path, ({ text }) => hits.take(text))
    this.troubled ||= !read
    this.found ||= hits.count > 0
    if (read) hits.end()
  }

  #isIncluded(name: string): boolean {
    const include = this.#o.values.get('--include')
    return include === undefined || patternMatcher(include)(name)
  }

  #trouble(path: string, message: string): void {
    this.troubled = true
    if (!this.#o.flags.has('s')) say(this.#p, `${path}: ${message}`)
  }
}
