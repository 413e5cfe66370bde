import { type Errno, isErrno, type Process } from '#lab/host/ports.ts'

/** What a command line holds: single-letter and long options, and the rest. */
export interface Arguments {
  readonly flags: ReadonlySet<string>
  /** Options with a value: the last one given. */
  readonly values: ReadonlyMap<string, string>
  readonly operands: readonly string[]
  /** The first option that the command does not know. */
  readonly unknown: string | undefined
}

/**
 * Reads options as getopt_long does: `-la`, `-n5`, `-n 5`, `--lines=5`, `--`, options after operands.
 * `flags` and `values` name the known ones: letters without their dash, words with two.
 */
export function parseArguments(
  words: readonly string[],
  known: { readonly flags?: string; readonly long?: readonly string[]; readonly values?: readonly string[] },
): Arguments {
  const flags = new Set<string>()
  const values = new Map<string, string>()
  const operands: string[] = []
  let unknown: string | undefined
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      operands.push(...left.splice(0))
    } else if (word.startsWith('--')) {
      const [name = '', ...rest] = word.split('=')
      if (known.values?.includes(name))
        values.set(name, rest.length > 0 ? rest.join('=') : (left.shift() ?? ''))
      else if (known.long?.includes(name)) flags.add(name)
      else unknown ??= word
    } else if (word.startsWith('-') && word.length > 1) {
      unknown ??= letters(word.slice(1), left, { known, flags, values })
    } else operands.push(word)
  }
  return { flags, values, operands, unknown }
}

function letters(
  cluster: string,
  left: string[],
  o: {
    readonly known: { readonly flags?: string; readonly values?: readonly string[] }
    readonly flags: Set<string>
    readonly values: Map<string, string>
  },
): string | undefined {
  for (let at = 0; at < cluster.length; at++) {
    const letter = cluster[at] as string
    if (o.known.values?.includes(letter)) {
      o.values.set(letter, cluster.slice(at + 1) || (left.shift() ?? ''))
      return undefined
    }
    if (!o.known.flags?.includes(letter)) return letter
    o.flags.add(letter)
  }
  return undefined
}

export const say = (p: Process, text: string): void => p.stderr.write(`${nameOf(p)}: ${text}\n`)

/** Says why nothing comes of it; answers the exit code. */
export function refused(p: Process, text: string): number {
  say(p, text)
  return 1
}

export const nameOf = (p: Process): string => p.argv[0]?.split('/').at(-1) ?? ''

/** The words of GNU's programs for an option that they do not know. Answers the exit code. */
export function invalidOption(p: Process, option: string, code = 1): number {
  say(p, option.startsWith('--') ? `unrecognized option '${option}'` : `invalid option -- '${option}'`)
  p.stderr.write(`Try '${nameOf(p)} --help' for more information.\n`)
  return code
}

/** Runs `body`; a refused system call is told as `tell` words it, and answers `undefined`. */
export async function attempt<T>(
  p: Process,
  body: () => Promise<T>,
  tell: (error: Errno) => string,
): Promise<T | undefined> {
  try {
    return await body()
  } catch (error) {
    if (!isErrno(error)) throw error
    say(p, tell(error))
    return undefined
  }
}

/** {@link attempt} for what has no result: whether it was done. */
export async function done(
  p: Process,
  body: () => Promise<unknown>,
  tell: (error: Errno) => string,
): Promise<boolean> {
  const whole = async (): Promise<true> => {
    await body()
    return true
  }
  return (await attempt(p, whole, tell)) === true
}

export const join = (folder: string, name: string): string =>
  folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`

export const base = (path: string): string =>
  path
    .split('/')
    .filter((name) => name !== '')
    .at(-1) ?? '/'
