/** Symptoms that programs tell in words: what an operator sees when one of these lines is printed. */
import type { Fact, Facts, Reads } from '#cluster/facts.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { Question } from '#cluster/questions.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { isStillSo } from '#cluster/symptoms/bird-not-running.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

/**
 * One symptom per place, told by its newest line. A line of a calico-node that is ready by now is past.
 *
 * @param messages ids of the catalogue
 * @param only of these, which rows count: a general message may be of anybody
 * @param endedBy messages that say it is over, when they come later
 */
export function fromMessages(o: {
  readonly id: string
  readonly title: string
  readonly messages: readonly string[]
  readonly only?: (facts: Reads<'pods'>, row: Fact<MessageRow>) => boolean
  readonly endedBy?: readonly string[]
  readonly questions: (symptom: Symptom, facts: Facts) => readonly Question[]
}): SymptomEntry<'pods' | 'messages'> {
  const ids = new Set(o.messages)
  return {
    id: o.id,
    title: o.title,
    reads: ['pods', 'messages'],
    see: (facts) => {
      const symptoms = facts
        .rows('messages')
        .filter((row) => ids.has(row.message.id) && (o.only?.(facts, row) ?? true))
        .map(
          (row): Symptom => ({
            id: o.id,
            about: placeOfMessage(facts, row),
            says: row.from.quote ?? row.message.id,
            from: row.from,
            when: isStillSo(facts, row) && !isOver(facts, row.atMs, o.endedBy ?? []) ? 'now' : 'past',
          }),
        )
      const newestLast = symptoms.toSorted(
        (a, b) =>
          Number(a.when === 'now') - Number(b.when === 'now') || (a.from.atMs ?? 0) - (b.from.atMs ?? 0),
      )
      return [...new Map(newestLast.map((one) => [renderSubject(one.about), one])).values()]
    },
    questions: o.questions,
  }
}

const isOver = (facts: Reads<'messages'>, atMs: number | undefined, ends: readonly string[]): boolean =>
  atMs !== undefined &&
  facts
    .rows('messages')
    .some((row) => ends.includes(row.message.id) && row.atMs !== undefined && row.atMs > atMs)
