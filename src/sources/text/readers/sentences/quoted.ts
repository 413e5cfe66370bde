/** What a sentence quotes of programs, and what of it are people's own words. */
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { ReadRow } from '#sources/reading.ts'
import { sentencesOf, supposes } from '#sources/text/readers/sentences/prose.ts'

/**
 * The messages of a paragraph: those in people's own words count only where some sentence claims them, and prove nothing. A status
 * in one word (`OOMKilled`) is a person's word, too, where it stands in a sentence; what else names Calico says whose it is.
 */
export function quotedRows(rows: readonly ReadRow[], text: string): readonly ReadRow[] {
  if (!rows.some(isOwnWords)) return rows
  const claimed = new Set(
    sentencesOf(text)
      .filter((sentence) => !supposes(sentence))
      .flatMap((sentence) => recogniseAll(sentence).map(({ id }) => id)),
  )
  return rows.flatMap((read) => {
    if (!isOwnWords(read)) return [read]
    const isClaim =
      read.relation === 'messages' && isHearsay(read.row.message.id) && claimed.has(read.row.message.id)
    return isClaim ? [{ ...read, from: { ...read.from, isTold: true as const } }] : []
  })
}

const isOwnWords = (read: ReadRow): boolean =>
  read.relation === 'messages' && (isHearsay(read.row.message.id) || statuses.has(read.row.message.id))

const isHearsay = (id: string): boolean => id.startsWith('hearsay/')

/** One word is their whole pattern. */
const statuses: ReadonlySet<string> = new Set([
  'kubelet/oom-killed',
  'kubelet/config-error',
  'kubelet/create-error',
  'kubelet/image-pull-error',
  'kubelet/image-pull-back-off',
])
