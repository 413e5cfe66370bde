import { base, done, invalidOption, join, parseArguments, say } from '#lab/host/commands/cli.ts'
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

/** One test or action of find(1); answers whether the file passes. */
type Clause = (path: string, kind: string) => Promise<boolean>

const kinds: Readonly<Record<string, string>> = {
  f: 'file',
  d: 'directory',
  l: 'symlink',
  s: 'socket',
  c: 'device',
}

/** find(1): `-name -iname -path -type -maxdepth -mindepth -user-less -perm -newer-less -empty -print -delete -exec … ;` and `!`. */
export const find: Program = async (p) => {
  const words = p.argv.slice(1)
  const firstTest = words.findIndex((word) => /^[-!(]/.test(word))
  const paths = firstTest < 0 ? words : words.slice(0, firstTest)
  const plan = planOf(p, firstTest < 0 ? [] : words.slice(firstTest))
  if (typeof plan === 'string') {
    say(p, plan)
    return 1
  }
  let code = 0
  const visit = async (path: string, depth: number): Promise<void> => {
    try {
      const { kind } = await p.files.lstat(path)
      const descend = async (): Promise<void> => {
        if (kind !== 'directory' || depth >= plan.maxDepth) return
        for (const { name } of await p.files.list(path)) await visit(join(path, name), depth + 1)
      }
      if (plan.depthFirst) await descend()
      if (depth >= plan.minDepth) await passes(plan.clauses, path, kind)
      if (!plan.depthFirst) await descend()
    } catch (error) {
      if (!isErrno(error)) throw error
      say(p, `'${path}': ${error.message}`)
      code = 1
    }
  }
  for (const path of paths.length === 0 ? ['.'] : paths) await visit(path, 0)
  return code
}

async function passes(clauses: readonly Clause[], path: string, kind: string): Promise<void> {
  for (const clause of clauses) if (!(await clause(path, kind))) return
}

interface Plan {
  readonly clauses: Clause[]
  maxDepth: number
  minDepth: number
  depthFirst: boolean
}

function planOf(p: Process, words: readonly string[]): Plan | string {
  const plan: Plan = { clauses: [], maxDepth: Number.POSITIVE_INFINITY, minDepth: 0, depthFirst: false }
  const left = [...words]
  let acts = false
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const negated = word === '!' || word === '-not'
    const name = negated ? (left.shift() ?? '') : word
    if (name === '-maxdepth') plan.maxDepth = Number(left.shift())
    else if (name === '-mindepth') plan.minDepth = Number(left.shift())
    else {
      const clause = clauseOf(p, name, left)
      if (clause === undefined) return `unknown predicate '${name}'`
      if (['-print', '-delete', '-exec', '-print0'].includes(name)) acts = true
      if (name === '-delete') plan.depthFirst = true
      plan.clauses.push(negated ? async (path, kind) => !(await clause(path, kind)) : clause)
    }
  }
  if (!acts) plan.clauses.push(printing(p, '\n'))
  return plan
}

const printing =
  (p: Process, end: string): Clause =>
  async (path) => {
    p.stdout.write(`${path}${end}`)
    return true
  }

function clauseOf(p: Process, name: string, left: string[]): Clause | undefined {
  switch (name) {
    case '-name':
    case '-iname': {
      const pattern = left.shift() ?? ''
      const matches = patternMatcher(name === '-iname' ? pattern.toLowerCase() : pattern)
      return async (path) => matches(name === '-iname' ? base(path).toLowerCase() : base(path))
    }
    case '-path': {
      const matches = patternMatcher(left.shift() ?? '')
      return async (path) => matches(path)
    }
    case '-type': {
      const wanted = kinds[left.shift() ?? '']
      return async (_, kind) => kind === wanted
    }
    case '-perm':
      return permission(p, left.shift() ?? '')
    case '-empty':
      return async (path, kind) =>
        kind === 'directory'
          ? (await p.files.list(path)).length === 0
          : (await p.files.lstat(path)).size === 0
    case '-uid': {
      const uid = Number(left.shift())
      return async (path) => (await p.files.lstat(path)).uid === uid
    }
    case '-print':
      return printing(p, '\n')
    case '-print0':
      return printing(p, '\0')
    case '-delete':
      return (path) =>
        done(
          p,
          () => p.files.remove(path),
          ({ message }) => `cannot delete '${path}': ${message}`,
        )
    case '-exec':
      return execution(p, left)
    default:
      return undefined
  }
}

/** `0755` exactly, `-0022` all of these bits, `/0022` any of them. */
function permission(p: Process, text: string): Clause {
  const bits = Number.parseInt(text.replace(/^[-/]/, ''), 8)
  return async (path) => {
    const { mode } = await p.files.lstat(path)
    if (text.startsWith('-')) return (mode & bits) === bits
    return text.startsWith('/') ? (mode & bits) !== 0 : mode === bits
  }
}

function execution(p: Process, left: string[]): Clause {
  const end = left.findIndex((word) => word === ';' || word === '+')
  const argv = left.splice(0, end < 0 ? left.length : end + 1).filter((word) => word !== ';' && word !== '+')
  return async (path) => {
    const child = await p.spawn(argv.map((word) => word.replaceAll('{}', path)))
    return (await child.exited(p)).code === 0
  }
}
