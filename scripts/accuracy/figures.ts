/** What all cases together come to: figures, goals and the report. */
import { modes } from '#failures/generated/detectors.ts'
import type { Scored } from './score.ts'

interface Figures {
  readonly cases: number
  readonly rightFirst: number
  readonly rightInThree: number
  readonly undecided: number
  /** Right in three, or undecided and asking for the missing fact first. */
  readonly rightOrAsks: number
  readonly confidentlyWrong: number
}

const figures = (scored: readonly Scored[]): Figures => {
  const count = (key: 'rightFirst' | 'rightInThree' | 'undecided' | 'confidentlyWrong'): number =>
    scored.filter((one) => one[key]).length
  return {
    cases: scored.length,
    rightFirst: count('rightFirst'),
    rightInThree: count('rightInThree'),
    undecided: count('undecided'),
    rightOrAsks: scored.filter((one) => one.rightInThree || one.asksRight).length,
    confidentlyWrong: count('confidentlyWrong'),
  }
}

const grouped = (
  scored: readonly Scored[],
  key: 'mode' | 'decidability',
): Readonly<Record<string, Figures>> =>
  Object.fromEntries(
    [...Map.groupBy(scored, (one) => one[key])]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, own]) => [name, figures(own)]),
  )

/** All figures, and the cases that they are of, as data. */
export const summary = (scored: readonly Scored[]) => ({
  modesKnown: modes.map(({ id }) => id),
  all: figures(scored),
  byDecidability: grouped(scored, 'decidability'),
  byMode: grouped(scored, 'mode'),
  cases: scored,
})

/** What the figures must reach, and whether they do. */
export function goals(
  scored: readonly Scored[],
): readonly { readonly says: string; readonly met: boolean }[] {
  const decidable = scored.filter(({ decidability }) => decidability === 'D')
  const goal = (
    what: string,
    of: readonly Scored[],
    count: number,
    { atLeast, atMost }: { readonly atLeast?: number; readonly atMost?: number },
  ) => {
    const percent = of.length === 0 ? 0 : (100 * count) / of.length
    const met = percent >= (atLeast ?? 0) && percent <= (atMost ?? 100)
    const bound = atLeast === undefined ? `≤ ${atMost} %` : `≥ ${atLeast} %`
    return { says: `${what}: ${percent.toFixed(1)} % (${count} of ${of.length}), goal ${bound}`, met }
  }
  const [all, d] = [figures(scored), figures(decidable)]
  return [
    goal('decidable, right first', decidable, d.rightFirst, { atLeast: 92 }),
    goal('decidable, right in three', decidable, d.rightInThree, { atLeast: 97 }),
    goal('all, right first', scored, all.rightFirst, { atLeast: 75 }),
    goal('all, right in three or undecided with the right question', scored, all.rightOrAsks, {
      atLeast: 92,
    }),
    goal('all, wrong at confirmed', scored, all.confidentlyWrong, { atMost: 2 }),
  ]
}

/** The same as a table for people, with the goals and with what was missed. */
export function report(scored: readonly Scored[]): string {
  const { all, byDecidability, byMode, modesKnown } = summary(scored)
  const width = Math.max(...Object.keys(byMode).map((name) => name.length), 'decidability'.length)
  const known = new Set(modesKnown)
  const row = (name: string, own: Figures, mark = ' '): string =>
    [
      `${mark} ${name.padEnd(width)}`,
      ...cells(own).map((cell, at) => cell.padStart(head[at]?.length ?? 0)),
    ].join('  ')
  return [
    `${all.cases} cases with a known cause and posted evidence; the engine knows ${known.size} modes (marked *)`,
    '',
    `  ${''.padEnd(width)}  ${head.join('  ')}`,
    row('all', all),
    '',
    'by decidability (D: the text shows the mechanism; F: only a remark does; S: another mode reads the same; N: nothing; L: another label)',
    ...Object.entries(byDecidability).map(([name, own]) => row(name, own)),
    '',
    'by mode',
    ...Object.entries(byMode).map(([name, own]) => row(name, own, known.has(name) ? '*' : ' ')),
    '',
    'goals',
    ...goals(scored).map(({ says, met }) => `  ${met ? 'met   ' : 'MISSED'}  ${says}`),
    ...missed(scored),
    '',
  ].join('\n')
}

const head = ['cases', 'right first', 'in three', 'undecided', 'right or asks', 'confidently wrong']

const cells = ({ cases, rightFirst, rightInThree, undecided, rightOrAsks, confidentlyWrong }: Figures) =>
  [cases, rightFirst, rightInThree, undecided, rightOrAsks, confidentlyWrong].map((value, at) =>
    share(value, cases, at),
  )

function missed(scored: readonly Scored[]): readonly string[] {
  const line = ({ id, mode, decidability, answers }: Scored): string =>
    `  ${id} ${decidability}: ${answers.map((one) => `${one.id} (${one.confidence})`).join(', ') || 'nothing'} instead of ${mode}`
  const wrong = scored.filter((one) => one.confidentlyWrong)
  const notFirst = scored.filter((one) => !one.rightFirst && !one.confidentlyWrong)
  return [
    ...(wrong.length === 0 ? [] : ['', 'confidently wrong:', ...wrong.map(line)]),
    ...(notFirst.length === 0 ? [] : ['', 'not first:', ...notFirst.map(line)]),
  ]
}

/** The first column is a count, the others counts with their share. */
const share = (value: number, of: number, column: number): string =>
  column === 0 ? String(value) : `${value} ${of === 0 ? '' : `(${Math.round((100 * value) / of)} %)`}`
