/** What a game in free hands leaves: the lab's history, and what only the game noted. From it the game is gone on with, and judged again. */
import { z } from 'zod'
import type { EvidenceState } from '#drill/measure/evidence.ts'
import type { Extent } from '#drill/measure/extent.ts'
import type { LabHistory, LabMoment } from '#lab/history.ts'

const whole = z.int().nonnegative()

const evidenceState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('open') }),
  z.object({ state: z.literal('seen'), atMs: z.number() }),
  z.object({ state: z.literal('destroyed'), atMs: z.number(), by: z.string() }),
])

/** Of a record: what the lab's history does not tell. */
export const notedShape = z.object({
  /** The place of the page in the history: the incident left alone goes on from there. */
  page: z.object({
    inputs: whole,
    end: z.object({ atMs: z.number(), ran: whole, revision: whole }),
  }),
  struckAtMs: z.number(),
  hints: whole,
  /** Inputs of the history that the drill itself made. */
  own: z.array(whole),
  /** Typed at the drill's own prompt. */
  typed: z.array(
    z.object({
      typed: z.string(),
      atMs: z.number(),
      endMs: z.number(),
      output: z.string(),
      code: z.int(),
    }),
  ),
  evidence: z.array(evidenceState),
  /** Of each evidence the command that showed it at the page. */
  asks: z.array(z.string()),
  moments: z.array(z.object({ atMs: z.number(), well: z.boolean() })),
  extents: z.array(z.object({ atMs: z.number(), podsNotReady: whole, nodesCutOff: whole })),
})

export interface Noted {
  readonly page: PagePlace
  readonly struckAtMs: number
  readonly hints: number
  readonly own: readonly number[]
  readonly typed: readonly Typed[]
  readonly evidence: readonly EvidenceState[]
  readonly asks: readonly string[]
  readonly moments: readonly { readonly atMs: number; readonly well: boolean }[]
  readonly extents: readonly Extent[]
}

export interface PagePlace {
  readonly inputs: number
  readonly end: LabMoment & { readonly revision: number }
}

export interface Typed {
  readonly typed: string
  readonly atMs: number
  readonly endMs: number
  readonly output: string
  readonly code: number
}

export interface Journal {
  readonly history: LabHistory
  readonly noted: Noted
}

/** The history up to the page. */
export const untilPage = ({ history, noted: { page } }: Journal): LabHistory => ({
  options: history.options,
  inputs: history.inputs.slice(0, page.inputs),
  end: page.end,
})

export const placeOf = ({ inputs, end }: LabHistory): PagePlace => ({ inputs: inputs.length, end })

/** Of notes that repeat themselves, the first and the last of each run. */
export const runsOf = <T>(all: readonly T[], alike: (a: T, b: T) => boolean): readonly T[] =>
  all.filter((each, at) => {
    const [before, after] = [all[at - 1], all[at + 1]]
    return before === undefined || after === undefined || !alike(before, each) || !alike(each, after)
  })
