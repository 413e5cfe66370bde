/** What the readers of the single formats have in common. */
import type { Provenance, Subject } from '#cluster/facts.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import type { TextLine } from '#sources/text/lines.ts'

/** One format. Pure: the scanner asks each in turn from which on it can read. */
export interface Reader {
  /**
   * Reads from line `at` on; undefined when the format does not start there. Looks ahead only over lines that it then
   * takes (or a few more), so that a whole text costs one pass.
   */
  read(source: Source, at: number, scope: Scope): Taken | undefined
}

export interface Source {
  readonly name: string
  readonly lines: readonly TextLine[]
  /** The moment that ages (`31m`) count back from. */
  readonly atMs: number
}

/** What is known of the lines to come, from prompts, headings and objects that were named before. */
export interface Scope {
  /** The command that a prompt showed, as typed. */
  readonly command?: string
  readonly node?: string
  /** Which words named the node: shown to the user. */
  readonly nodeFrom?: string
  readonly pod?: { readonly namespace: string; readonly name: string }
  readonly container?: string
  readonly namespace?: string
  /** The object that a describe speaks of. */
  readonly object?: { readonly kind: string; readonly namespace?: string; readonly name: string }
  /** The file that `cat` showed, or the folder that `ls` listed. */
  readonly path?: string
}

export interface Taken {
  /** How many lines, from the first on; at least one. */
  readonly lines: number
  /** What it was taken for: `conditions of a node`. */
  readonly format: string
  readonly rows: readonly ReadRow[]
  readonly covered?: readonly ReadCoverage[]
  readonly about?: Subject
  /** Lines among these that said nothing to the reader. */
  readonly notUnderstood?: number
  /** What the following lines may rely on, instead of what was known before. */
  readonly scope?: Scope
}

/** Where a row was read. */
export function place(
  source: Source,
  at: number,
  scope: Scope,
  o: { readonly quote?: string; readonly atMs?: number } = {},
): Provenance {
  const line = source.lines[at]
  const quote = (o.quote ?? line?.text ?? '').trim()
  return {
    source: `${source.name}, line ${line?.number ?? at + 1}`,
    quote: quote.length > quoteMax ? `${quote.slice(0, quoteMax)}…` : quote,
    ...(scope.command !== undefined && { command: scope.command }),
    ...(o.atMs !== undefined && { atMs: o.atMs }),
  }
}

const quoteMax = 400

/** The scope's node; where only a pod of it is known, a mark that is resolved when all pods have been read. */
export const nodeOrPod = ({ node, pod }: Scope): string =>
  node ?? (pod === undefined ? '' : `${podMark}${pod.name}`)

/** No node's name has a colon. */
export const podMark = 'pod:'

/** Milliseconds of a kubectl age: `31m`, `2d3h`, `4m30s`, `3y20d`; undefined for anything else. */
export function ageMs(text: string): number | undefined {
  if (!/^(?:\d{1,6}[smhdy]){1,4}$/.test(text)) return undefined
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdy])/g))
    sum += Number(count) * (units[unit ?? 's'] ?? 0)
  return sum
}

const units: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 365 * 86_400_000,
}

export const calicoComponentOf = (podName: string) =>
  (['calico-node', 'calico-typha', 'calico-kube-controllers', 'tigera-operator'] as const).find(
    (component) => podName === component || podName.startsWith(`${component}-`),
  )
