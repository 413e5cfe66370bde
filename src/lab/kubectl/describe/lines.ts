/** What descriptions are made of: kubernetes/kubectl:pkg/describe/describe.go (PrefixWriter and its helpers). */
import { parseTime, utc } from '#base/clock.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { metadataOf } from '#lab/kubectl/client.ts'

/** `Title:` and a value in the next column, indented by steps of two. */
export const field = (level: number, title: string, value: unknown): string =>
  `${'  '.repeat(level)}${title}:\t${text(value)}`

export const line = (level: number, words: string): string => `${'  '.repeat(level)}${words}`

/** As Go prints a plain value. */
export const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

/** A title with its values below each other; `<none>` without any. */
export function column(title: string, values: readonly string[], indent = ''): readonly string[] {
  if (values.length === 0) return [`${indent}${title}:\t<none>`]
  return values.map((value, index) => (index === 0 ? `${indent}${title}:\t${value}` : `\t${value}`))
}

/** `a=1` for each, in order. */
export const equalities = (labels: unknown): readonly string[] =>
  Object.entries(asObject(labels))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${text(value)}`)

export const labelLines = (title: string, labels: unknown, indent = ''): readonly string[] =>
  column(title, equalities(labels), indent)

const annotationMax = 140

/** Long ones go below their keys, shortened; what `kubectl apply` remembers is left out. */
export function annotationLines(title: string, annotations: unknown): readonly string[] {
  const entries = Object.entries(asObject(annotations))
    .filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const lines = entries.flatMap(([key, value]) => {
    const plain = text(value).replace(/\n$/, '')
    if (plain.length + key.length + 2 <= annotationMax && !plain.includes('\n')) return [`${key}: ${plain}`]
    return [`${key}:`, ...plain.split('\n').map((each) => `  ${shorten(each)}`)]
  })
  return column(title, lines)
}

const shorten = (plain: string): string =>
  plain.length > annotationMax - 2 ? `${plain.slice(0, annotationMax - 2)}...` : plain

/** Name, and namespace where there is one to tell; then labels and annotations. */
export const headLines = (
  object: JsonObject,
  o: { readonly namespace?: boolean } = {},
): readonly string[] => {
  const { name, namespace, labels, annotations } = metadataOf(object)
  return [
    field(0, 'Name', name),
    ...(o.namespace === false ? [] : [field(0, 'Namespace', namespace)]),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
  ]
}

/** A timestamp as Go's RFC1123Z writes it, in UTC: `Wed, 07 Jan 2026 06:00:28 +0000`. */
export function dateText(time: unknown): string {
  const ms = parseTime(asText(time) ?? '')
  if (ms === undefined) return 'Mon, 01 Jan 0001 00:00:00 +0000'
  const { weekday, day, month, date, time: clock } = utc(ms)
  return `${weekday}, ${String(day).padStart(2, '0')} ${month} ${date.slice(0, 4)} ${clock.slice(0, 8)} +0000`
}

export const orNone = (value: string): string => (value === '' ? '<none>' : value)

/** metav1.FormatLabelSelector: `a=b,c in (d,e)`. */
export function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = asObject(selector)
  const expressions = asList(matchExpressions)
    .filter(isObject)
    .map(({ key, operator, values }) => {
      const list = asList(values).map(String).sort().join(',')
      if (operator === 'In') return `${text(key)} in (${list})`
      if (operator === 'NotIn') return `${text(key)} notin (${list})`
      return operator === 'Exists' ? text(key) : `!${text(key)}`
    })
  return orNone([...equalities(matchLabels), ...expressions].join(','))
}

export const objectsAt = (object: JsonObject, path: string): readonly JsonObject[] =>
  asList(at(object, path)).filter(isObject)

export function controllerText(object: JsonObject): string | undefined {
  const owner = asList(metadataOf(object)['ownerReferences'])
    .filter(isObject)
    .find(({ controller }) => controller === true)
  return owner === undefined ? undefined : `${text(owner['kind'])}/${text(owner['name'])}`
}
