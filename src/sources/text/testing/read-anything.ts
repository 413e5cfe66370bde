import { expect, vi } from 'vitest'
import { Trouble } from '#base/trouble.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import { readText } from '#sources/text/read-text.ts'

const nowMs = 1_767_769_200_000

/** Reads, diagnoses and checks what must always hold. */
export function readAnything(text: string): void {
  try {
    const { facts, pieces } = readText([{ name: 'fuzz', text }], { nowMs })
    const lines = text.split('\n').length
    for (const piece of pieces) {
      expect(piece.fromLine).toBeGreaterThanOrEqual(1)
      expect(piece.toLine).toBeGreaterThanOrEqual(piece.fromLine)
      expect(piece.toLine).toBeLessThanOrEqual(lines)
    }
    diagnose(facts, modes)
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
  }
}

/** Characters that patterns and the catalogue's index walk over while `read` runs: a measure that no machine's pace changes. */
export function workOf(read: () => void): number {
  let work = 0
  const exec = RegExp.prototype.exec
  vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
    const start = this.global || this.sticky ? this.lastIndex : 0
    const match = exec.call(this, text)
    const isAnchored = this.sticky || (this.source.startsWith('^') && !this.multiline)
    // An anchored pattern that does not match has looked at the start only, as far as its first parts go.
    work +=
      match === null && isAnchored
        ? 1
        : (match === null ? text.length : match.index + match[0].length) - start
    return match
  })
  const charCodeAt = String.prototype.charCodeAt
  vi.spyOn(String.prototype, 'charCodeAt').mockImplementation(function (this: string, at: number) {
    work++
    return charCodeAt.call(this, at)
  })
  read()
  vi.restoreAllMocks()
  return work
}

export const repeated = (piece: string, times: number): string =>
  Array.from({ length: times }, () => piece).join('\n')
