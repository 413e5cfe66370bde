/** For the tests of the readers: a paste at a fixed moment. */
import { parseTime } from '#base/clock.ts'
import type { RelationName } from '#cluster/relations.ts'
import { type PieceReport, readText, type TextReading } from '#sources/text/read-text.ts'

export const nowMs = parseTime('2026-01-07T07:00:00Z') ?? 0
export const minute = 60_000

export const read = (text: string, node?: string): TextReading =>
  readText([{ name: 'paste', text }], { nowMs, ...(node !== undefined && { node }) })

/** Rows without where they were read. */
export const rows = (text: string, relation: RelationName, node?: string): readonly object[] =>
  read(text, node)
    .facts.rows(relation)
    .map(({ from: _from, ...row }) => row)

export const formats = (pieces: readonly PieceReport[]): readonly string[] =>
  pieces.map((piece) => piece.format)
