/** What stands around the words of one line: colours, chats, mail, Markdown, editors and pagers put it there. */
import {
  withoutBullet,
  withoutEmphasis,
  withoutMargin,
  withoutPager,
  withoutTicks,
} from '#sources/text/clean-line/markup.ts'
import {
  namedSpeaker,
  timedSpeaker,
  withoutNumber,
  withoutSpeaker,
} from '#sources/text/clean-line/speakers.ts'
import { looksLikeLog } from '#sources/text/line-shapes.ts'

/** Only the words, with the spaces before them, which tables and YAML need. */
export function cleanLine(raw: string): string {
  let line = raw
  if (/[^\x20-\x7e]/.test(line)) line = plain(line)
  if (line.includes('&'))
    line = line.replace(/&(?:lt|gt|amp|quot|#39|nbsp);/g, (found) => entities[found] ?? found)
  if (line.startsWith('>')) line = line.replace(/^(?:> ?){1,10}/, '')
  const start = starts[line.charCodeAt(0)]
  if (start !== undefined) line = start(line)
  return line.trimEnd()
}

function plain(line: string): string {
  return line
    .replace(
      /\u001b\[[0-9;?]{0,20}[A-Za-z]|\u001b\][^\u0007\u001b]{0,300}(?:\u0007|\u001b\\)|\u001b[()][A-Z0-9]/g,
      '',
    )
    .replace(/[\r\u200b-\u200d\u2060\ufeff]/g, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/[“”„]/g, '"')
    .replace(/\t/g, '        ')
}

const entities: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
}

/** By the first character: most lines are as they should be. */
const starts: ((line: string) => string)[] = []
const on = (characters: string, clean: (line: string) => string): void => {
  for (const character of characters) starts[character.charCodeAt(0)] = clean
}
on('0123456789[', (line) => {
  if (looksLikeLog(line)) return line
  const bare = line.replace(timedSpeaker, '')
  return bare === line ? withoutNumber(line) : bare
})
on('<', (line) => line.replace(namedSpeaker, ''))
on('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./', withoutSpeaker)
on('•', withoutBullet)
on('*', withoutEmphasis)
on('-', (line) => withoutBullet(withoutPager(line)))
on('(', withoutPager)
on('`', withoutTicks)
on(' ', withoutMargin)
