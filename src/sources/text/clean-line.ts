/** What stands around the words of one line: colours, chats, mail, Markdown, editors and pagers put it there. */
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

// ------------------------------------------------------------------------------------------ who speaks

/** `[10:32] Ann: `, `10:32 AM Ann B.: `, `10:32 <ann> `, `[07.01.26, 10:32:11] Ann: `; what follows keeps its margin. */
const timedSpeaker =
  /^\[?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? )?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?\]? (?:<[A-Za-z][\w .'-]{0,40}> |[A-Za-z][\w .'-]{0,40}: )(?=.{0,200}\S)/

/** `<ann> `; a placeholder stands among others. */
const namedSpeaker = /^<[A-Za-z][\w .-]{0,40}> (?=\s{0,80}[^\s<])/

/** `Ann [10:32 AM]: ` */
const speakerWithTime = /^[A-Za-z][\w .'-]{0,40} \[\d{1,2}:\d\d(?: ?[AaPp][Mm])?\]:? /

/** `Ann: ` before what a program printed; before anything else it may be anybody's key. */
const speakerOfOutput = /^[A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{0,30})?: /

function withoutSpeaker(line: string): string {
  const bracket = line.indexOf(' [')
  if (bracket > 0 && bracket < 45) {
    const timed = line.replace(speakerWithTime, '')
    if (timed !== line) return timed
  }
  const colon = line.indexOf(': ')
  if (colon > 0 && colon < 64) {
    const bare = line.replace(speakerOfOutput, '')
    if (bare !== line && looksLikeLog(bare)) return bare
  }
  return withoutFile(line)
}

/** `calico.log:2026-…`, `calico.log-12-…`: what grep puts before the lines of several files. */
function withoutFile(line: string): string {
  const bare = line.replace(/^[\w./@-]{1,200}\.(?:log|txt|out|gz)(?:[:-]\d{1,8})?[:-] ?/, '')
  return bare !== line && looksLikeLog(bare) ? bare : line
}

/** `12:2026-…`: the line's number, by grep. */
function withoutNumber(line: string): string {
  const bare = line.replace(/^\d{1,8}[:-] ?/, '')
  return bare !== line && looksLikeLog(bare) ? bare : line
}

// ------------------------------------------------------------------------------------------ Markdown, editors, pagers

/** A point of a list before output. `- ` also begins items of YAML, which keep it. */
function withoutBullet(line: string): string {
  const bare = line.replace(/^[-*•] +/, '')
  return bare !== line && (looksLikeLog(bare) || /^(?:Normal|Warning)\s{2,}/.test(bare)) ? bare : line
}

/** `**all of it**`, `*all of it*`. */
function withoutEmphasis(line: string): string {
  const words = /^(\*{1,2})(?<words>[^*\s][^*]*[^*\s])\1[.:]?\s*$/.exec(line)?.groups?.words
  return words ?? withoutBullet(line)
}

/** A line that is one code span. */
const withoutTicks = (line: string): string => /^`(?<code>[^`]+)`\s*$/.exec(line)?.groups?.code ?? line

/** Log lines have no margin of their own. */
function withoutMargin(line: string): string {
  const bare = line.trimStart()
  return looksLikeLog(bare) && !bare.startsWith('{') && !bare.startsWith('[') ? bare : line
}

/** What `less` and `more` show at the foot of a screen. */
const withoutPager = (line: string): string => (/^(?:\(END\)|--More--.{0,20})\s*$/.test(line) ? '' : line)

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
