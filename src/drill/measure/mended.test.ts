import { expect, test } from 'vitest'
import { isMendedAfter } from '#drill/measure/mended.ts'
import { readSteps } from '#drill/scenario/steps.ts'
import type { Done, Stage } from '#drill/stage/stage.ts'

/** A cluster that is well or not, on which every command shows `shown`. */
const stageOf = (o: { readonly well: boolean; readonly shown: string }) => ({
  words: async (text: string) => text,
  holds: async () => ({ holds: o.well, says: o.well ? 'well' : 'ill' }),
  carryOut: async (steps: Parameters<Stage['carryOut']>[0]): Promise<readonly Done[]> =>
    steps.map((step) => ({
      step,
      typed: step.text,
      atMs: 0,
      endMs: 0,
      output: o.shown,
      code: step.act === 'expect' && o.shown !== 'ready' ? 1 : 0,
    })),
})

test.each([
  ['well, and what was expected is so', { well: true, shown: 'ready' }, true, 'well; well'],
  ['what was expected is so, and the cluster is ill', { well: false, shown: 'ready' }, false, 'ill; ill'],
  ['well, and a new pod waits', { well: true, shown: 'pending' }, false, /^expect .*: it shows pending$/],
])('%s', async (_, stage, holds, says) => {
  const steps = readSteps('$ kubectl get pods\nexpect /ready/ in $ kubectl get pods', 1)
  if (!steps.ok) throw new Error('these are steps')
  const trial = await isMendedAfter(stageOf(stage), { title: 'a release', steps: steps.value })
  expect(trial).toEqual({
    title: 'a release',
    holds,
    says: typeof says === 'string' ? says : expect.stringMatching(says),
  })
})
