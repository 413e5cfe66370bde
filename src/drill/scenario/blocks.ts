/**
 * The fenced blocks of a scenario, and the narrative without them. Blocks are told by the first word behind the fence:
 *
 *     ```see             what is looked at: below a round's "What you see"
 *     ```acts 3m -> end  what a choice, an action, a fix or a shortcut does, how long it takes, and where it goes on
 *
 * Other fences are part of the narrative.
 */
import type { Notice } from '#drill/replay/types.ts'

export interface Block {
  readonly kind: 'see' | 'acts'
  /** What stands behind the word: `3m -> end`. */
  readonly info: string
  readonly text: string
  /** Of the fence, and of the first line within. */
  readonly line: number
  readonly at: Place
}

/** The headings above a block, and the number of the list item above it. */
export interface Place {
  readonly section: string // Round 1: Alert Fires
  readonly part: string // If you chose B (recommended)
  readonly item?: number
}

export interface Divided {
  /** The text with every block's lines left empty, so that lines still count alike. */
  readonly narrative: string
  readonly blocks: readonly Block[]
  readonly notices: readonly Notice[]
}

export function divide(body: string): Divided {
  const lines = body.split('\n')
  const kept: string[] = []
  const blocks: Block[] = []
  const notices: Notice[] = []
  let at: Place = { section: '', part: '' }
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const [, kind, info = ''] = /^```(see|acts)\b\s*(.*)$/.exec(line.trim()) ?? []
    if (kind === undefined) {
      at = placeAfter(at, line)
      kept.push(line)
      continue
    }
    const end = endOf(lines, index)
    if (end === undefined) {
      notices.push({ line: index + 1, message: 'the block that begins here has no end: close it with ```' })
      kept.push('')
      continue
    }
    blocks.push({
      kind: kind as Block['kind'], // one of the two, says the pattern
      info: info.trim(),
      text: lines.slice(index + 1, end).join('\n'),
      line: index + 1,
      at,
    })
    kept.push(...lines.slice(index, end + 1).map(() => ''))
    index = end
  }
  return { narrative: kept.join('\n'), blocks, notices }
}

/** The line that closes a block; undefined where a heading or another block comes first. */
function endOf(lines: readonly string[], begin: number): number | undefined {
  const rest = lines.slice(begin + 1)
  const at = rest.findIndex((line) => /^#{1,3} |^```/.test(line.trim()))
  return rest[at]?.trim() === '```' ? begin + 1 + at : undefined
}

function placeAfter(at: Place, line: string): Place {
  const [, marks = '', title = ''] = /^(#{1,3})\s+(.+)$/.exec(line) ?? []
  if (marks === '##' || marks === '#') return { section: title.trim(), part: '' }
  if (marks === '###') return { section: at.section, part: title.trim() }
  const item = /^(\d+)\.\s/.exec(line)?.[1]
  return item === undefined ? at : { ...at, item: Number(item) }
}
