/** Objects of every other type: their fields, with titles made of their names. */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { field, headLines, line, text } from '#lab/kubectl/describe/lines.ts'

const skipped = new Set([
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
])

export const genericLines = (object: JsonObject): readonly string[] => [
  ...headLines(object),
  ...contents(object, 0, ''),
]

function contents(object: JsonObject, level: number, path: string): readonly string[] {
  return Object.keys(object)
    .sort()
    .flatMap((key) => {
      const here = `${path}.${key}`
      const value = object[key]
      if (skipped.has(here)) return []
      const title = titleOf(key)
      if (isObject(value)) return [line(level, `${title}:`), ...contents(value, level + 1, here)]
      if (!Array.isArray(value)) return [field(level, title, value === null ? '<nil>' : value)]
      const items = value.flatMap((item) =>
        isObject(item) ? contents(item, level + 1, here) : [line(level + 1, text(item))],
      )
      return [line(level, `${title}:`), ...items]
    })
}

/** `natOutgoing` is `Nat Outgoing`, `apiVersion` is `API Version`; names with other signs stay. */
function titleOf(key: string): string {
  if (/[^\p{L}-]/u.test(key)) return key
  return camelParts(key)
    .map((part) => {
      if (['API', 'URL', 'UID', 'GUID'].includes(part.toUpperCase())) return part.toUpperCase()
      return part === part.toLowerCase()
        ? part.replaceAll(/(^|-)(\p{L})/gu, (_, dash: string, sign: string) => dash + sign.toUpperCase())
        : part
    })
    .join(' ')
}

/** fatih/camelcase: runs of lower case, of upper case, and other signs; the last capital of a run begins the next word. */
const camelParts = (key: string): readonly string[] =>
  key.match(/\p{Lu}+(?=\p{Lu}\p{Ll})|\p{Lu}?\p{Ll}+|\p{Lu}+|[^\p{L}]+/gu) ?? [key]
