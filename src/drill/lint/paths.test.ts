import { expect, test } from 'vitest'
import { candidates } from '#drill/lint/paths.ts'
import { readScenario } from '#drill/scenario/read-scenario.ts'
import type { Scenario } from '#drill/scenario/types.ts'

/** Two rounds of A, B and C, of which `right` are recommended; `leads` of those that do not stay in their round. */
function scenarioOf(right: readonly string[], leads: Readonly<Record<string, string>>): Scenario {
  const round = (number: number): string => `## Round ${number}: R
**What you see:** pods
**Choose your action:**
- A) Look
- B) Wait
- C) Act
${['A', 'B', 'C']
  .map((letter) => {
    const to = leads[`${number}${letter}`]
    return `### If you chose ${letter}${right[number - 1] === letter ? ' (recommended)' : ''}:
> *[Result: It was tried.]*
\`\`\`acts 1m${to === undefined ? '' : ` -> ${to}`}
wait 1m
\`\`\``
  })
  .join('\n')}
`
  const read = readScenario(`---
drill: 1
id: two-rounds
difficulty: L1
tags: [a]
teaches: What a path is, and where it ends.
lab: { flavour: plain }
pagedAt: 2026-01-07T06:30:00Z
pagedAfter: 1m
evidence: []
---
# Incident Replay: Two Rounds
## Setup
- **System context:** a cluster
- **Time:** Wednesday 06:30 UTC
- **Your role:** engineer
${round(1)}
${round(2)}
## Damage Report
- **Total downtime:** 0
- **Blast radius:** none
- **Optimal resolution time:** 1 minute
- **If every wrong choice was made:** 2 minutes
`)
  if (!read.ok) throw new Error(JSON.stringify(read.error))
  return read.value
}

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['wrong choices stay in their round', {}, ['BA', 'ABA', 'CBA', 'BBA', 'BCA', 'ACBBCA', 'CABCBA']],
  [
    'a wrong choice that ends the drill ends its path, behind those that do not',
    { '1C': 'end' },
    ['BA', 'ABA', 'C', 'BBA', 'BCA', 'ABBCA', 'ABCBA', 'AC'],
  ],
  [
    'one of the last round leads on as the right one does',
    { '2B': 'next' },
    ['BA', 'ABA', 'CBA', 'BB', 'BCA', 'ACBCA', 'CABCA', 'ACBCB'],
  ],
])('%s', (_, leads, paths) => {
  expect(candidates(scenarioOf(['B', 'A'], leads)).map((letters) => letters.join(''))).toEqual(paths)
})
