import { describe, expect, test } from 'vitest'
import { scenarioIds, scenarioIn, scenarioText } from '#app/scenarios.ts'
import { clockLine } from '#cli/drill/clock-line.ts'
import { offer } from '#cli/drill/plain-player.ts'
import type { Scene, Turn } from '#drill/play/types.ts'
import type { Done } from '#drill/stage/stage.ts'
import { debriefText } from '#report/drill/debrief-text.ts'
import { debrief, score } from '#report/drill/testing/debriefs.ts'
import { briefingText, sceneText, setupText, turnText } from '#report/drill/text.ts'
import { wrapped } from '#report/layout.ts'

const done: Done = {
  step: { act: 'kubectl', command: '', line: 1, text: '' },
  typed: "$ kubectl -n kube-system get pods -l k8s-app=calico-node -o jsonpath='{.items[*].metadata.name}'",
  atMs: 0,
  endMs: 0,
  output:
    'NAME                READY   STATUS             RESTARTS      AGE\ncalico-node-56pxz   0/1     CrashLoopBackOff   7 (2m ago)    11m\n',
  code: 0,
}

const scenarios = scenarioIds().map((id) => scenarioIn(scenarioText(id) ?? '', id))

/** Everything that a game of this drill may write, but for the clock's own line. */
function everything(
  scenario: (typeof scenarios)[number],
  screen: { readonly width: number; readonly edge: number },
): string {
  const turn: Turn = { done: [done], result: '', leads: 'on', unlike: [done] }
  return [
    briefingText(scenario, screen),
    setupText(scenario.replay, screen),
    ...scenario.replay.rounds.flatMap(({ number, choices, actions, ...round }) => {
      const head = { ...round, round: number, shown: [done] }
      const scenes: readonly Exclude<Scene, { readonly kind: 'over' }>[] = [
        { kind: 'choice', ...head, choices },
        {
          kind: 'checklist',
          ...head,
          actions: actions.map(({ text }, at) => ({ number: at + 1, text, state: 'failed' })),
        },
      ]
      return [
        ...scenes.flatMap((scene) => [sceneText(scene, screen), offer(scene, screen.width)]),
        ...choices.map(({ result }) => turnText({ ...turn, result }, screen)),
      ]
    }),
    debriefText({ scenario, debrief, score }, screen),
  ].join('\n')
}

describe.each([20, 40, 80])('in a terminal of %i columns', (width) => {
  test('no line is longer, whatever the drill', () => {
    for (const scenario of scenarios)
      for (const line of everything(scenario, { width, edge: width }).split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(width)
  })

  test('the clock is wrapped', () => {
    const clock = { nowMs: 200_000, pagedAtMs: 0, escalatesAfterMs: 300_000 }
    for (const line of wrapped(clockLine(clock, { thoughtMs: 0, paused: true }), '', width))
      expect(line.length).toBeLessThanOrEqual(width)
  })
})

test('where nobody knows the width, what commands printed is left as it is, to be copied', () => {
  const [first] = scenarios
  if (first === undefined) throw new Error('there is a drill')
  const text = everything(first, { width: 80, edge: Number.POSITIVE_INFINITY })
  expect(text).toContain(`\n  ${done.typed}\n`)
  expect(text).not.toContain('↪')
})

test('an indentation counts as wide as it is seen, whatever its colour', () => {
  const green = (text: string): string => `\u001b[32m${text}\u001b[39m`
  expect(wrapped('one two three four five', green('  ✓ '), 20)).toEqual([
    `${green('  ✓ ')}one two three`,
    '    four five',
  ])
})
