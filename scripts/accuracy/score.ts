/** Scores of cases with a known cause: what the text source and the engine make of the words that were posted. */
import { z } from 'zod'
import { diagnoseComplaint } from '#app/diagnose.ts'
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

/**
 * Of texts that do not decide: the fact that is missing, as a reader judged it, and which commands would show it. A diagnosis
 * that asks for it first has understood as much as there is to understand.
 */
const missingFact: Readonly<Record<number, RegExp>> = {
  7: /get nodes|describe node|node status|\b179\b/,
  18: /nft list|firewall/,
  22: /logs .*calico-node|ippool/,
  23: /get nodes|ipam (?:show|check)/,
  24: /logs .*calico-node|ipam show/,
  27: /logs .*calico-node|get nodes|ippool/,
  30: /calicoctl get nodes|ip route/,
  37: /endpoints|bpfEnabled|felixconfiguration/i,
  49: /logs .*calico-node|lsmod/,
  74: /\/etc\/cni\/net\.d/,
  80: /tcpdump|felixconfiguration|FELIX_VXLANPORT/i,
  126: /get nodes|describe node|node status|\b179\b/,
  143: /wireguard|wg show|\b5473\b/i,
  154: /uname|get nodes/,
  155: /version/,
  163: /logs .*calico-node|felixconfiguration|iptables/i,
  177: /\b6443\b|\b443\b|kube-proxy/,
  182: /get nodes|describe node|node status|\b179\b/,
  185: /ip route|ippool/,
  189: /version/,
  207: /ippool|get nodes/,
}

/** Two modes that are both true of one case: naming the other one is not wrong. */
const alsoTrue: Readonly<Record<number, string>> = {
  5: 'node-ip-wrong-interface',
  34: 'bgp-port-in-use',
  155: 'ippool-misconfigured',
  175: 'node-name-mismatch',
}

export interface Scored {
  readonly id: string
  readonly mode: string
  readonly decidability: string
  readonly verdict: Diagnosis['verdict']
  readonly answers: readonly { readonly id: string; readonly confidence: string }[]
  readonly next: readonly string[]
  readonly rightFirst: boolean
  readonly rightInThree: boolean
  readonly undecided: boolean
  /** Undecided, and the first command that it asks for shows the fact that is missing. */
  readonly asksRight: boolean
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
  const { verdict, causes, next } = diagnoseComplaint(facts, modes, text)
  const answers = [
    ...new Map(
      causes.map((cause) => [cause.mode.id, { id: cause.mode.id, confidence: cause.confidence }]),
    ).values(),
  ]
  const number = Number(id.replace(/^\D+/, ''))
  const undecided = verdict === 'undecided'
  return {
    id,
    mode: failureMode,
    decidability: decidabilityOf(number),
    verdict,
    answers,
    next: next.map(({ command }) => command),
    rightFirst: answers[0]?.id === failureMode,
    rightInThree: answers.slice(0, 3).some((answer) => answer.id === failureMode),
    undecided,
    asksRight: undecided && missingFact[number]?.test(next[0]?.command ?? '') === true,
    confidentlyWrong: answers.some(
      (answer) =>
        answer.confidence === 'confirmed' && answer.id !== failureMode && answer.id !== alsoTrue[number],
    ),
  }
}

const decidabilityOf = (number: number): string =>
  Object.keys(undecidable).find((key) => undecidable[key]?.includes(number)) ?? 'D'

// ------------------------------------------------------------------------------------------ figures

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
