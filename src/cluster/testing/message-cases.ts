import { describe, expect, test } from 'vitest'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { peel } from '#cluster/messages/log-line.ts'
import type { MessageEntry } from '#cluster/messages.ts'

/** A line in which an entry is found, and exactly what is read out of it. */
export type MessageCase = readonly [id: string, line: string, params: Record<string, string>]

export interface MessageCases {
  /** Lines as a program's logger wrote them, with its envelope. */
  readonly logLines?: readonly MessageCase[]
  /** Lines without one. */
  readonly texts?: readonly MessageCase[]
  /** What reads like one of these entries and is none. */
  readonly nearMisses: readonly (readonly [what: string, text: string])[]
}

/** Declares the tests of a part of the catalogue: each entry is found in a line of its own, and in no near miss. */
export function provesEntries(
  entries: readonly MessageEntry[],
  { logLines = [], texts = [], nearMisses }: MessageCases,
): void {
  const own = new Set(entries.map(({ id }) => id))
  const cases = [
    ...logLines.map(([id, line, params]) => ({ id, text: withoutEnvelope(line), line, params })),
    ...texts.map(([id, text, params]) => ({ id, text, line: text, params })),
  ]

  describe('messages', () => {
    test.each(cases)('$id: $line', ({ id, text, params }) => {
      expect(recogniseAll(text).find((message) => message.id === id)?.params).toEqual(params)
    })

    test.each(nearMisses)('near miss: %s', (_, text) => {
      expect(recogniseAll(text).filter(({ id }) => own.has(id))).toEqual([])
    })

    test('every entry has a line above', () => {
      const shown = new Set(cases.map(({ id }) => id))
      expect([...own].filter((id) => !shown.has(id))).toEqual([])
    })
  })
}

/** BIRD's and calicoctl's lines have no envelope; of a logger's, one must be found. */
function withoutEnvelope(line: string): string {
  const peeled = peel(line)?.text
  return /^(?:\d{4}-|\{)/.test(line) ? (peeled ?? '') : (peeled ?? line)
}
