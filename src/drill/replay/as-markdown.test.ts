import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { replayAsMarkdown } from '#drill/replay/as-markdown.ts'
import { read } from '#drill/replay/testing/reading.ts'
import { replays } from '#drill/replay/testing/replays.ts'

test('reading what was written gives the replay', () => {
  fc.assert(
    fc.property(replays, (replay) => {
      expect(read(replayAsMarkdown(replay))).toEqual(replay)
    }),
    { numRuns: 150 },
  )
})
