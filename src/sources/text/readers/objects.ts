import { parseDocument } from 'yaml'
import { isBlank, isFence, looksLikeLog, type TextLine } from '#sources/text/lines.ts'
import { promptScope } from '#sources/text/prompt.ts'
import { place, type Reader, type Source, type Taken } from '#sources/text/reader.ts'
import { objectRows } from '#sources/text/readers/object-rows.ts'

/** Objects as YAML or JSON: whole, lists, or a fragment that somebody cut out. */
export const objectsReader: Reader = {
  read(source, at, scope) {
    const block = jsonBlock(source.lines, at) ?? yamlBlock(source.lines, at)
    if (block === undefined) return undefined
    const value = block.parse(textOf(source, at, block.lines))
    const read = objectRows(value, { source, scope, from: place(source, at, scope) })
    const isRead = read.rows.length > 0
    return {
      lines: block.lines,
      format: isRead ? `${block.format} of ${read.what}` : `${block.format}, nothing known in it`,
      rows: read.rows,
      covered: read.covered,
      notUnderstood: isRead ? 0 : block.lines,
      ...(read.about !== undefined && { about: read.about }),
    } satisfies Taken
  },
}

interface Block {
  readonly format: 'YAML' | 'JSON'
  readonly lines: number
  readonly parse: (text: string) => unknown
}

const textOf = (source: Source, at: number, lines: number): string =>
  source.lines
    .slice(at, at + lines)
    .map((line) => line.text)
    .join('\n')

function jsonBlock(lines: readonly TextLine[], at: number): Block | undefined {
  const first = lines[at]?.text.trim() ?? ''
  if (!/^[[{]/.test(first) || !isJsonStart(first, lines[at + 1]?.text)) return undefined
  const end = balancedEnd(lines, at)
  // Cut JSON ends with its paragraph; it is counted as not understood.
  return end === undefined
    ? { format: 'JSON', lines: paragraph(lines, at), parse: () => undefined }
    : { format: 'JSON', lines: end - at, parse: parsedJson }
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

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const yamlStart =
  /^\s*(?:- )?(?:apiVersion|kind|metadata|spec|status|items|conditions|containers|initContainers|containerStatuses|initContainerStatuses|addresses|nodeInfo|taints|env|securityContext|lastHeartbeatTime|lastTransitionTime):(?:\s|$)/

/** An item of a list that goes on below: an environment variable, a condition. */
const yamlItem = /^\s*- (?:name|type|lastHeartbeatTime|key|message): \S/

/** What follows must be indented deeper, a key, an item or a comment. */
const yamlLine = /^(?:\s+\S|[\w"'./-]{1,253}:(?:\s|$)|- |#)/

function yamlBlock(lines: readonly TextLine[], at: number): Block | undefined {
  const first = lines[at]?.text ?? ''
  const below = lines[at + 1]?.text ?? ''
  const isItem = yamlItem.test(first) && /^\s+[\w-]+:(?:\s|$)/.test(below)
  if (!yamlStart.test(first) && !isItem) return undefined
  let next = at + 1
  for (; next < lines.length && next - at < yamlLinesMax; next++) {
    const text = lines[next]?.text ?? ''
    if (isBlank(text) ? !goesOn(lines, next) : endsYaml(text)) break
  }
  // A lone key may be anybody's: `status: it does not work`.
  return next - at < 2 ? undefined : { format: 'YAML', lines: next - at, parse: parsedYaml }
}

/** The parser takes about a second for 100 000 lines; longer listings are better given as JSON. */
const yamlLinesMax = 200_000

const goesOn = (lines: readonly TextLine[], at: number): boolean => /^\s+\S/.test(lines[at + 1]?.text ?? '')

const endsYaml = (text: string): boolean =>
  !yamlLine.test(text) ||
  isFence(text) ||
  (looksLikeLog(text) && !/^\s/.test(text)) ||
  /^(?:Name|Events):\s/.test(text)

function parsedYaml(text: string): unknown {
  try {
    const document = parseDocument(dedented(text), {
      logLevel: 'silent',
      prettyErrors: false,
      strict: false,
      uniqueKeys: false,
    })
    const value: unknown = document.toJS({ maxAliasCount: 50 })
    return value
  } catch {
    return undefined
  }
}

/** Cut out of its middle, the first line may stand deeper than the rest of the file's margin. */
function dedented(text: string): string {
  const margin = /^ */.exec(text)?.[0].length ?? 0
  return margin === 0
    ? text
    : text
        .split('\n')
        .map((line) => (line.slice(0, margin).trim() === '' ? line.slice(margin) : line))
        .join('\n')
}
