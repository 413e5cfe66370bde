/** Choices and actions inside one paragraph, on lines of their own or all on one. */
import { codeSpan, piecesOf } from '#drill/replay/words.ts'

export interface Lettered {
  readonly letter: string
  readonly text: string
}

/** What stands before the first choice, and the choices. Letters only go up: `A)` inside a text begins nothing. */
export function letteredIn(text: string): { readonly before: string; readonly choices: readonly Lettered[] } {
  const words = withoutCode(text)
  const lines = [...words.matchAll(/(?:^|\n)[^\S\n]*(?:[-*•][^\S\n]+)?(?<sign>[A-Z])[).:](?=\s|$)/g)]
  const signs =
    lines.length > 1 ? lines : [...words.matchAll(/(?:^(?:[-*•] )?|\s[-*•] )(?<sign>[A-Z])\)(?=\s|$)/g)]
  return cut(
    text,
    rising(signs, (sign, last) => last === undefined || sign > last),
  )
}

/** `A) Drain the node`, of a point. */
export function letterOf(point: string): Lettered | undefined {
  const found = /^(?<letter>[A-Z])[).:](?:\s+(?<text>[\s\S]*))?$/.exec(point)?.groups
  return found === undefined ? undefined : { letter: found.letter as string, text: found.text ?? '' }
}

/** What stands before `1.`, and the actions. */
export function numberedIn(text: string): { readonly before: string; readonly actions: readonly string[] } {
  const words = withoutCode(text)
  const lines = [...words.matchAll(/(?:^|\n)[^\S\n]*(?<sign>\d{1,2})[.)](?=\s)/g)]
  const signs = lines.length > 1 ? lines : [...words.matchAll(/(?:^|\s)(?<sign>\d{1,2})[.)](?=\s)/g)]
  const { before, choices } = cut(
    text,
    rising(signs, (sign, last) => Number(sign) === Number(last ?? 0) + 1),
  )
  return { before, actions: choices.map((each) => each.text) }
}

function rising(
  signs: readonly RegExpExecArray[],
  follows: (sign: string, last: string | undefined) => boolean,
): readonly RegExpExecArray[] {
  const kept: RegExpExecArray[] = []
  for (const sign of signs) {
    if (follows(sign.groups?.sign as string, kept.at(-1)?.groups?.sign)) kept.push(sign)
  }
  return kept
}

function cut(
  text: string,
  signs: readonly RegExpExecArray[],
): { before: string; choices: readonly Lettered[] } {
  const choices = signs.map((sign, at) => ({
    letter: sign.groups?.sign as string,
    text: text.slice(sign.index + sign[0].length, signs[at + 1]?.index).trim(),
  }))
  return { before: text.slice(0, signs[0]?.index).trim(), choices }
}

/** The same text with its code blotted out: `2. ` in a command begins no action. */
const withoutCode = (text: string): string =>
  piecesOf(text)
    .map((piece) => ('code' in piece ? '`'.repeat(codeSpan(piece.code).length) : piece.words))
    .join('')
