import { describe, expect, test } from 'vitest'
import { byChance, lettersOf, neighbours, straight, withAllDetours, withOneMore } from '#drill/lint/plans.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** Rounds as where each letter leads to; the first that leads on is the recommended one. */
function scenarioOf(...rounds: readonly Readonly<Record<string, string>>[]): Scenario {
  const read = readScenario(`---
drill: 1
id: some-rounds
difficulty: L1
tags: [a]
teaches: What a path is, and where it ends.
lab: { flavour: plain }
pagedAt: 2026-01-07T06:30:00Z
pagedAfter: 1m
evidence: []
---
# Incident Replay: Some Rounds
## Setup
- **System context:** a cluster
- **Time:** Wednesday 06:30 UTC
- **Your role:** engineer
${rounds.map((leads, index) => roundText(index + 1, leads)).join('\n')}
## Damage Report
- **Total downtime:** 0
- **Blast radius:** none
- **Optimal resolution time:** 1 minute
- **If every wrong choice was made:** 2 minutes
`)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value
}

function roundText(number: number, leads: Readonly<Record<string, string>>): string {
  const letters = Object.keys(leads)
  const right = letters.find((letter) => leads[letter] !== 'again')
  return `## Round ${number}: R
**What you see:** pods
**Choose your action:**
${letters.map((letter) => `- ${letter}) Do ${letter}`).join('\n')}
${letters
  .map(
    (letter) => `### If you chose ${letter}${letter === right ? ' (recommended)' : ''}:
> *[Result: It was tried.]*
\`\`\`acts 1m -> ${leads[letter]}
wait 1m
\`\`\``,
  )
  .join('\n')}
`
}

const two = scenarioOf({ A: 'again', B: 'next', C: 'again' }, { A: 'next', B: 'again' })
const [plan = []] = straight(two)
const written = (plans: readonly Parameters<typeof lettersOf>[1][], of = two) =>
  plans.map((each) => lettersOf(of, each)?.join(''))

describe('plans', () => {
  test('straight on is the recommended choice of each round', () => {
    expect(written(straight(two))).toEqual(['BA'])
  })

  test('where two choices lead on, both are ways', () => {
    const fork = scenarioOf({ A: 'next', B: 'next' }, { A: 'again', B: 'end' })
    expect(written(straight(fork), fork)).toEqual(['AB', 'BB'])
  })

  test('every detour comes before what leads on', () => {
    expect(written([withAllDetours(two, plan)])).toEqual(['ACBBA'])
  })

  test('one detour more', () => {
    expect(written(withOneMore(two, plan))).toEqual(['ABA', 'CBA', 'BBA'])
  })

  test('neighbours leave one detour out, or take one first', () => {
    expect(written(neighbours(withAllDetours(two, plan)))).toEqual(['CBBA', 'ABBA', 'CABBA', 'ACBA'])
  })

  test('a way that jumps goes on there, and one that goes round and round is none', () => {
    const jump = scenarioOf({ A: 'round 3' }, { A: 'next' }, { B: 'end' })
    expect(written(straight(jump), jump)).toEqual(['AB'])
    const circle = scenarioOf({ A: 'next' }, { A: 'round 1' })
    expect(written(straight(circle), circle)).toEqual([undefined])
  })

  test('by chance depends on the seed alone, and ends with what leads on', () => {
    const by = (seed: string) => lettersOf(two, byChance(two, seed))?.join('')
    expect(by('x')).toBe(by('x'))
    expect(new Set(['a', 'b', 'c', 'd', 'e', 'f'].map(by)).size).toBeGreaterThan(1)
    for (const seed of ['a', 'b', 'c']) expect(by(seed)).toMatch(/B.*A$/)
  })
})
