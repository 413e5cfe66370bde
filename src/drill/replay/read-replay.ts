import { failed, ok, type Result } from '#base/result.ts'
import { assemble } from '#drill/replay/assemble.ts'
import type { Reading } from '#drill/replay/blocks.ts'
import { type Form, formOf } from '#drill/replay/form.ts'
import { splitFrontMatter } from '#drill/replay/front-matter.ts'
import { htmlBlocks } from '#drill/replay/html-blocks.ts'
import { markdownBlocks } from '#drill/replay/markdown-blocks.ts'
import { textBlocks } from '#drill/replay/text-blocks.ts'
import type { Notice, Replay } from '#drill/replay/types.ts'
import { withoutControls } from '#drill/replay/words.ts'

/** In characters. A replay has about 5,000; its page, with menus and scripts, about 40,000. */
const charactersMax: Readonly<Record<Form, number>> = { markdown: 60_000, text: 60_000, html: 600_000 }

/**
 * Reads an incident replay in any of its forms: the author's Markdown, the HTML page, text copied from that page.
 * What is not understood becomes a notice with its line and stays as text. Refused, with the reason, is what is no
 * replay at all: nothing, no text, far too much of it, or text without a single round. Never throws.
 *
 * Not read: the manifest that some collections put beside a replay; its numbers contradict the text.
 */
export function readReplay(
  text: string,
  o: { readonly name?: string } = {},
): Result<Replay, readonly Notice[]> {
  const refused = refusal(text)
  if (refused !== undefined) return failed([refused])

  const clean = withoutControls(text)
  const form = formOf(clean)
  if (clean.length > charactersMax[form]) return failed([tooLong(clean.length, charactersMax[form])])
  const nested = tooDeep(clean, form)
  if (nested !== undefined) return failed([nested])

  const { frontMatter, body } = form === 'html' ? { body: clean } : splitFrontMatter(clean)
  const { blocks, notices } = readers[form](body)
  const replay = assemble({
    blocks,
    notices: [...controlNotice(text), ...notices],
    name: o.name ?? 'untitled',
  })
  if (replay.rounds.length === 0) {
    return failed([{ line: 1, message: 'this is no incident replay: no heading says "Round 1"' }])
  }
  return ok(frontMatter === undefined ? replay : { ...replay, frontMatter })
}

const readers: Readonly<Record<Form, (text: string) => Reading>> = {
  markdown: markdownBlocks,
  html: htmlBlocks,
  text: textBlocks,
}

function refusal(text: string): Notice | undefined {
  if (text.length > charactersMax.html) return tooLong(text.length, charactersMax.html)
  if (text.trim() === '') return { line: 1, message: 'there is nothing to read' }
  const line = text.slice(0, text.search(/\0|\ufffd{4}/)).split('\n').length
  return /\0|\ufffd{4}/.test(text) ? { line, message: 'this is not text' } : undefined
}

const tooLong = (length: number, max: number): Notice => ({
  line: 1,
  message: `${length.toLocaleString('en')} characters are no replay: at most ${max.toLocaleString('en')} are read`,
})

/** Quotes in quotes and links without end take a Markdown parser very long; no author writes them. */
function tooDeep(text: string, form: Form): Notice | undefined {
  if (form !== 'markdown') return undefined
  const deep = text
    .split('\n')
    .findIndex((line) => /^[\s>*+-]{60}/.test(line) && /[>*+-](?:\s*[>*+-]){19}/.test(line))
  if (deep >= 0)
    return { line: deep + 1, message: 'quotes or lists nested more than twenty deep are not read' }
  const links = text.split('](').length - 1
  return links > 500 ? { line: 1, message: `${links} links are no replay: at most 500 are read` } : undefined
}

function controlNotice(text: string): readonly Notice[] {
  const at = text.search(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  if (at < 0) return []
  return [
    { line: text.slice(0, at).split('\n').length, message: 'control characters from here on are left out' },
  ]
}
