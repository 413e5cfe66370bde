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
