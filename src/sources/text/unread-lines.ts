import { recogniseAll } from '#cluster/messages/catalogue.ts'
import { peel } from '#cluster/messages/log-line.ts'
import type { TextPiece } from '#sources/text/input.ts'
import type { PieceReport } from '#sources/text/read-text.ts'

/** A line of a text that told nothing, as it was pasted. */
export interface UnreadLine {
  readonly name: string
  readonly number: number
  readonly text: string
}

/** The lines that no reader made anything of; of a log, those whose words the catalogue does not know. */
export function unreadLines(
  pieces: readonly TextPiece[],
  reports: readonly PieceReport[],
): readonly UnreadLine[] {
  const texts = new Map(pieces.map(({ name, text }) => [name, text.split('\n')]))
  return reports
    .filter(({ notUnderstood }) => notUnderstood > 0)
    .flatMap(({ name, fromLine, toLine, format }) =>
      (texts.get(name) ?? [])
        .slice(fromLine - 1, toLine)
        .map((text, at) => ({ name, number: fromLine + at, text }))
        .filter(({ text }) => text.trim() !== '' && !(format.startsWith('log of ') && isKnown(text))),
    )
}

const isKnown = (line: string): boolean => recogniseAll(peel(line)?.text ?? line).length > 0
