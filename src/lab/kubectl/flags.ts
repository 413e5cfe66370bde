/** Command lines as spf13/pflag reads them, with its words for what it does not know. */
import { KubectlError } from '#lab/kubectl/trouble.ts'

export interface Flag {
  readonly name: string
  readonly short?: string
  /** `list`: values add up, and commas part them. `texts`: values add up as they are. */
  readonly kind: 'bool' | 'text' | 'list' | 'texts' | 'int' | 'duration'
  /** What it means without a value; then a value comes with `=` only. */
  readonly bare?: string
}

export interface Flags {
  readonly args: readonly string[]
  /** How many of the arguments stood before `--`; -1 without one. */
  readonly dash: number
  has(name: string): boolean
  on(name: string, otherwise?: boolean): boolean
  /** The last value. */
  text(name: string): string | undefined
  all(name: string): readonly string[]
  int(name: string): number | undefined
  /** In ms. */
  duration(name: string): number | undefined
}

const flag =
  (kind: Flag['kind']) =>
  (name: string, short?: string, bare?: string): Flag => ({
    name,
    kind,
    ...(short === undefined || short === '' ? {} : { short }),
    ...(bare === undefined ? {} : { bare }),
  })

export const bool = flag('bool')
export const text = flag('text')
export const list = flag('list')
export const texts = flag('texts')
export const int = flag('int')
export const duration = flag('duration')

/**
 * Reads `words` for a command (`get`, `rollout status`). Throws {@link KubectlError} in pflag's words. `toFirst`: behind the
 * first argument there are no flags (`SetInterspersed(false)`).
 */
export function parseFlags(
  words: readonly string[],
  known: readonly Flag[],
  command: string,
  o: { readonly toFirst?: boolean | undefined } = {},
): Flags {
  const values = new Map<string, string[]>()
  const args: string[] = []
  let dash = -1
  const left = [...words]
  const put = ({ name, kind }: Flag, value: string): void => {
    check(name, kind, value, command)
    const parts = kind === 'list' ? value.split(',') : [value]
    values.set(name, [...(values.get(name) ?? []), ...parts])
  }
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      dash = args.length
      args.push(...left.splice(0))
    } else if (word.startsWith('--')) readLong(word, left, { known, command, put })
    else if (word.startsWith('-') && word !== '-') readShort(word, left, { known, command, put })
    else args.push(word, ...(o.toFirst === true ? left.splice(0) : []))
  }
  return flagsOf(args, dash, values)
}

interface Reading {
  readonly known: readonly Flag[]
  readonly command: string
  readonly put: (flag: Flag, value: string) => void
}

function readLong(word: string, left: string[], { known, command, put }: Reading): void {
  const at = word.indexOf('=')
  const name = at < 0 ? word.slice(2) : word.slice(2, at)
  const found = known.find((each) => each.name === name)
  if (found === undefined) throw misused(`unknown flag: --${name}`, command)
  const bare = bareOf(found)
  if (at >= 0) put(found, word.slice(at + 1))
  else if (bare !== undefined) put(found, bare)
  else {
    const value = left.shift()
    if (value === undefined) throw misused(`flag needs an argument: --${name}`, command)
    put(found, value)
  }
}

function readShort(word: string, left: string[], { known, command, put }: Reading): void {
  for (let at = 1; at < word.length; at++) {
    const letter = word[at]
    const found = known.find(({ short }) => short === letter)
    if (found === undefined) throw misused(`unknown shorthand flag: '${letter}' in ${word}`, command)
    const rest = word.slice(at + 1)
    const bare = bareOf(found)
    if (rest.startsWith('=')) {
      put(found, rest.slice(1))
      return
    }
    if (bare !== undefined) {
      put(found, bare)
      continue
    }
    const value = rest === '' ? left.shift() : rest
    if (value === undefined) throw misused(`flag needs an argument: '${letter}' in ${word}`, command)
    put(found, value)
    return
  }
}

const bareOf = ({ kind, bare }: Flag): string | undefined => (kind === 'bool' ? 'true' : bare)

const misused = (message: string, command: string): KubectlError =>
  new KubectlError(`${message}\nSee 'kubectl${command === '' ? '' : ` ${command}`} --help' for usage.`)

function check(name: string, kind: Flag['kind'], value: string, command: string): void {
  const why = wrong(kind, value)
  if (why !== undefined)
    throw misused(`invalid argument ${JSON.stringify(value)} for "--${name}" flag: ${why}`, command)
}

function wrong(kind: Flag['kind'], value: string): string | undefined {
  const parsing = (what: string): string =>
    `strconv.${what}: parsing ${JSON.stringify(value)}: invalid syntax`
  if (kind === 'bool' && !/^(true|false|1|0|t|f|T|F|TRUE|FALSE|True|False)$/.test(value))
    return parsing('ParseBool')
  if (kind === 'int' && !/^[-+]?\d+$/.test(value)) return parsing('ParseInt')
  if (kind === 'duration' && durationMs(value) === undefined)
    return `time: invalid duration ${JSON.stringify(value)}`
  return undefined
}

function flagsOf(
  args: readonly string[],
  dash: number,
  values: ReadonlyMap<string, readonly string[]>,
): Flags {
  const last = (name: string): string | undefined => values.get(name)?.at(-1)
  const map = <T>(name: string, as: (value: string) => T): T | undefined => {
    const value = last(name)
    return value === undefined ? undefined : as(value)
  }
  return {
    args,
    dash,
    has: (name) => values.has(name),
    on: (name, otherwise = false) => map(name, (value) => /^(t|1)/i.test(value)) ?? otherwise,
    text: last,
    all: (name) => values.get(name) ?? [],
    int: (name) => map(name, Number),
    duration: (name) => map(name, durationMs),
  }
}

const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
}

/** A duration as Go's time.ParseDuration reads it, in ms; `undefined` for what it does not take. */
export function durationMs(text: string): number | undefined {
  const [, sign = '', body = ''] = /^([-+]?)(.*)$/.exec(text) ?? []
  if (body === '0') return 0
  if (!/^(\d+\.?\d*(h|ms|m|s|us|µs|ns))+$/.test(body)) return undefined
  let sum = 0
  for (const [, number, unit] of body.matchAll(/(\d+\.?\d*)(h|ms|m|s|us|µs|ns)/g))
    sum += Number(number) * (unitMs[unit ?? ''] ?? 0)
  return sign === '-' ? -sum : sum
}
