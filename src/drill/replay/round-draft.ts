/** The blocks of one round, sorted into what they say. Whatever has no place of its own continues what stands before it. */
import type { Block } from '#drill/replay/blocks.ts'
import { letteredIn, letterOf, numberedIn } from '#drill/replay/lettered.ts'
import { beginningOf, type Notices } from '#drill/replay/notices.ts'
import { passageOf } from '#drill/replay/parts.ts'
import { fenced, joined } from '#drill/replay/passages.ts'
import { oneLine } from '#drill/replay/words.ts'

/** A text that may still grow. */
export interface Told {
  text: string
}

export interface Offered extends Told {
  readonly letter: string
  readonly line: number
}

export interface Branch extends Told {
  readonly letters: readonly string[]
  readonly recommended: boolean
  readonly line: number
}

export class RoundDraft {
  readonly sees: Told = { text: '' }
  readonly offered: Offered[] = []
  readonly branches: Branch[] = []
  readonly actions: Told[] = []
  cue: string | undefined
  /** The result that follows the choices directly: copied text has lost the heading of the recommended branch. */
  headless: Told | undefined
  /** What a passage without a label continues. */
  #last: Told | undefined
  #place: 'open' | 'sees' | 'choices' | 'branch' | 'actions' = 'open'
  readonly #notices: Notices

  constructor(notices: Notices) {
    this.#notices = notices
  }

  take(block: Block): void {
    if (block.kind === 'code') this.#further(fenced(block.text), block.line)
    // Authors make headings of labels, and pages forget to close their lists.
    else if (label.test(block.text) || bracket.test(block.text)) {
      if (block.kind === 'item' && !block.within) this.#item(block)
      else for (const each of atLabels(block)) this.#paragraph(each)
    } else if (block.kind === 'heading') this.#heading(oneLine(block.text), block.line)
    else if (block.within) this.#further(passageOf(block), block.line)
    else if (block.kind === 'item') this.#item(block)
    else for (const each of atLabels(block)) this.#paragraph(each)
  }

  #heading(text: string, line: number): void {
    const branch = branchHead(text)
    if (branch === undefined) {
      this.#notices.add(line, `not a heading of this format, kept as text: ${beginningOf(text)}`)
      this.#further(text, line)
      return
    }
    this.#place = 'branch'
    this.#last = push(this.branches, { ...branch, line, text: '' })
  }

  #paragraph({ text, line }: { readonly text: string; readonly line: number }): void {
    const says = bracket.exec(text)?.groups
    const labelled = label.exec(text)?.groups
    if (says !== undefined) {
      const words = oneLine(says.words as string).replace(/\s*\]$/, '')
      if (/^r/i.test(says.what as string)) this.#result(words, line)
      else this.#cue(unquoted(words), line)
    } else if (labelled !== undefined) {
      this.#labelled(labelled.label as string, { text: labelled.rest ?? '', line })
    } else if (this.#place === 'choices' && letteredIn(text).choices.length > 0) this.#offer({ text, line })
    else if (this.#place === 'actions') this.#act({ text, line })
    else if (this.#place === 'choices' && this.#last !== this.headless) this.#bare({ text, line })
    else this.#further(oneLine(text), line)
  }

  #labelled(label: string, rest: { readonly text: string; readonly line: number }): void {
    this.#last = this.sees
    if (/^what/i.test(label)) {
      this.#place = 'sees'
      this.#further(oneLine(rest.text), rest.line)
    } else if (/^choose/i.test(label)) {
      this.#place = 'choices'
      this.#offer(rest)
    } else {
      this.#place = 'actions'
      this.#act(rest)
    }
  }

  #item(item: Block & { readonly kind: 'item' }): void {
    const lettered = this.#place === 'choices' ? letterOf(item.text) : undefined
    if (lettered !== undefined) {
      this.#last = push(this.offered, { ...lettered, text: oneLine(lettered.text), line: item.line })
    } else if (this.#place === 'actions') this.#last = push(this.actions, { text: oneLine(item.text) })
    else this.#further(passageOf(item), item.line)
  }

  #offer({ text, line }: { readonly text: string; readonly line: number }): void {
    const { before, choices } = letteredIn(text)
    if (before !== '') this.#further(oneLine(before), line)
    for (const each of choices) this.#last = push(this.offered, { ...each, text: oneLine(each.text), line })
  }

  /** Without numbers each line is an action, unless actions with numbers precede it. */
  #act({ text, line }: { readonly text: string; readonly line: number }): void {
    const { before, actions } = numberedIn(text)
    if (this.actions.length > 0 && actions.length === 0) this.#further(oneLine(before), line)
    else {
      const all = [...before.split('\n').filter((each) => each !== ''), ...actions]
      for (const each of all) this.#last = push(this.actions, { text: oneLine(each) })
    }
  }

  #cue(cue: string, line: number): void {
    if (this.cue === undefined) this.cue = cue
    else this.#misplaced('a second pressure cue', cue, line)
  }

  #result(result: string, line: number): void {
    const branch = this.branches.at(-1)
    if (this.#place === 'branch' && branch !== undefined) branch.text = joined(branch.text, result)
    else if (this.#place === 'choices' && this.headless === undefined) {
      this.headless = { text: result }
      this.#last = this.headless
    } else this.#misplaced('a result that belongs to no choice', result, line)
  }

  /** A paragraph between the choices and the first branch, without the brackets that make it a result. */
  #bare({ text, line }: { readonly text: string; readonly line: number }): void {
    this.#notices.add(line, `taken for a result, though it has no brackets: ${beginningOf(text)}`)
    this.headless = { text: oneLine(text) }
    this.#last = this.headless
  }

  #further(passage: string, line: number): void {
    const text = withoutStraySigns(passage)
    const last = this.#last ?? this.sees
    const known = this.#place === 'sees' || last !== this.sees
    if (!known && text !== '') this.#misplaced('text without a label', text, line)
    else last.text = joined(last.text, text)
  }

  #misplaced(what: string, text: string, line: number): void {
    this.#notices.add(line, `${what}, kept with what is seen: ${beginningOf(text)}`)
    this.sees.text = joined(this.sees.text, withoutStraySigns(text))
  }
}

function push<T extends Told>(all: T[], next: T): T {
  all.push(next)
  return next
}

const bracket = /^\[\s*(?<what>Pressure cue|Result)\s*:\s*(?<words>[\s\S]*)$/i
const label = /^(?<label>What you see|Choose your action|Actions)(?:\s*:\s*(?<rest>[\s\S]*)|$)/i

/** Signs that stand where they mean nothing; left there, they would mean something when the text is read again. */
const straySigns =
  /^(?<point>- )?(?:(?:What you see|Choose your action|Actions)(?:\s*:\s*|$)|\[\s*(?:Pressure cue|Result)\s*:\s*)+/i

const withoutStraySigns = (passage: string): string =>
  passage.replace(straySigns, (_, point: string | undefined) => point ?? '')

/** A paragraph that goes on with a further label in a later line is several. */
function atLabels({
  text,
  line,
}: {
  readonly text: string
  readonly line: number
}): readonly { readonly text: string; readonly line: number }[] {
  const parts = text.split(
    /\n(?=(?:What you see|Choose your action|Actions)\s*:|\[(?:Result|Pressure cue)\s*:)/i,
  )
  return parts.map((part, at) => ({
    text: part,
    line: line + parts.slice(0, at).join('\n').split('\n').length - (at === 0 ? 1 : 0),
  }))
}

function branchHead(
  text: string,
): { readonly letters: readonly string[]; readonly recommended: boolean } | undefined {
  const found =
    /^If you (?:chose|choose) (?<letters>[A-Z](?:(?:\s*[,/]\s*| or | and )[A-Z])*)\s*(?:\((?<mark>[^)]*)\))?\s*:?$/i.exec(
      text,
    )?.groups
  if (found === undefined) return undefined
  return {
    letters: (found.letters as string).match(/\b[A-Z]\b/g) ?? [],
    recommended: /\b(?:recommended|best|correct|optimal)\b/i.test(found.mark ?? ''),
  }
}

/** Without the pair of quotes around all of it; the voice may quote others. */
function unquoted(words: string): string {
  const inner = /^(?:"(?<plain>[\s\S]*)"|“(?<curly>[\s\S]*)”)$/.exec(words)?.groups
  return inner === undefined ? words : oneLine(inner.plain ?? inner.curly ?? '')
}
