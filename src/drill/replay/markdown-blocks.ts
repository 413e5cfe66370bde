/**
 * Blocks of the author's Markdown, read by CommonMark's own parser: it is exact, its time does not explode on hostile
 * text, and it says where each block stands.
 */
import { type Node, Parser } from 'commonmark'
import type { Block, Reading } from '#drill/replay/blocks.ts'
import { htmlBlocks } from '#drill/replay/html-blocks.ts'
import { linkedWords } from '#drill/replay/links.ts'
import { codeLines, type Piece, textOf } from '#drill/replay/words.ts'

export function markdownBlocks(markdown: string): Reading {
  const blocks: Block[] = []
  const notices: Reading['notices'][number][] = []
  const items: { readonly marker: string; used: boolean }[] = []
  const counts = new Map<Node | null, number>() // of the items of each list

  for (const { node, entering } of steps(new Parser().parse(withoutOuterStars(markdown)))) {
    if (node.type === 'item') {
      const count = (counts.get(node.parent) ?? (node.parent?.listStart ?? 1) - 1) + 1
      if (entering) {
        counts.set(node.parent, count)
        items.push({ marker: node.listType === 'ordered' ? `${count}.` : '-', used: false })
      } else items.pop()
    }
    if (!entering) continue
    const line = node.sourcepos?.[0][0] ?? 1
    const item = items.at(-1)
    /** The point that the block begins, if it begins one. */
    const begun = (text: string, links: readonly string[]): Block | undefined => {
      if (item === undefined || item.used) return undefined
      item.used = true
      return { kind: 'item', marker: item.marker, text, links, line, within: items.at(-2)?.used === true }
    }
    if (node.type === 'heading')
      blocks.push({ kind: 'heading', level: node.level, text: inlineOf(node).text, line })
    else if (node.type === 'paragraph') {
      const { text, links } = inlineOf(node)
      if (text === '') continue
      const within = item !== undefined
      blocks.push(begun(text, links) ?? { kind: 'paragraph', text, links, line, within })
    } else if (node.type === 'code_block') {
      const text = codeLines(node.literal ?? '')
      if (text === '') continue
      const point = begun('', [])
      blocks.push(...(point === undefined ? [] : [point]), { kind: 'code', text, line })
    } else if (node.type === 'html_block') {
      const inner = htmlBlocks(node.literal ?? '').blocks.map((block) => ({
        ...block,
        line: block.line + line - 1,
      }))
      blocks.push(...inner)
      if (inner.length > 0) notices.push({ line, message: 'HTML inside Markdown: only its text is kept' })
    }
  }
  return { blocks, notices }
}

/** Every block, as it is entered and left; the walk is the parser's and does not recurse. */
function* steps(document: Node): Generator<{ readonly node: Node; readonly entering: boolean }> {
  const walker = document.walker()
  for (let step = walker.next(); step !== null; step = walker.next()) yield step
}

/**
 * `> *[Result: …]*` without its two stars. Authors write stars and brackets between them, which Markdown would pair
 * with the outer ones. Code stays as it is.
 */
function withoutOuterStars(markdown: string): string {
  const lines = markdown.split('\n')
  let fence: string | undefined
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string
    const mark = /^[ >]*(?:(?:[-*+]|\d{1,9}[.)]) +)?(?<mark>`{3,}|~{3,})/.exec(line)?.groups?.mark
    if (mark !== undefined && fence === undefined) fence = mark
    else if (fence !== undefined && mark?.startsWith(fence)) fence = undefined
    const open = /^(?<before>[ >]*>[ >]*)[*_](?<rest>\[(?:Result|Pressure cue)\s*:.*)$/i.exec(line)?.groups
    if (open === undefined || fence !== undefined) continue
    const end = lines.findIndex(
      (each, after) => after >= at && !(/^ {0,3}>/.test(each) && !/\][*_]\s*$/.test(each)),
    )
    if (!/\][*_]\s*$/.test(lines[end] ?? '')) continue
    lines[at] = `${open.before}${open.rest}`
    lines[end] = (lines[end] as string).trimEnd().slice(0, -1)
  }
  return lines.join('\n')
}

function inlineOf(block: Node): { readonly text: string; readonly links: readonly string[] } {
  const pieces: Piece[] = []
  const links: string[] = []
  const linkStarts: number[] = []
  for (const { node, entering } of steps(block)) {
    const mark = emphasis(node)
    if (mark !== '') pieces.push({ words: mark })
    else if (node.type === 'link' && entering) linkStarts.push(pieces.length)
    else if (node.type === 'link') {
      links.push(node.destination ?? '')
      pieces.push(linkedWords(textOf(pieces.slice(linkStarts.pop())), node.destination ?? ''))
    } else if (node.type === 'code') pieces.push({ code: node.literal ?? '' })
    else if (node.type === 'softbreak' || node.type === 'linebreak') pieces.push({ words: '\n' })
    else if (node.type === 'text') pieces.push({ words: node.literal ?? '' })
    else if (node.type === 'html_inline') pieces.push({ words: withoutTag(node.literal ?? '') })
  }
  return { text: textOf(pieces), links }
}

/** Stars inside a name are no emphasis but the author's: `kube-*-proxy-*-x`. */
function emphasis(node: Node): string {
  if (node.type !== 'emph' && node.type !== 'strong') return ''
  const [before, after] = [wordsOf(node.prev).at(-1) ?? ' ', wordsOf(node.next).at(0) ?? ' ']
  if (/[\s([{"'“‘—–/]/.test(before) && /[\s)\]}"'”’—–/.,;:!?]/.test(after)) return ''
  return node.type === 'emph' ? '*' : '**'
}

const wordsOf = (node: Node | null): string => (node?.type === 'text' ? (node.literal ?? '') : '')

const tag =
  /^<(?:!--|\/?(?:a|b|big|br|button|code|details|div|em|embed|font|form|i|iframe|img|input|kbd|link|mark|math|meta|object|p|pre|s|script|small|span|strong|style|sub|summary|sup|svg|table|td|template|textarea|th|tr|u|ul|ol|li|video)\b)/i

/** `<br>` and the like go; `<node>` is a word of the author. */
const withoutTag = (literal: string): string =>
  !tag.test(literal) ? literal : /^<br/i.test(literal) ? '\n' : ''
