/** `-o custom-columns=NAME:.metadata.name,…`: kubernetes/kubectl:pkg/cmd/get/customcolumn.go. */
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { itemsOf } from '#lab/kubectl/client.ts'
import { found, relaxed } from '#lab/kubectl/jsonpath/find.ts'
import { parseTemplate, type Step } from '#lab/kubectl/jsonpath/parse.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** Throws KubectlError for a list of columns that is none. */
export function columnsPrinter(
  spec: string,
  o: { readonly headers: boolean },
): (object: JsonObject) => string {
  if (spec === '') throw new KubectlError('custom-columns format specified but no custom columns given')
  const columns = spec.split(',').map((part) => {
    const at = part.indexOf(':')
    if (at < 0)
      throw new KubectlError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`)
    return { header: part.slice(0, at), steps: stepsOf(part.slice(at + 1)) }
  })
  return (object) => {
    const objects = Array.isArray(object['items']) ? itemsOf(object) : [object]
    const rows = objects.map((each) => columns.map(({ steps }) => cell(steps, each)).join('\t'))
    const head = o.headers ? [columns.map(({ header }) => header).join('\t')] : []
    return aligned([...head, ...rows], listTabs)
      .map((line) => `${line}\n`)
      .join('')
  }
}

export function stepsOf(path: string): readonly Step[] {
  const [part] = parseTemplate(relaxed(path))
  return part?.part === 'path' ? part.steps : []
}

function cell(steps: readonly Step[], object: JsonObject): string {
  const values = found(steps, [object])
  return values.length === 0 ? '<none>' : values.map(goText).join(',')
}

/** fmt.Sprint of a value of JSON: `map[a:1]`, `[1 2]`. */
function goText(value: unknown): string {
  if (value === null || value === undefined) return '<none>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return String(value)
  const pairs = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`)
  return `map[${pairs.join(' ')}]`
}
