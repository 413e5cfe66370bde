/**
 * The section for free hands:
 *
 *     ## Hands-on
 *     ### Hint (2m)
 *     Look at the pod that routes for this node.
 *     ### Fix: restore the tmpfiles.d file
 *     ```acts …
 *     ### Shortcut: drain it for ever
 *     ```acts …
 */
import { divide } from '#drill/scenario/blocks.ts'
import type { Gathering } from '#drill/scenario/gathering.ts'
import { durationMs } from '#drill/scenario/steps.ts'
import type { Hint, Scenario, Way } from '#drill/scenario/types.ts'

const usualHintMs = 120_000

export function readHandsOn(
  text: string,
  gathering: Gathering,
): Pick<Scenario, 'hints' | 'fixes' | 'shortcuts'> {
  const { narrative, blocks, notices } = divide(text)
  gathering.notices.push(...notices)
  const ways = (kind: 'Fix' | 'Shortcut'): readonly Way[] =>
    blocks.flatMap((block) => {
      const title = new RegExp(`^${kind}:\\s*(.+)$`).exec(block.at.part)?.[1]
      return title === undefined ? [] : [{ title, steps: gathering.steps(block) }]
    })
  for (const { at, line } of blocks)
    if (!/^(Fix|Shortcut):/.test(at.part))
      gathering.notices.push({ line, message: 'write the block below "### Fix: …" or "### Shortcut: …"' })
  return { hints: hintsOf(narrative, gathering), fixes: ways('Fix'), shortcuts: ways('Shortcut') }
}

function hintsOf(narrative: string, gathering: Gathering): readonly Hint[] {
  const lines = narrative.split('\n')
  return lines.flatMap((line, index) => {
    const head = /^### Hint(?:\s+\((.+)\))?$/.exec(line)
    if (head === null) return []
    const next = lines.findIndex((each, other) => other > index && each.startsWith('#'))
    const text = lines.slice(index + 1, next < 0 ? lines.length : next).join(' ')
    const costMs = head[1] === undefined ? usualHintMs : durationMs(head[1])
    if (costMs === undefined)
      gathering.notices.push({ line: index + 1, message: `"${head[1]}" is no duration: write ### Hint (2m)` })
    return [{ text: text.replace(/\s+/g, ' ').trim(), costMs: costMs ?? usualHintMs }]
  })
}
