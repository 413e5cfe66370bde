import { Trouble } from '#base/trouble.ts'

/** The words of a line as a shell parts them: blanks, `'…'`, `"…"` and backslashes. Throws Trouble for an open quote. */
export function shellWords(line: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const sign = line[at] as string // at is below the length
    if (quote === '' && /\s/.test(sign)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (quote === '' && (sign === "'" || sign === '"')) {
      quote = sign
      word ??= ''
    } else if (sign === quote) quote = ''
    else if (sign === '\\' && quote !== "'" && (quote === '' || /["\\$`]/.test(line[at + 1] ?? ''))) {
      at++
      word = (word ?? '') + (line[at] ?? '')
    } else word = (word ?? '') + sign
  }
  if (quote !== '') throw new Trouble('open-quote', `a quote is not closed: ${line}`)
  if (word !== undefined) words.push(word)
  return words
}
