/** Lists of labelled points: the setup, the damage report. */
import type { Block } from '#drill/replay/blocks.ts'
import { passageOf } from '#drill/replay/parts.ts'
import { fenced, joined } from '#drill/replay/passages.ts'
import { oneLine } from '#drill/replay/words.ts'

/** By label, and what has none of these labels; each with the line it begins on. */
export interface Points<Label extends string> {
  readonly told: ReadonlyMap<Label, string>
  readonly more: readonly string[]
}

/** Labels are given as they are told, without the colon: `System context`. A label that is told twice is told first. */
export function pointsOf<Label extends string>(
  blocks: readonly Block[],
  labels: readonly Label[],
): Points<Label> {
  const told = new Map<Label, string>()
  const more: string[] = []
  let last: Label | 'more' | undefined

  const append = (text: string): void => {
    if (last === undefined || last === 'more') more.push(joined(more.pop(), text))
    else told.set(last, joined(told.get(last), text))
  }
  for (const block of blocks) {
    if (block.kind === 'code') append(fenced(block.text))
    else if (block.kind !== 'heading' && block.within) append(passageOf(block))
    else if (block.kind === 'item' && block.text === '') {
      last = 'more'
      more.push('')
    } else {
      for (const point of block.kind === 'item' ? [oneLine(block.text)] : separate(block.text, labels)) {
        const label = labels.find((each) => startsWith(point, each))
        last = label === undefined || (told.get(label) ?? '') !== '' ? 'more' : label
        if (last === 'more') more.push(point)
        else told.set(last, point.slice(last.length).replace(/^\s*:\s*/, ''))
      }
    }
  }
  return { told, more }
}

const startsWith = (point: string, label: string): boolean =>
  point.slice(0, label.length).toLowerCase() === label.toLowerCase() &&
  /^\s*:/.test(point.slice(label.length))

/** Points that a renderer ran together in one paragraph: at line breaks, and at a bullet before a label. */
function separate(text: string, labels: readonly string[]): readonly string[] {
  const bullet = new RegExp(String.raw`(?:^|\s)[-•*]\s+(?=(?:${labels.join('|')})\s*:)`, 'gi')
  return text
    .replace(bullet, '\n')
    .split(new RegExp(String.raw`\n(?=(?:[-•*]\s|(?:${labels.join('|')})\s*:))`, 'i'))
    .map((point) => oneLine(point.replace(/^\s*[-•*]\s+/, '')))
    .filter((point) => point !== '')
}
