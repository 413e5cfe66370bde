/** A drill that was played, as a file: what was decided and when, from which it can be played again to the same score. */

import { z } from 'zod'
import { parsedJson } from '#base/json.ts'
import { Trouble } from '#base/trouble.ts'
import type { Outcome } from '#drill/measure/outcome.ts'
import { type Noted, notedShape } from '#drill/play/journal.ts'
import type { Move } from '#drill/play/types.ts'
import type { Score } from '#drill/score/score.ts'

export const recordFormat = 'ninelives-drill/1'

const thoughtMs = z.number().nonnegative()

const moves = z.array(
  z.discriminatedUnion('move', [
    z.object({ move: z.literal('choose'), letter: z.string(), thoughtMs }),
    z.object({ move: z.literal('act'), number: z.int(), thoughtMs }),
    z.object({ move: z.literal('close'), thoughtMs }),
  ]),
)

const afterMs = z.number()

const outcome = z.object({
  closedAfterMs: afterMs,
  diagnosedAfterMs: afterMs.optional(),
  mitigatedAfterMs: afterMs.optional(),
  repairedAfterMs: afterMs.optional(),
  requests: z.int(),
  lost: z.int(),
  hints: z.int(),
  rounds: z.array(z.object({ round: z.int(), title: z.string(), wrong: z.array(z.string()) })),
  evidence: z.array(z.object({ what: z.string(), state: z.enum(['open', 'seen', 'destroyed']) })),
})

/** Of a game in free hands. `lab`: the file of the lab's history, beside the record. */
const handsOn = z.object({
  lab: z.string().regex(/^[\w.-]+$/),
  noted: notedShape,
  commands: z.array(z.object({ afterMs, line: z.string() })),
  /** Why it cannot be played again; where it can be, nothing. */
  unrepeatable: z.string().optional(),
})

/** A game that was left: what leads back to where it was. */
const begunShape = z.object({
  format: z.literal(recordFormat),
  drill: z.string(),
  title: z.string(),
  /** Of the scenario's text: another text is another drill. */
  digest: z.string(),
  /** Of the order in which choices were shown. */
  seed: z.string(),
  moves,
  handsOn: handsOn.pick({ lab: true, noted: true }).optional(),
})

const shape = begunShape.extend({
  version: z.string(),
  endedAt: z.iso.datetime(),
  who: z.string(),
  outcome: outcome.optional(),
  handsOn: handsOn.optional(),
  score: z.object({
    points: z.number(),
    parts: z.array(z.object({ title: z.string(), of: z.number(), points: z.number(), why: z.string() })),
  }),
})

export interface BegunDrill {
  readonly format: typeof recordFormat
  readonly drill: string
  readonly title: string
  readonly digest: string
  readonly seed: string
  /** None in free hands. */
  readonly moves: readonly Move[]
  /** Only of a game in free hands. */
  readonly handsOn?: LeftLab | undefined
}

export interface LeftLab {
  /** The name of the file in which the lab's history is. */
  readonly lab: string
  readonly noted: Noted
}

export interface DrillRecord extends Omit<BegunDrill, 'handsOn'> {
  readonly version: string
  readonly endedAt: string
  readonly who: string
  readonly score: Score
  /** Older records have none. */
  readonly outcome?: Outcome | undefined
  readonly handsOn?: HandsOnRecord | undefined
}

export interface HandsOnRecord extends LeftLab {
  /** What was done, at the prompt and elsewhere; counted from the page. */
  readonly commands: readonly { readonly afterMs: number; readonly line: string }[]
  readonly unrepeatable?: string | undefined
}

/** Throws {@link Trouble} for a text that is no record. */
export const readRecord = (text: string, file: string): DrillRecord => checked(shape, text, file)

/** The same for a game that was left. */
export const readBegun = (text: string, file: string): BegunDrill => checked(begunShape, text, file)

function checked<T>(by: z.ZodType<T>, text: string, file: string): T {
  const parsed = by.safeParse(parsedJson(text))
  if (parsed.success) return parsed.data
  const [first] = parsed.error.issues
  const place =
    first === undefined || first.path.length === 0 ? '' : `: ${first.path.join('.')}: ${first.message}`
  throw new Trouble('not-a-record', `${file} is no record of a drill${place}`, {
    hint: 'drill play keeps one of each game; drill report names them',
  })
}
