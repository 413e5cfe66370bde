/** What Markdown, editors and pagers put around a line. */
import { looksLikeLog } from '#sources/text/line-shapes.ts'

/** A point of a list before output. `- ` also begins items of YAML, which keep it. */
export function withoutBullet(line: string): string {
  const bare = line.replace(/^[-*•] +/, '')
  return bare !== line && (looksLikeLog(bare) || /^(?:Normal|Warning)\s{2,}/.test(bare)) ? bare : line
}

/** `**all of it**`, `*all of it*`. */
export function withoutEmphasis(line: string): string {
  const words = /^(\*{1,2})(?<words>[^*\s][^*]*[^*\s])\1[.:]?\s*$/.exec(line)?.groups?.words
  return words ?? withoutBullet(line)
}

/** A line that is one code span. */
export const withoutTicks = (line: string): string => /^`(?<code>[^`]+)`\s*$/.exec(line)?.groups?.code ?? line

/** Log lines have no margin of their own. */
export function withoutMargin(line: string): string {
  const bare = line.trimStart()
  return looksLikeLog(bare) && !bare.startsWith('{') && !bare.startsWith('[') ? bare : line
}

/** What `less` and `more` show at the foot of a screen. */
export const withoutPager = (line: string): string =>
  /^(?:\(END\)|--More--.{0,20})\s*$/.test(line) ? '' : line
