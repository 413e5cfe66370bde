/** Texts of several paragraphs: an empty line between them; a block of code between lines of backticks. */
import { longestRun } from '#drill/replay/words.ts'

export type Passage = { readonly paragraph: string } | { readonly code: string }

/** `text` with a further passage at its end. */
export const joined = (text: string | undefined, next: string): string =>
  text === undefined || text === '' ? next : next === '' ? text : `${text}\n\n${next}`

export function fenced(code: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(code) + 1))
  return `${fence}\n${code}\n${fence}`
}

/** What `joined` and `fenced` put together. */
export function passagesOf(text: string): readonly Passage[] {
  const passages: Passage[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as string
    if (line === '') continue
    const end = /^`{3,}$/.test(line) ? lines.indexOf(line, at + 1) : -1
    if (end < 0) passages.push({ paragraph: line })
    else {
      passages.push({ code: lines.slice(at + 1, end).join('\n') })
      at = end
    }
  }
  return passages
}
