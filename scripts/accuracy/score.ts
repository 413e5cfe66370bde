/** Scores of cases with a known cause: what the text source and the engine make of the words that were posted. */
import { z } from 'zod'
import { diagnose } from '#diagnosis/diagnose.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import { modes } from '#failures/generated/detectors.ts'
import { readText } from '#sources/text/index.ts'

const caseShape = z.object({
  id: z.string(),
  failureMode: z.string(),
  causeBasis: z.string(),
  evidence: z.array(z.object({ text: z.string(), basis: z.string() })),
})
type Case = z.infer<typeof caseShape>

/**
 * What the text of a case can tell, as a reader judged each of them. `D` (every other case): it shows the mechanism.
 * `F`: only the poster's own fix or remark gives it away. `S`: another mode gives the same text. `N`: nothing in it points to the
 * mode. `L`: it shows another mode than the label.
 */
const undecidable: Readonly<Record<string, readonly number[]>> = {
  F: [17, 21, 83, 103, 166, 194, 203],
  S: [7, 126, 182, 30, 37, 49, 23, 74, 80, 154, 155, 175, 177, 185, 207],
  N: [143, 163, 24, 27, 22, 189],
  L: [18, 34],
}

export interface Scored {
  readonly id: string
  readonly mode: string
  readonly decidability: string
  readonly verdict: Diagnosis['verdict']
  readonly answers: readonly { readonly id: string; readonly confidence: string }[]
  readonly rightFirst: boolean
  readonly rightInThree: boolean
  readonly undecided: boolean
  /** Another mode than the label, at `confirmed`. */
  readonly confidentlyWrong: boolean
}

/** The cases of a file of JSON lines that count. Throws on a line that is no case. */
export const usableCases = (text: string): readonly Case[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => caseShape.parse(JSON.parse(line)))
    .filter(({ causeBasis }) => causeBasis === 'confirmed' || causeBasis === 'message')
    .filter(({ evidence }) => evidence.some(({ basis }) => basis === 'posted'))

/** @param nowMs stands for the time of texts that hold none */
export function score({ id, failureMode, evidence }: Case, nowMs: number): Scored {
  const text = evidence.map((piece) => piece.text).join('\n\n')
  const { facts } = readText([{ name: id, text }], { nowMs })
  const { verdict, causes } = diagnose(facts, modes)
  const answers = causes.map((cause) => ({ id: cause.mode.id, confidence: cause.confidence }))
  return {
    id,
    mode: failureMode,
    decidability: decidabilityOf(id),
    verdict,
    answers,
    rightFirst: answers[0]?.id === failureMode,
    rightInThree: answers.slice(0, 3).some((answer) => answer.id === failureMode),
    undecided: verdict === 'undecided',
    confidentlyWrong: answers.some(
      (answer) => answer.confidence === 'confirmed' && answer.id !== failureMode,
    ),
  }
}

function decidabilityOf(id: string): string {
  const number = Number(id.replace(/^\D+/, ''))
  return Object.keys(undecidable).find((key) => undecidable[key]?.includes(number)) ?? 'D'
}

// ------------------------------------------------------------------------------------------ figures

interface Figures {
  readonly cases: number
  readonly rightFirst: number
  readonly rightInThree: number
  readonly undecided: number
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

export const summary = (scored: readonly Scored[]) => ({
  modesKnown: modes.map(({ id }) => id),
  all: figures(scored),
  byDecidability: grouped(scored, 'decidability'),
  byMode: grouped(scored, 'mode'),
  cases: scored,
})

export function report(scored: readonly Scored[]): string {
  const { all, byDecidability, byMode, modesKnown } = summary(scored)
  const width = Math.max(...Object.keys(byMode).map((name) => name.length), 'decidability'.length)
  const known = new Set(modesKnown)
  const head = ['cases', 'right first', 'in three', 'undecided', 'confidently wrong']
  const row = (name: string, { cases, ...rest }: Figures, mark = ' '): string =>
    [
      `${mark} ${name.padEnd(width)}`,
      ...[cases, ...Object.values(rest)].map((value, at) =>
        share(value, cases, at).padStart(head[at]?.length ?? 0),
      ),
    ].join('  ')
  const wrong = scored.filter((one) => one.confidentlyWrong)
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
    ...(wrong.length === 0 ? [] : ['', 'confidently wrong:']),
    ...wrong.map(
      (one) => `  ${one.id}: ${one.answers.map(({ id }) => id).join(', ')} instead of ${one.mode}`,
    ),
    '',
  ].join('\n')
}

/** The first column is a count, the others counts with their share. */
const share = (value: number, of: number, column: number): string =>
  column === 0 ? String(value) : `${value} ${of === 0 ? '' : `(${Math.round((100 * value) / of)} %)`}`
