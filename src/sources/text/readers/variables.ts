import { setting } from '#sources/formats/objects/flatten.ts'
import { isCalicoVariable, isPlainlyCalicos } from '#sources/formats/variables.ts'
import type { ReadRow } from '#sources/reading.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'
import { withSentence } from '#sources/text/readers/with-sentence.ts'

/**
 * Environment variables of Calico's containers without their container, as people cut them out of a manifest, a shell or a
 * chart: items of an `env` list (however they are indented by now), `FELIX_X=y`, `export X=y`, `FELIX_X: y`.
 */
export const variablesReader: Reader = {
  read: (source, at, scope) => items(source, at, scope) ?? assignment(source, at, scope),
}

const itemName = /^\s*(?:- )?\s*["']?name["']?:\s*["']?(?<name>[A-Z][A-Z0-9_]{0,80})["']?,?\s*(?:#.*)?$/
const itemValue =
  /^\s*["']?value["']?:(?:\s+(?<value>"[^"]{0,400}"|'[^']{0,400}'|[^#\s][^#]{0,400}?)?)?\s*,?\s*(?:#.*)?$/
const flowItem =
  /^\s*- \{\s*name:\s*["']?(?<name>[A-Z][A-Z0-9_]{0,80})["']?\s*,\s*value:\s*(?<value>"[^"]{0,400}"|'[^']{0,400}'|[^,}\s]{0,400})\s*\}/

/** A run of items, Calico's among others; what follows it is another reader's. */
function items(source: Source, at: number, scope: Scope): Taken | undefined {
  const rows: ReadRow[] = []
  let next = /^\s*(?:- )?env:\s*$/.test(source.lines[at]?.text ?? '') ? at + 1 : at
  for (;;) {
    const item = itemAt(source, next)
    if (item === undefined) break
    if (item.value !== undefined && isCalicoVariable(item.name))
      rows.push(row(source, next, scope, { name: item.name, value: item.value, lines: item.lines }))
    next += item.lines
  }
  return rows.length === 0 ? undefined : taken(rows, next - at)
}

interface Item {
  readonly name: string
  readonly value: string | undefined
  readonly lines: number
}

function itemAt(source: Source, at: number): Item | undefined {
  const text = source.lines[at]?.text ?? ''
  const flow = flowItem.exec(text)?.groups
  if (flow !== undefined) return { name: flow.name ?? '', value: unquoted(flow.value ?? ''), lines: 1 }
  const name = itemName.exec(text)?.groups?.name
  if (name === undefined) return undefined
  const below = source.lines[at + 1]?.text ?? ''
  const value = itemValue.exec(below)?.groups
  if (value !== undefined) return { name, value: unquoted(value.value ?? ''), lines: 2 }
  return /^\s*valueFrom:\s*$/.test(below) ? referenceAt(source, at, name) : undefined
}

/** A value from elsewhere: `<from configMapKeyRef calico-config/veth_mtu>`, as the whole object's reader has it. */
function referenceAt(source: Source, at: number, name: string): Item {
  const margin = marginOf(source, at + 1)
  let next = at + 2
  while (next < source.lines.length && next - at < referenceLinesMax && marginOf(source, next) > margin)
    next++
  const fields = source.lines
    .slice(at + 2, next)
    .map(({ text }) => /^\s*(?<key>\w+):\s*(?<value>\S*)/.exec(text)?.groups)
  const field = (key: string): string | undefined => fields.find((each) => each?.key === key)?.value
  const what =
    field('fieldPath') ?? [field('name'), field('key')].filter((word) => word !== undefined).join('/')
  return { name, value: `<from ${fields[0]?.key ?? ''} ${what}>`, lines: next - at }
}

const referenceLinesMax = 8
const marginOf = (source: Source, at: number): number =>
  /^ */.exec(source.lines[at]?.text ?? '')?.[0].length ?? 0

const assigned =
  /^\s*(?:[-*•]\s+)?(?:export |env |set |Environment=|-e |ENV )?["']?(?<name>[A-Z][A-Z0-9_]{1,80})(?<sign>=|:\s+)(?<value>"[^"]{0,400}"|'[^']{0,400}'|[^\s"',]{1,400})["']?,?(?<rest>.*)$/

function assignment(source: Source, at: number, scope: Scope): Taken | undefined {
  const text = source.lines[at]?.text ?? ''
  const m = assigned.exec(text)?.groups
  if (m?.name === undefined || / (?:->|=>|→) /.test(text)) return undefined
  // `IP: 10.0.0.1` stands in many listings; with an equals sign it is a variable.
  const isOurs = m.sign === '=' ? isCalicoVariable(m.name) : isPlainlyCalicos(m.name)
  if (!isOurs) return undefined
  const told = row(source, at, scope, { name: m.name, value: unquoted(m.value ?? ''), lines: 1 })
  // `FELIX_X=y was added and …` is a sentence that begins with the variable.
  const rest = /^\s+[a-z]/.test(m.rest ?? '') ? text.trim() : (m.rest ?? '')
  return withSentence(taken([told], 1), { source, at, scope, rest })
}

const unquoted = (value: string): string => value.trim().replace(/^(["'])(?<inside>.*)\1$/, '$<inside>')

function row(
  source: Source,
  at: number,
  scope: Scope,
  { name, value, lines }: { readonly name: string; readonly value: string; readonly lines: number },
): ReadRow {
  const { container } = scope
  const told = setting({ of: 'env', ...(container !== undefined && { in: container }), name, value })
  const shown = told.relation === 'settings' ? told.row.value : ''
  const text = source.lines
    .slice(at, at + lines)
    .map((line) => line.text.trim())
    .join(' ')
  // A secret is neither kept nor quoted.
  const quote = value !== '' && !shown.includes(value.slice(0, 40)) ? `${name}=${shown}` : text
  return { ...told, from: place(source, at, scope, { quote }) } as ReadRow // one reader makes row and relation
}

const taken = (rows: readonly ReadRow[], lines: number): Taken => ({
  lines,
  format: 'environment variables of Calico',
  rows,
  covered: [{ relation: 'settings', coverage: { kind: 'partial' } }],
})
