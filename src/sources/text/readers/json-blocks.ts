/** Where in a text JSON stands, whole or cut, and what it holds. */
import { parsedJson } from '#base/json.ts'
import { isKnownKey } from '#sources/formats/config-keys.ts'
import { parseYaml } from '#sources/formats/yaml.ts'
import { isBlank, type TextLine } from '#sources/text/lines.ts'
import { promptScope } from '#sources/text/prompt.ts'

/** A run of lines that one parser reads. */
export interface Block {
  readonly format: 'YAML' | 'JSON'
  readonly lines: number
  readonly parse: (text: string) => unknown
  /** It only may be a part of an object: where nothing in it is known, it is somebody's words. */
  readonly isPart?: true
}

/** An object or a list that begins at this line. */
export function jsonBlock(lines: readonly TextLine[], at: number): Block | undefined {
  const first = lines[at]?.text.trim() ?? ''
  if (!/^[[{]/.test(first) || !isJsonStart(first, lines[at + 1]?.text)) return undefined
  const end = balancedEnd(lines, at)
  // Cut JSON ends with its paragraph.
  return end === undefined
    ? { format: 'JSON', lines: paragraph(lines, at), parse: parsedPart }
    : { format: 'JSON', lines: end - at, parse: parsedJson }
}

const jsonField = /^\s*"(?<key>[\w./-]{1,80})"\s*:/

/** Fields from the middle of an object: `"mtu": 1440,` */
export function jsonPart(lines: readonly TextLine[], at: number): Block | undefined {
  const key = jsonField.exec(lines[at]?.text ?? '')?.groups?.key
  if (key === undefined || !isKnownKey(key)) return undefined
  let next = at + 1
  while (next < lines.length && /^\s*["{}[\]]/.test(lines[next]?.text ?? '')) next++
  return { format: 'JSON', lines: next - at, parse: (text) => parsedPart(`{${text}`), isPart: true }
}

/**
 * JSON that was cut: YAML's parser makes of it what there is. Only where a key in it is known, and never an object with its
 * kind: half an object would be a wrong one.
 */
function parsedPart(text: string): unknown {
  if (
    text.length > partMax ||
    !(
      [...text.matchAll(/"([\w./-]{1,80})"\s*:/g)].some(([, key = '']) => isKnownKey(key)) ||
      /"type"\s{0,8}:\s{0,8}"calico(?:-ipam)?"/.test(text)
    )
  )
    return undefined
  const value = parseYaml(withoutCutWord(text))
  return typeof value === 'object' && value !== null && 'kind' in value ? undefined : value
}

const partMax = 20_000

/** A word that was cut in its middle is no value. */
function withoutCutWord(text: string): string {
  const quotes = [...text.matchAll(/(?<!\\)"/g)]
  return quotes.length % 2 === 0 ? text : text.slice(0, quotes.at(-1)?.index)
}

const isJsonStart = (first: string, second: string | undefined): boolean =>
  /^[[{]+\s*"/.test(first) || (/^[[{]+$/.test(first) && /^\s*["{[\]}]/.test(second ?? ''))

/** Index behind the line on which the first bracket closes. */
function balancedEnd(lines: readonly TextLine[], at: number): number | undefined {
  let depth = 0
  let inString = false
  for (let next = at; next < lines.length; next++) {
    const text = lines[next]?.text ?? ''
    for (let index = 0; index < text.length; index++) {
      const letter = text[index]
      if (inString && letter === '\\') index++
      else if (letter === '"') inString = !inString
      else if (!inString && (letter === '{' || letter === '[')) depth++
      else if (!inString && (letter === '}' || letter === ']')) depth--
    }
    if (depth <= 0) return next + 1
    // No printer of objects leaves a line blank; what follows one is another piece.
    if (isBlank(text) || (next > at && promptScope(text) !== undefined)) return undefined
  }
  return undefined
}

function paragraph(lines: readonly TextLine[], at: number): number {
  let next = at + 1
  while (next < lines.length && !isBlank(lines[next]?.text)) next++
  return next - at
}
