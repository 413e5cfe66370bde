/** What is prose, where a sentence ends, and which of them claim nothing. */
import { isBlank, startsStructure, type TextLine } from '#sources/text/lines.ts'
import { looksLikeNodeName, promptScope } from '#sources/text/prompt.ts'

/** A title, a list's item, a few words: nothing that a reader is missing for. */
export const isHeading = (text: string): boolean =>
  /^[\s#*•>-]{0,8}[[(“"'*/]?[A-Za-z][\w,.'’:;()&/—–-]*(?: [\w,.'’“”"`*:;()[\]&/+—–→-]+){0,12}$/.test(text) &&
  !startsStructure(text.replace(/:$/, ''))

/** Four words in a row that are words; no table, no code. */
export function isProse(text: string): boolean {
  if ((startsStructure(text) && !/^\s*[A-Z][\w ]{2,40}: /.test(text)) || /^\s*[\w.-]+=/.test(text))
    return false
  let inRow = 0
  for (const word of text.split(' ')) {
    inRow = isWord(word) ? inRow + 1 : 0
    if (inRow === 4) return true
  }
  return false
}

/** Some words among names and values: prose where it turns out to tell something. */
export const isLoose = (text: string): boolean =>
  !startsStructure(text) && !text.includes('": ') && text.split(' ', 40).filter(isWord).length >= 3

const isWord = (word: string): boolean => /^[(“"'`*]{0,3}[A-Za-z][\w/'’-]*[)”"'`*,;:.!?]{0,3}$/.test(word)

const wrappedMax = 6

/** How many lines a sentence that starts here was wrapped into: by mail, by a terminal, by hand. */
export function wrappedLines(lines: readonly TextLine[], at: number): number {
  let count = 1
  while (count < wrappedMax && goesOn(lines[at + count - 1]?.text, lines[at + count]?.text)) count++
  return count
}

function goesOn(line: string | undefined, next: string | undefined): boolean {
  if (line === undefined || next === undefined || isBlank(next)) return false
  // Whoever wraps does so near an edge; short lines are lines.
  if (line.length < 40 || /[.!?:;]["')\]]?$/.test(line)) return false
  return (
    /^\s{0,8}[a-z(]/.test(next) && isWordy(next) && !startsStructure(next) && promptScope(next) === undefined
  )
}

/** Nearly all of it are words, and nothing is a setting. */
function isWordy(text: string): boolean {
  const words = text.trim().split(/ +/, 60)
  return !/[=|{}<>]|: /.test(text) && words.filter(isWord).length * 4 >= words.length * 3
}

export const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.!?])\s+(?=[A-Z“"'(])/)

/** It supposes, asks, advises or plans: such a sentence tells nothing. */
export const supposes = (sentence: string): boolean =>
  /\b(?:if|whether|would|could(?!n| not)|should|might|may be|unless|not even|typical|e\.g\.|please|must|ought|recommend(?:ed|s)?|suggest(?:ed|s)?|make sure|ensure|try to|in case|(?:you|it|they|we|there) (?:may|can happen|might|will|need to|have to)|check (?:whether|that|for))\b|^\s*(?:[-*•]\s*)?(?:#{1,6}|[A-Z]\)|\d+\.)\s|\?\s*$/i.test(
    sentence,
  )

/** The first machine that a sentence names. */
export function nodeIn(sentence: string): string | undefined {
  const byAddress = /\b(?:nodes?|workers?|hosts?) (?<name>\d{1,3}(?:\.\d{1,3}){3})\b/i.exec(sentence)?.groups
    ?.name
  if (byAddress !== undefined) return byAddress // some providers name nodes by their address
  for (const [name] of sentence.matchAll(
    /\b[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63}){0,6}\b/g,
  ))
    if (looksLikeNodeName(name)) return name
  return undefined
}
