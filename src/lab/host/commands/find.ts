import { base, done, join, say } from '#lab/host/commands/cli.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { patternMatcher } from '#lab/host/shell/glob.ts'

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
