/** The parts of a replay, by the words of its headings. */
import type { Block } from '#drill/replay/blocks.ts'
import { oneLine } from '#drill/replay/words.ts'

export type Head =
  | { readonly part: 'title'; readonly title: string }
  | { readonly part: 'setup' | 'damage' | 'references' | 'lead' }
  | { readonly part: 'round'; readonly number: number; readonly title: string }
  | { readonly part: 'other'; readonly title: string }

export interface Part {
  readonly head: Head
  /** Of the heading. */
  readonly line: number
  readonly blocks: readonly Block[]
}

/** What precedes the first heading is the `lead`; smaller headings of other words stay inside the part they stand in. */
export function partsOf(blocks: readonly Block[]): readonly Part[] {
  const parts: (Part & { readonly blocks: Block[] })[] = [{ head: { part: 'lead' }, line: 1, blocks: [] }]
  let titled = false
  for (const block of blocks) {
    if (block.kind === 'heading' && block.text === '') continue
    const head: Head | undefined =
      block.kind === 'heading' ? headOf(oneLine(block.text), { level: block.level, titled }) : undefined
    if (head === undefined) parts.at(-1)?.blocks.push(block)
    else parts.push({ head, line: block.line, blocks: [] })
    titled ||= head?.part === 'title'
  }
  return parts
}

function headOf(text: string, o: { readonly level: number; readonly titled: boolean }): Head | undefined {
  const title = /^Incident Replay\s*[:–—-]\s*(?<title>.+)$/i.exec(text)?.groups?.title
  if (title !== undefined && !o.titled) return { part: 'title', title }
  if (o.level === 1 && !o.titled) return { part: 'title', title: text }
  if (/^Setup:?$/i.test(text)) return { part: 'setup' }
  if (/^Damage Report:?$/i.test(text)) return { part: 'damage' }
  if (/^Cross-? ?References:?$/i.test(text)) return { part: 'references' }
  const round = /^Round\s+(?<number>\d{1,3})\s*(?:[:.–—-]\s*(?<title>.*))?$/i.exec(text)?.groups
  if (round !== undefined) return { part: 'round', number: Number(round.number), title: round.title ?? '' }
  return o.level <= 2 ? { part: 'other', title: text } : undefined
}

/** A block as a passage of a text: paragraphs on one line, points with their marks. */
export function passageOf(block: Exclude<Block, { kind: 'code' }>): string {
  return block.kind === 'item' ? `${block.marker} ${oneLine(block.text)}`.trim() : oneLine(block.text)
}
