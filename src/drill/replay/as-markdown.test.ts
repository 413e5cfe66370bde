import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { replayAsMarkdown } from '#drill/replay/as-markdown.ts'
import { readReplay } from '#drill/replay/read-replay.ts'
import { replays } from '#drill/replay/testing/replays.ts'
import type { Replay } from '#drill/replay/types.ts'

const read = (text: string): Replay => {
  const result = readReplay(text)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

test('reading what was written gives the replay', () => {
  fc.assert(
    fc.property(replays, (replay) => {
      expect(read(replayAsMarkdown(replay))).toEqual(replay)
    }),
    { numRuns: 150 },
  )
})
