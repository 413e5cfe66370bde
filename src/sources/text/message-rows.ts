import type { Provenance } from '#cluster/facts.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { MessageRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'

/** The messages that a text holds, as rows of one place and time. */
export const messageRows = (
  text: string,
  about: Omit<MessageRow, 'message' | 'count'> & { readonly count?: number },
  from: Provenance,
): readonly ReadRow[] =>
  recogniseAll(text).map((message) => ({
    relation: 'messages',
    row: { count: 1, ...about, message },
    from,
  }))
