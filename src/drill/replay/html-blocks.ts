/**
 * Blocks of an HTML page, read by a parser that does as browsers do. Nothing runs and nothing is loaded: only the text
 * of the article is taken, without scripts, forms, frames and what else stands around it.
 */
import { type DefaultTreeAdapterMap, parse } from 'parse5'
import type { Block, Reading } from '#drill/replay/blocks.ts'
import { linkedWords } from '#drill/replay/links.ts'
import { codeLines, type Piece, textOf } from '#drill/replay/words.ts'

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

export function htmlBlocks(html: string): Reading {
  const writer = new Writer()
  for (const { node, entering } of steps(article(parse(html, { sourceCodeLocationInfo: true })))) {
    if (isElement(node)) {
      if (entering) writer.open(node)
      else writer.close(node)
    } else if ('value' in node && entering) writer.words(node.value, node.sourceCodeLocation?.startLine)
  }
  return { blocks: writer.end(), notices: [] }
}

const isElement = (node: Node): node is Element => 'tagName' in node
const attribute = (element: Element, name: string): string =>
  element.attrs.find((each) => each.name === name)?.value ?? ''

const left = new Set(
  'script style template noscript svg math nav aside header footer form button iframe object embed select textarea canvas audio video head'.split(
    ' ',
  ),
)

/** Not part of what a reader reads; the sign at a heading that links to it, too. */
const isLeftOut = (element: Element): boolean =>
  left.has(element.tagName) ||
  element.attrs.some((each) => each.name === 'hidden') ||
  (element.tagName === 'a' && /\bheaderlink\b/.test(attribute(element, 'class')))

/** In the order of the page, entering and leaving; without recursion, since pages may nest without end. */
function* steps(root: Node): Generator<{ readonly node: Node; readonly entering: boolean }> {
  const stack: { readonly node: Node; entered: boolean }[] = [{ node: root, entered: false }]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.entered || (isElement(top.node) && isLeftOut(top.node))) {
      stack.pop()
      if (top.entered) yield { node: top.node, entering: false }
      continue
    }
    top.entered = true
    yield { node: top.node, entering: true }
    const children = 'childNodes' in top.node ? top.node.childNodes : []
    for (let at = children.length - 1; at >= 0; at -= 1) {
      stack.push({ node: children[at] as Node, entered: false })
    }
  }
}

/** The page's article, or its main part, or all of it. */
function article(document: Node): Node {
  const found = new Map<string, Node>()
  for (const { node, entering } of steps(document)) {
    if (entering && isElement(node) && !found.has(node.tagName)) found.set(node.tagName, node)
  }
  return found.get('article') ?? found.get('main') ?? document
}

const paragraphs = new Set(
  'p div section article main blockquote ul ol dl dt dd table tr details summary figure figcaption hr body html'.split(
    ' ',
  ),
)

/** Puts the text between the borders of blocks together. */
class Writer {
  readonly #blocks: Block[] = []
  readonly #lists: { readonly ordered: boolean; count: number }[] = []
  readonly #items: { readonly marker: string; used: boolean }[] = []
  #pieces: Piece[] = []
  #links: string[] = []
  #line: number | undefined
  #code: string | undefined // inside <code> or <pre>
  #preformatted = 0
  readonly #linkStarts: number[] = []

  open(element: Element): void {
    const { tagName } = element
    if (isBlock(tagName)) this.#flush()
    if (tagName === 'ol' || tagName === 'ul') {
      const start = Number.parseInt(attribute(element, 'start') || '1', 10)
      this.#lists.push({ ordered: tagName === 'ol', count: Number.isSafeInteger(start) ? start - 1 : 0 })
    } else if (tagName === 'li') this.#items.push({ marker: this.#marker(), used: false })
    else if (tagName === 'code') this.#code ??= ''
    else if (tagName === 'pre') {
      this.#preformatted += 1
      this.#code ??= ''
    } else if (tagName === 'br') this.words('\n')
    else if (tagName === 'td' || tagName === 'th') this.words(this.#pieces.length === 0 ? '' : ' | ')
    else if (tagName === 'img') this.words(attribute(element, 'alt'), element.sourceCodeLocation?.startLine)
    else if (tagName === 'a') this.#linkStarts.push(this.#pieces.length)
  }

  close({ tagName, ...element }: Element): void {
    if (tagName === 'pre') {
      this.#preformatted -= 1
      this.#flushCode()
    }
    if (isBlock(tagName)) this.#flush(/^h[1-6]$/.test(tagName) ? Number(tagName[1]) : undefined)
    if (tagName === 'ol' || tagName === 'ul') this.#lists.pop()
    else if (tagName === 'li') this.#items.pop()
    else if (tagName === 'code' && this.#preformatted === 0) {
      this.#pieces.push({ code: this.#code ?? '' })
      this.#code = undefined
    } else if (tagName === 'a') {
      const target = element.attrs.find((each) => each.name === 'href')?.value ?? ''
      const start = this.#linkStarts.pop()
      if (target === '' || start === undefined) return
      this.#links.push(target)
      this.#pieces.push(linkedWords(textOf(this.#pieces.slice(start)), target))
    }
  }

  words(value: string, line?: number): void {
    if (this.#line === undefined && line !== undefined && /\S/.test(value)) {
      this.#line = line + (value.slice(0, value.search(/\S/)).match(/\n/g)?.length ?? 0)
    }
    if (this.#code !== undefined) this.#code += value
    else this.#pieces.push({ words: value })
  }

  end(): readonly Block[] {
    this.#flush()
    return this.#blocks
  }

  #marker(): string {
    const list = this.#lists.at(-1)
    if (list === undefined || !list.ordered) return '-'
    list.count += 1
    return `${list.count}.`
  }

  #flushCode(): void {
    const text = codeLines(this.#code ?? '')
    this.#code = undefined
    const line = this.#line ?? 1
    this.#line = undefined
    if (text === '') return
    const point = this.#begun('', { line, links: [] })
    this.#blocks.push(...(point === undefined ? [] : [point]), { kind: 'code', text, line })
  }

  #flush(level?: number): void {
    if (this.#code !== undefined && this.#preformatted === 0) {
      // Code that nobody closed ends with its paragraph.
      this.#pieces.push({ code: this.#code })
      this.#code = ''
    }
    const text = textOf(this.#pieces)
    const [line, links] = [this.#line ?? 1, this.#links]
    this.#pieces = []
    this.#links = []
    this.#line = undefined
    if (text === '') return
    if (level !== undefined)
      this.#blocks.push({ kind: 'heading', level, text: text.replace(/\s*[¶#]$/, ''), line })
    else {
      const within = this.#items.length > 0
      this.#blocks.push(
        this.#begun(text, { line, links }) ?? { kind: 'paragraph', text, line, links, within },
      )
    }
  }

  /** The point that a block begins, if it begins one. */
  #begun(text: string, o: { readonly line: number; readonly links: readonly string[] }): Block | undefined {
    const item = this.#items.at(-1)
    if (item === undefined || item.used) return undefined
    item.used = true
    return { kind: 'item', marker: item.marker, text, ...o, within: this.#items.at(-2)?.used === true }
  }
}

const isBlock = (tagName: string): boolean => paragraphs.has(tagName) || /^(?:h[1-6]|li|pre)$/.test(tagName)
