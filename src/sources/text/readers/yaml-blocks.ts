/** Where in a text YAML stands, whole or cut out of an object, and what it holds. */
import { isKnownKey } from '#sources/formats/config-keys.ts'
import { parseYaml } from '#sources/formats/yaml.ts'
import { isBlank, isFence, looksLikeLog, type TextLine } from '#sources/text/lines.ts'
import type { Block } from '#sources/text/readers/json-blocks.ts'

const yamlStart =
  /^\s*(?:- )?(?:apiVersion|kind|metadata|spec|status|items|conditions|containers|initContainers|containerStatuses|initContainerStatuses|addresses|nodeInfo|taints|env|securityContext|lastHeartbeatTime|lastTransitionTime):(?:\s|$)/

/** An item of a list that goes on below: an environment variable, a condition. */
const yamlItem = /^\s*- (?:name|type|lastHeartbeatTime|key|message): \S/

/** What follows must be indented deeper, a key, an item or a comment. */
const yamlLine = /^(?:\s+\S|[\w"'./-]{1,253}:(?:\s|$)|- |#)/

/** An object, an item of a list or a part of an object, of two lines at least. */
export function yamlBlock(lines: readonly TextLine[], at: number): Block | undefined {
  const first = lines[at]?.text ?? ''
  const below = lines[at + 1]?.text ?? ''
  const isItem = yamlItem.test(first) && /^\s+[\w-]+:(?:\s|$)/.test(below)
  const isWhole = yamlStart.test(first) || isItem
  if (!isWhole && !startsPart(lines, at)) return undefined
  const ends = isWhole ? endsYaml : endOfPart(first)
  let next = at + 1
  for (; next < lines.length && next - at < yamlLinesMax; next++) {
    const text = lines[next]?.text ?? ''
    if (isBlank(text) ? !goesOn(lines, next) : ends(text)) break
  }
  // A lone key may be anybody's: `status: it does not work`.
  return next - at < 2
    ? undefined
    : { format: 'YAML', lines: next - at, parse: parsedYaml, ...(!isWhole && { isPart: true }) }
}

const yamlKey = /^\s*(?:- )?["']?(?<key>[A-Za-z][\w./-]{0,80})["']?:(?:\s+\S.*)?$/

/** A key that tells whose it is, or one that others have as well where such a key stands below it. */
function startsPart(lines: readonly TextLine[], at: number): boolean {
  const first = lines[at]?.text ?? ''
  const key = keyIn(first)
  if (key === undefined || isChange(first)) return false
  if (wrappers.has(key)) return hasKnownKey(lines.slice(at + 1, at + 2))
  if (/^(?:message|reason|type)$/.test(key))
    return /^\s*(?:reason|status|type|message):\s/.test(lines[at + 1]?.text ?? '')
  return isKnownKey(key) || (companions.has(key) && hasKnownKey(lines.slice(at + 1, at + lookAheadMax)))
}

const lookAheadMax = 7
const keyIn = (text: string): string | undefined => yamlKey.exec(text)?.groups?.key

/** As far as the lines are keys. */
function hasKnownKey(lines: readonly TextLine[]): boolean {
  for (const { text } of lines) {
    const key = keyIn(text)
    if (isChange(text) || !(key !== undefined || /^\s*- /.test(text))) return false
    if (key !== undefined && isKnownKey(key)) return true
  }
  return false
}

/** Keys that may be anybody's, or a heading, but for what stands below them. */
const wrappers: ReadonlySet<string> = new Set(
  'networking installation calico annotations template data'.split(' '),
)

/** Beside a part of an object stand only keys that objects of the same kind have, each once; anything else is somebody's words. */
function endOfPart(first: string): (text: string) => boolean {
  const margin = marginOf(first)
  const seen = new Set([keyIn(first)])
  return (text) => {
    if (endsYaml(text) || isChange(text)) return true
    if (marginOf(text) > margin || /^\s*(?:#|- )/.test(text)) return false
    const key = keyIn(text)
    if (key === undefined || seen.has(key) || !(isKnownKey(key) || companions.has(key))) return true
    seen.add(key)
    return false
  }
}

const companions: ReadonlySet<string> = new Set(
  'name namespace cidr node nodeSelector disabled state selector order tier mode interface value valueFrom metadata spec status message reason type lastTransitionTime logSeverityScreen prometheusMetricsPort programClusterRoutes ingress egress deleted strictAffinity attributes sourceAddress filters labels'.split(
    ' ',
  ),
)

/** `a -> b` tells of a change: others read that. */
const isChange = (text: string): boolean => / (?:->|=>|→) /.test(text)

const marginOf = (text: string): number => /^ */.exec(text)?.[0].length ?? 0

/** The parser takes about a second for 100 000 lines; longer listings are better given as JSON. */
const yamlLinesMax = 200_000

const goesOn = (lines: readonly TextLine[], at: number): boolean => /^\s+\S/.test(lines[at + 1]?.text ?? '')

const endsYaml = (text: string): boolean =>
  !yamlLine.test(text) ||
  isFence(text) ||
  (looksLikeLog(text) && !/^\s/.test(text)) ||
  /^(?:Name|Events):\s/.test(text)

const parsedYaml = (text: string): unknown => parseYaml(dedented(text))

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
