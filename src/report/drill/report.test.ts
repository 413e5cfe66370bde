import { describe, expect, test } from 'vitest'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import { scaffoldOf } from '#drill/scenario/scaffold.ts'
import type { Scenario } from '#drill/scenario/types.ts'
import { scoreOf } from '#drill/score/score.ts'
import { debriefText } from '#report/drill/debrief-text.ts'
import { debriefHtml } from '#report/drill/html.ts'
import { debriefMarkdown } from '#report/drill/markdown.ts'
import { soFarText } from '#report/drill/so-far.ts'
import { debrief, score } from '#report/drill/testing/debriefs.ts'
import { sceneText, turnText } from '#report/drill/text.ts'
import { timelineOf } from '#report/drill/timeline.ts'

const hostile = '<script>alert(1)</script> | [x](javascript:1)'

function scenario(): Scenario {
  const read = readScenario(scaffoldOf({ id: 'x' }))
  if (!read.ok) throw new Error('the scaffold reads')
  return { ...read.value, teaches: hostile }
}

const judged = () => ({ scenario: scenario(), debrief, score })

describe('a time line', () => {
  test('has everything in the order of time, with the words of the choice', () => {
    expect(timelineOf(scenario(), debrief).map(({ kind, says }) => `${kind}: ${says}`)).toEqual([
      'broke: k8s-worker-03 broke',
      'balancer: the load balancer took 10.0.0.23 out',
      'paged: you were paged',
      'served: from here on every customer was served',
      'moved: B) WHAT IS RIGHT',
      'repaired: all was well, and stayed so',
      'closed: the incident was closed',
    ])
  })
})

test('a round that goes on shows what is new on the lab, and not once more what was read', () => {
  const step = { act: 'kubectl' as const, command: '', line: 1, text: '' }
  const shown = [
    { step, typed: '$ kubectl get nodes', atMs: 0, endMs: 0, output: 'No resources found', code: 0 },
  ]
  const scene = {
    kind: 'choice',
    round: 1,
    title: 'Alert',
    cue: 'Now!',
    sees: 'It is down.',
    shown,
    choices: [],
  } as const
  expect(sceneText(scene)).toContain('It is down.')
  expect(sceneText(scene, { goesOn: true })).toBe(
    '\nRound 1 goes on\n\n  $ kubectl get nodes\n  No resources found\n',
  )
})

test('before anything is tried it is worth what it will be if all of it holds', () => {
  const by = { reach: { best: { minutes: 1, lost: 0 }, worst: { minutes: 60, lost: 90 } } }
  const { lasting, prevention, ...measured } = debrief
  const held = (trials: typeof lasting) => trials.map((each) => ({ ...each, holds: true }))
  const { points } = scoreOf({ ...measured, lasting: held(lasting), prevention: held(prevention) }, by)
  expect(soFarText(measured, by)).toContain(`; 2 of 3 requests lost; ${points} of 100 points, if`)
})

describe('a report', () => {
  test('in text says what was left behind and not looked at', () => {
    const text = debriefText(judged()).replace(/\s+/g, ' ')
    expect(text).toContain('left cordoned: k8s-worker-03')
    expect(text).toContain('2 of 3 requests lost (9 had nobody done anything)')
    expect(text).toContain('closed without a look')
    expect(text).toContain('Score: 41 of 100')
  })

  test('tells the best path that was measured, by its choices, in every form', () => {
    const measured = (minutes: number, letters: readonly string[]) => ({ minutes, lost: 2, letters })
    const reach = { best: measured(3.5, ['A', 'B']), worst: measured(40, ['A', 'C', 'D', 'B']) }
    const says = '3m30s to repair, 2 requests lost; the worst that was found: 40m to repair, 2 requests lost'
    for (const form of [debriefText, debriefMarkdown, debriefHtml]) {
      const report = form({ ...judged(), reach })
      expect(report.replace(/\s+/g, ' ')).toContain(says)
      expect(report).toMatch(/Round 1\W.*A\) /)
      expect(form(judged())).not.toContain('to repair')
    }
  })

  test('draws how far it reached, next to what would have been', () => {
    const text = debriefText(judged())
    expect(text).toContain('Blast radius    lost        ▁█▄▁  100 %')
    expect(text).toContain('                left alone  ▁███  100 %')
    expect(text).toContain('                not ready   ▁▁██  4 pods')
    expect(text).toContain('from -40s to +40s of the page, 20s a block')
    expect(debriefMarkdown(judged())).toContain('| 0 | 50 % | 100 % | 0 | 4 | 1 |')
  })

  test('in HTML lets no markup of an author through', () => {
    const page = debriefHtml(judged())
    expect(page).not.toContain('<script')
    expect(page).toContain('&#60;script&#62;')
    expect(page).toContain('<polyline class="lost" points="')
    expect(page).toContain('<polyline class="alone" points="')
  })

  test('lets no markup and nothing that a terminal obeys out of what commands printed', () => {
    const by = `k8s-worker-03# echo '\u001b[2J${hostile}'`
    const shown = {
      ...debrief,
      evidence: [{ what: hostile, is: { state: 'destroyed' as const, atMs: 0, by } }],
      mended: { title: hostile, holds: false, says: `\u001b]0;taken\u0007${hostile}` },
      unlike: [{ says: hostile, shown: hostile }],
    }
    const parts = [{ title: hostile, of: 40, points: 0, why: hostile }]
    const page = debriefHtml({ ...judged(), debrief: shown, score: { points: 0, parts } })
    expect(page).not.toMatch(/<script|javascript:1\)"|\u001b/)
    expect(
      page.match(
        /<(?!\/?(html|head|meta|title|style|body|main|h1|h2|p|strong|svg|text|line|polyline|polygon|table|tr|th|td|ul|li|code)\b|!doctype)/g,
      ),
    ).toBeNull()
    const done = {
      step: { act: 'kubectl' as const, command: '', line: 1, text: '' },
      typed: by,
      atMs: 0,
      endMs: 0,
      output: 'a\u001b[2J\tb\u0007',
      code: 0,
    }
    const text =
      turnText({ done: [done], result: '', leads: 'on', unlike: [done] }) +
      debriefText({ ...judged(), debrief: shown })
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    expect(text).toContain('  a       b')
  })

  test('in Markdown keeps tables whole', () => {
    const page = debriefMarkdown(judged())
    expect(page).toContain('\\<script\\>')
    expect(page).toContain('\\| \\[x\\]')
    expect(page).toContain('| +2m | B) WHAT IS RIGHT |')
  })
})
