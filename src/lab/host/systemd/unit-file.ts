/** One assignment of a unit file, in the order of reading (drop-ins come later). */
export interface Setting {
  readonly section: string
  readonly key: string
  readonly value: string
}

/** Parses the text of a unit file or drop-in (systemd.syntax(7)): sections, comments, lines continued by a backslash. */
export function parseUnitFile(text: string): Setting[] {
  const settings: Setting[] = []
  let section = ''
  for (const line of joined(text)) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    const heading = /^\[(.+)\]$/.exec(trimmed)
    if (heading?.[1] !== undefined) section = heading[1]
    const equals = trimmed.indexOf('=')
    if (heading !== null || equals < 0) continue
    settings.push({ section, key: trimmed.slice(0, equals).trim(), value: trimmed.slice(equals + 1).trim() })
  }
  return settings
}

const joined = (text: string): string[] => text.replaceAll(/\\\n/g, ' ').split('\n')

/** All values of a list setting. An empty assignment forgets what came before it. */
export function valuesOf(settings: readonly Setting[], section: string, key: string): string[] {
  let values: string[] = []
  for (const each of settings) {
    if (each.section !== section || each.key !== key) continue
    if (each.value === '') values = []
    else values.push(each.value)
  }
  return values
}

export const lastValue = (settings: readonly Setting[], section: string, key: string): string | undefined =>
  valuesOf(settings, section, key).at(-1)

/** Splits a command line or a list of assignments into words; quotes group, a backslash escapes. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string
    if (quote !== '' && c === quote) quote = ''
    else if (c === '\\' && quote !== "'" && i + 1 < text.length) word = (word ?? '') + text[++i]
    else if (quote === '' && (c === '"' || c === "'")) {
      quote = c
      word ??= ''
    } else if (quote === '' && /\s/.test(c)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (word !== undefined) words.push(word)
  return words
}

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
}

/** A time span as systemd writes it (`90`, `1min 30s`, `infinity`), in ms; `undefined` when it is none. */
export function timeSpanMs(text: string): number | undefined {
  if (text === 'infinity') return Number.POSITIVE_INFINITY
  let total = 0
  let rest = text.trim()
  if (rest === '') return undefined
  while (rest !== '') {
    const [whole, amount, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)\s*/.exec(rest) ?? []
    const factor = unit === '' ? 1000 : unitMs[unit?.replace(/(?<=..)s$/, '') ?? '']
    if (whole === undefined || factor === undefined) return undefined
    total += Number(amount) * factor
    rest = rest.slice(whole.length)
  }
  return total
}
