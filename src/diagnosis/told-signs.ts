/** Signs that people give: what they tried, and what they say. Never more than strong. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { AttemptAct, AttemptRow, RemarkSays } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/** What it says where the act cured: strong; where it changed nothing, the same words speak against. Or a judgement of its own. */
export type AttemptMeaning =
  | string
  | ((row: Fact<AttemptRow>) => readonly ['strong' | 'weak' | 'against', string] | undefined)

/** The signs that attempts are, by act. */
export const attemptSigns = (
  view: Reads<'attempts'>,
  table: Partial<Readonly<Record<AttemptAct, AttemptMeaning>>>,
): readonly Sign[] =>
  view.rows('attempts').flatMap((row) => {
    const meaning = table[row.act]
    const told = typeof meaning === 'string' ? ofOutcome(row, meaning) : meaning?.(row)
    return told === undefined ? [] : [sign(row, told[0], told[1])]
  })

/** Cured: strong. No change, although it would have taken this cause away: against. */
export const ofOutcome = (
  { outcome }: AttemptRow,
  says: string,
): readonly ['strong' | 'against', string] | undefined =>
  outcome === 'cured'
    ? ['strong', `${says}: it cured`]
    : outcome === 'no-change'
      ? ['against', `${says}: it changed nothing`]
      : undefined

/** The signs that remarks are. */
export const remarkSigns = (
  view: Reads<'remarks'>,
  table: Partial<Readonly<Record<RemarkSays, readonly ['strong' | 'weak' | 'against', string]>>>,
): readonly Sign[] =>
  view.rows('remarks').flatMap((row) => {
    const meaning = table[row.says]
    return meaning === undefined ? [] : [sign(row, meaning[0], meaning[1])]
  })

/** What was set to cure it speaks for the time after; it does not count against the trouble that is told of. */
export const beforeCure = (tried: readonly Sign[], facts: readonly Sign[]): readonly Sign[] =>
  tried.some(({ weight }) => weight === 'strong') ? facts.filter(({ weight }) => weight !== 'against') : facts

/** What people merely say fits many causes: it counts beside something that points at this one, or where it is strong. */
export const besideFacts = (facts: readonly Sign[], told: readonly Sign[]): readonly Sign[] =>
  facts.some(({ weight }) => weight !== 'against') || told.some(({ weight }) => weight === 'strong')
    ? [...facts, ...told]
    : []
