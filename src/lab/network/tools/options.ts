/** Command line options as getopt_long reads them. */
export interface Options {
  has(name: string): boolean
  value(name: string): string | undefined
  values(name: string): readonly string[]
  readonly rest: readonly string[]
  /** The first option that nobody knows, as it was written. */
  readonly unknown: string | undefined
  /** The first option whose argument is missing. */
  readonly bare: string | undefined
}

/**
 * `known` names each option by all its spellings: `{ '-m': 'max-time', '--max-time': 'max-time' }`; `withValue` lists the
 * names that take an argument. Short flags may be joined (`-sS`), a value may follow at once (`-m5`, `--max-time=5`).
 */
export function parseOptions(
  argv: readonly string[],
  known: Readonly<Record<string, string>>,
  withValue: readonly string[],
): Options {
  const found: (readonly [name: string, value: string])[] = []
  const rest: string[] = []
  let unknown: string | undefined
  let bare: string | undefined
  const words = [...argv]
  const take = (spelling: string, attached: string | undefined): 'value' | 'flag' => {
    const name = known[spelling]
    if (name === undefined) {
      unknown ??= spelling
      return 'flag'
    }
    if (!withValue.includes(name)) {
      found.push([name, ''])
      return 'flag'
    }
    const value = attached === undefined || attached === '' ? words.shift() : attached
    if (value === undefined) bare ??= spelling
    else found.push([name, value])
    return 'value'
  }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') rest.push(...words.splice(0))
    else if (word.startsWith('--')) {
      const [spelling = '', value] = word.split(/=(.*)/s)
      take(spelling, value)
    } else if (word.startsWith('-') && word.length > 1) takeShort(word, take, known)
    else rest.push(word)
  }
  const values = (name: string): string[] => found.filter(([n]) => n === name).map(([, value]) => value)
  return {
    has: (name) => found.some(([n]) => n === name),
    value: (name) => values(name).at(-1),
    values,
    rest,
    unknown,
    bare,
  }
}

function takeShort(
  word: string,
  take: (spelling: string, attached: string | undefined) => 'value' | 'flag',
  known: Readonly<Record<string, string>>,
): void {
  // iproute2 spells whole words with one dash: -br, -json.
  if (known[word] !== undefined && word.length > 2) {
    take(word, undefined)
    return
  }
  for (let at = 1; at < word.length; at++) if (take(`-${word[at]}`, word.slice(at + 1)) === 'value') return
}
