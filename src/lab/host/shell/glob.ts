import { type Files, isErrno } from '#lab/host/ports.ts'

/**
 * Paths that match a shell pattern (`*`, `?`, `[…]`; a backslash takes the meaning away), sorted. A pattern without
 * wildcards gives itself when it exists. Folders that may not be read match nothing. `cwd` is where a relative one
 * starts.
 */
export async function glob(files: Files, pattern: string, cwd = '/'): Promise<string[]> {
  const absolute = pattern.startsWith('/')
  let found = [absolute ? '/' : '']
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const next: string[] = []
    for (const folder of found) next.push(...(await step(files, { folder, part, cwd })))
    found = next
  }
  return pattern.endsWith('/') ? found.map((path) => `${path}/`) : found
}

async function step(
  files: Files,
  { folder, part, cwd }: { readonly folder: string; readonly part: string; readonly cwd: string },
): Promise<string[]> {
  const join = (name: string): string =>
    folder === '' || folder === '/' ? `${folder}${name}` : `${folder}/${name}`
  const real = (path: string): string => (path.startsWith('/') ? path : `${cwd}/${path}`)
  if (!hasWildcards(part)) {
    const path = join(part.replaceAll(/\\(.)/g, '$1'))
    return (await present(files, real(path))) ? [path] : []
  }
  const matches = patternMatcher(part)
  try {
    const entries = await files.list(real(folder === '' ? '.' : folder))
    return entries
      .filter(({ name }) => matches(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map(({ name }) => join(name))
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

async function present(files: Files, path: string): Promise<boolean> {
  try {
    await files.lstat(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

export const hasWildcards = (pattern: string): boolean => /(?<!\\)(?:\\\\)*[*?[]/.test(pattern)

/** A regular expression that a user wrote; `undefined` when it is none. */
export function regularExpression(source: string, flags = ''): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}

/** Tells whether a whole text fits a shell pattern. */
export function patternMatcher(pattern: string): (text: string) => boolean {
  const expression = regularExpression(`^${patternSource(pattern)}$`, 's')
  return (text) => (expression === undefined ? text === pattern : expression.test(text))
}

/** A shell pattern as the source of a regular expression; `lazy` makes `*` take as little as it can. */
export function patternSource(pattern: string, lazy = false): string {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const c = pattern[at] as string
    const end = c === '[' ? closing(pattern, at) : -1
    if (c === '\\' && at + 1 < pattern.length) source += literal(pattern[++at] as string)
    else if (c === '*') source += lazy ? '.*?' : '.*'
    else if (c === '?') source += '.'
    else if (end > 0) {
      source += bracket(pattern.slice(at + 1, end))
      at = end
    } else source += literal(c)
  }
  return source
}

const literal = (c: string): string => c.replace(/[.*+?^${}()|[\]\\/-]/, '\\$&')

/** Where the bracket expression that begins at `from` ends. */
function closing(pattern: string, from: number): number {
  const first = pattern[from + 1] === '!' || pattern[from + 1] === '^' ? from + 3 : from + 2
  for (let at = first; at < pattern.length; at++) {
    if (pattern.startsWith('[:', at)) at = pattern.indexOf(':]', at) + 1 || at
    else if (pattern[at] === ']') return at
  }
  return -1
}

const classes: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  punct: '!-\\/:-@\\[-`{-~',
  blank: ' \\t',
  xdigit: '0-9a-fA-F',
}

function bracket(inside: string): string {
  const negated = /^[!^]/.test(inside)
  const body = (negated ? inside.slice(1) : inside)
    .replaceAll(/[\\\]^]/g, '\\$&')
    .replaceAll(/\[:(\w+):\\?\]/g, (whole, name: string) => classes[name] ?? whole)
    .replaceAll(/\[(?!:)/g, '\\[')
  return `[${negated ? '^' : ''}${body}]`
}
