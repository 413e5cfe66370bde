/** Times that people write down: which they state, and which are stated as lost. */
import type { Duration, Figure } from '#drill/replay/types.ts'

const counts: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  'half an': 0.5,
}
const count = String.raw`\d{1,6}(?:\.\d{1,3})?|half an|an?|one|two|three|four|five|six|seven|eight|nine|ten`
const unit = 'seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|weeks?'

/** `3x ~5 minutes`, `60+ minutes`, `30-second`, `2 to 3 hours`, `1.5h`. */
const time = new RegExp(
  String.raw`(?:\b(?<times>\d{1,3}) ?[x×] ?)?(?<about>~ ?|(?:about|around|roughly|nearly|up to|approx\.?|approximately) )?(?<open>(?:over|more than|at least) )?(?<![\d.:/])\b(?<count>${count})(?<more>\+)?(?<range> ?(?:-|–|to) ?\d{1,6}\+?)?[ -]?(?<unit>${unit})\b(?<plus>\+)?`,
  'gi',
)

/** An author's figure; its amount is what the words state before their first parenthesis, if that is one time. */
export function figureOf(words: string): Figure {
  const amount = amountOf(words.split('(')[0] as string)
  return amount === undefined ? { words } : { words, amount }
}

function amountOf(head: string): Duration | undefined {
  // What comes and goes, or depends, has no one length.
  if (/\b(?:intermittent|varies|varying|depends?|unknown|each|every|per)\b/i.test(head)) return undefined
  if (/^\s*(?:0|zero|none|no downtime)\s*(?:$|[,;:.—–-]\s)/i.test(head)) return minutes(0)

  const found = [...head.matchAll(time)]
  const [first] = found
  if (first === undefined || !addUp(head, found)) return undefined
  const terms = found.map(termOf)
  const sum = terms.reduce((sofar, each) => sofar + each.seconds, 0)
  const smallest = terms.reduce((a, b) => (a.per < b.per ? a : b))
  const after = head.slice((found.at(-1)?.index ?? 0) + (found.at(-1)?.[0].length ?? 0))
  return {
    value: Math.round((sum / smallest.per) * 1000) / 1000,
    unit: smallest.unit,
    atLeast: terms.some((each) => each.atLeast) || /^\s*(?:\+|or more\b)/.test(after),
    about: terms.some((each) => each.about),
  }
}

const minutes = (value: number): Duration => ({ value, unit: 'minutes', atLeast: false, about: false })

/** One time, or several with a plus between them, or `1 hour 30 minutes`. */
function addUp(head: string, found: readonly RegExpExecArray[]): boolean {
  return found.slice(1).every((each, at) => {
    const before = found[at] as RegExpExecArray
    const between = head.slice(before.index + before[0].length, each.index)
    return /^(?: ?,? ?| and )$|\+\s*$/.test(between)
  })
}

function termOf({ groups = {} }: RegExpExecArray): {
  readonly seconds: number
  readonly per: number
  readonly unit: Duration['unit']
  readonly atLeast: boolean
  readonly about: boolean
} {
  const [name, per] = unitOf(groups.unit as string)
  const each = counts[(groups.count as string).toLowerCase()] ?? Number(groups.count)
  const week = /^w/i.test(groups.unit as string) ? 7 : 1
  return {
    seconds: each * per * week * Number(groups.times ?? 1),
    per,
    unit: name,
    atLeast: [groups.more, groups.plus, groups.open, groups.range].some((mark) => mark !== undefined),
    about: groups.about !== undefined,
  }
}

function unitOf(word: string): readonly [Duration['unit'], number] {
  if (/^s/i.test(word)) return ['seconds', 1]
  if (/^m/i.test(word)) return ['minutes', 60]
  return /^h/i.test(word) ? ['hours', 3600] : ['days', 86_400]
}

const lostTime = String.raw`(?:~ ?|about |around |another |a further |an extra )*(?<!\d)(?<count>${count})\+?[ -]?(?<unit>minutes?|mins?|hours?|hrs?)\b`
const between = String.raw`(?: (?!(?:for|over|within|every|in|during|after)\b)[\w'-]+){0,3}?`

const losses = [
  // 10 minutes wasted; a 25-minute flash cycle wasted; 20 minutes down the drain
  new RegExp(
    String.raw`\b${lostTime}${between} (?:wasted|lost|gone|burned|spent|down the drain|of delay)\b`,
    'gi',
  ),
  // wastes 15 minutes; costs you another 20 minutes; sets you back an hour; adds 5 minutes
  new RegExp(
    String.raw`\b(?:wast(?:es?|ed|ing)|los(?:es?|t|ing)|costs?|costing|burn(?:s|ed|ing)?|spen(?:ds?|t)|delay(?:s|ed)?|adds?|adding|set(?:s|ting)?|back)${between} ${lostTime}`,
    'gi',
  ),
  // leads to Round 2 after 8 minutes; you get to Round 3 20 minutes later
  new RegExp(String.raw`\bround \d+,?(?: but)?(?: only)? after ${lostTime}`, 'gi'),
  new RegExp(String.raw`\bround \d+,? ${lostTime} later\b`, 'gi'),
]

/** Minutes that a result says were lost; absent where it states none. Seconds are told of systems, not of time lost. */
export function minutesLostIn(result: string): number | undefined {
  const found = new Map<number, number>() // where it ends: phrases overlap
  for (const match of losses.flatMap((loss) => [...result.matchAll(loss)])) {
    const { count: many = '', unit: each = '' } = match.groups ?? {}
    const value = counts[many.toLowerCase()] ?? Number(many)
    found.set(
      match.index + match[0].search(new RegExp(String.raw`(?<!\d)${many}\+?[ -]?${each}`, 'i')),
      value * (/^h/i.test(each) ? 60 : 1),
    )
  }
  return found.size === 0 ? undefined : [...found.values()].reduce((sum, each) => sum + each, 0)
}
