/** A replay of its blocks, whatever form they were read from. */
import type { Block } from '#drill/replay/blocks.ts'
import { figureOf } from '#drill/replay/durations.ts'
import { safeTarget } from '#drill/replay/links.ts'
import { beginningOf, Notices } from '#drill/replay/notices.ts'
import { type Head, type Part, partsOf, passageOf } from '#drill/replay/parts.ts'
import { fenced, joined } from '#drill/replay/passages.ts'
import { pointsOf } from '#drill/replay/points.ts'
import { roundOf } from '#drill/replay/round.ts'
import type { Damage, Notice, Reference, Replay, Round, Section, Setup } from '#drill/replay/types.ts'
import { codeSpan, oneLine } from '#drill/replay/words.ts'

export interface Assembly {
  readonly blocks: readonly Block[]
  readonly notices: readonly Notice[]
  /** The title of a text that has none. */
  readonly name: string
}

export function assemble(o: Assembly): Replay {
  const notices = new Notices()
  for (const { line, message } of o.notices) notices.add(line, message)
  const parts = partsOf(o.blocks)
  return {
    title: titleOf(parts, { name: o.name, notices }),
    setup: setupOf(only(parts, 'setup', notices), notices),
    rounds: roundsOf(parts, notices),
    damage: damageOf(only(parts, 'damage', notices), notices),
    references: referencesOf(only(parts, 'references', notices)?.blocks ?? [], notices),
    sections: sectionsOf(parts, notices),
    notices: notices.inOrder(),
  }
}

function titleOf(parts: readonly Part[], o: { readonly name: string; readonly notices: Notices }): string {
  const head = parts.find((each) => each.head.part === 'title')?.head
  if (head?.part === 'title') return head.title
  o.notices.add(1, 'it has no title')
  return o.name
}

/** The part of that kind; a repeated one continues the first. */
function only(parts: readonly Part[], part: Head['part'], notices: Notices): Part | undefined {
  const [first, ...others] = parts.filter((each) => each.head.part === part)
  if (first === undefined || others.length === 0) return first
  for (const { line } of others) notices.add(line, 'a part that was there before; it continues the first')
  return { ...first, blocks: [first, ...others].flatMap((each) => each.blocks) }
}

function setupOf(part: Part | undefined, notices: Notices): Setup {
  const labels = ['System context', 'Time', 'Your role'] as const
  const { told, more } = pointsOf(part?.blocks ?? [], labels)
  sayMissing({ part, name: 'Setup', labels, told }, notices)
  return {
    context: told.get('System context') ?? '',
    time: told.get('Time') ?? '',
    role: told.get('Your role') ?? '',
    more,
  }
}

function damageOf(part: Part | undefined, notices: Notices): Damage {
  const labels = [
    'Total downtime',
    'Blast radius',
    'Optimal resolution time',
    'If every wrong choice was made',
  ] as const
  const { told, more } = pointsOf(part?.blocks ?? [], labels)
  sayMissing({ part, name: 'Damage Report', labels, told }, notices)
  return {
    downtime: figureOf(told.get('Total downtime') ?? ''),
    blastRadius: { words: told.get('Blast radius') ?? '' },
    optimal: figureOf(told.get('Optimal resolution time') ?? ''),
    worst: figureOf(told.get('If every wrong choice was made') ?? ''),
    more,
  }
}

function sayMissing<Label extends string>(
  o: {
    readonly part: Part | undefined
    readonly name: string
    readonly labels: readonly Label[]
    readonly told: ReadonlyMap<Label, string>
  },
  notices: Notices,
): void {
  if (o.part === undefined) notices.add(1, `there is no "${o.name}"`)
  else {
    for (const label of o.labels) {
      if ((o.told.get(label) ?? '') === '') notices.add(o.part.line, `${o.name} does not say "${label}"`)
    }
  }
}

function roundsOf(parts: readonly Part[], notices: Notices): readonly Round[] {
  let before = 0
  return parts.flatMap((part) => {
    const { head } = part
    if (head.part !== 'round') return []
    if (head.number !== before + 1) notices.add(part.line, `round ${head.number} follows round ${before}`)
    before = head.number
    return [roundOf(part, head, notices)]
  })
}

function referencesOf(blocks: readonly Block[], notices: Notices): readonly Reference[] {
  return blocks.flatMap((block) => {
    if (block.kind === 'heading' || block.kind === 'code') {
      notices.add(block.line, `not a reference, kept as one: ${beginningOf(block.text)}`)
      return [{ text: block.kind === 'code' ? codeSpan(block.text) : oneLine(block.text) }]
    }
    return block.text.split('\n').map((line) => referenceOf(oneLine(line), { ...block, notices }))
  })
}

function referenceOf(
  line: string,
  o: { readonly links: readonly string[]; readonly line: number; readonly notices: Notices },
): Reference {
  const [target] = o.links
  const href = o.links.length === 1 && target !== undefined ? safeTarget(target) : undefined
  if (target !== undefined && href === undefined) {
    o.notices.add(o.line, 'the link of a reference is left out: only one relative or http(s) address is kept')
  }
  const words = href === undefined ? line : line.replace(` (${href})`, '')
  const { kind, text } = /^(?<kind>[A-Z][A-Za-z -]{1,30}): (?<text>.+)$/.exec(words)?.groups ?? {}
  return {
    ...(kind === undefined ? {} : { kind }),
    text: text ?? words,
    ...(href === undefined ? {} : { href }),
  }
}

/** What the format does not know, and what precedes the first known part, which has no title. */
function sectionsOf(parts: readonly Part[], notices: Notices): readonly Section[] {
  const lead: Section[] = []
  const others: Section[] = []
  for (const { head, blocks, line } of parts) {
    if (head.part !== 'lead' && head.part !== 'title' && head.part !== 'other') continue
    const text = blocks
      .map((block) => (block.kind === 'code' ? fenced(block.text) : passageOf(block)))
      .reduce((sofar, next) => joined(sofar, next), '')
    if (head.part === 'other') {
      notices.add(line, `not a part of this format, kept as a section: ${beginningOf(head.title)}`)
      others.push({ title: head.title, text })
    } else if (text !== '') {
      notices.add(
        blocks[0]?.line ?? line,
        `text before the first part, kept as a section: ${beginningOf(text)}`,
      )
      lead.push({ title: '', text: joined(lead.pop()?.text, text) })
    }
  }
  return [...lead, ...others]
}
