/** Kubernetes' and Calico's objects, whole or in part, as rows. Nodes, pods and events have the shapes by which the live source reads the API. */
import { z } from 'zod'
import type { Provenance, Subject } from '#cluster/facts.ts'
import { fragmentRows } from '#sources/formats/objects/fragments.ts'
import { kindRows } from '#sources/formats/objects/kinds.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { messageRows } from '#sources/text/message-rows.ts'
import type { Scope, Source } from '#sources/text/reader.ts'
import { eventRows, nodeConditions, nodeRows, podRows } from '#sources/text/readers/object-core.ts'
import { withRemarks } from '#sources/text/readers/object-remarks.ts'

export interface Around {
  readonly source: Source
  readonly scope: Scope
  /** Where the object begins. */
  readonly from: Provenance
  /** Where in it a row is told; where it begins, unless that is known better. */
  readonly placeOf?: (told: Told) => Provenance
  /** What people wrote into it behind `#`. */
  readonly remarks?: readonly string[]
}

export interface ObjectRows {
  readonly rows: readonly ReadRow[]
  readonly covered: readonly ReadCoverage[]
  readonly about?: Subject
  /** `a Node`, `12 objects`. */
  readonly what: string
}

export function objectRows(value: unknown, around: Around): ObjectRows {
  const objects = objectsIn(value)
  const read = objects.map((object) => oneObject(object, around)).filter(({ rows }) => rows.length > 0)
  const [only] = read
  if (only !== undefined && objects.length === 1) return only
  return {
    rows: withWholeServices(read.flatMap(({ rows }) => rows)),
    covered: read.flatMap(({ covered }) => covered),
    what: `${objects.length} objects`,
  }
}

const listShape = z.object({ items: z.array(z.unknown()) })

function objectsIn(value: unknown): readonly unknown[] {
  const list = listShape.safeParse(value)
  if (list.success) return list.data.items
  return Array.isArray(value) && value.some((item) => kindOf(item) !== undefined) ? value : [value]
}

const kindShape = z.object({ kind: z.string() })
const kindOf = (value: unknown): string | undefined => kindShape.safeParse(value).data?.kind

function oneObject(value: unknown, around: Around): ObjectRows {
  const kind = kindOf(value)
  const told = kind === undefined ? undefined : kindRows(value)
  if (kind !== undefined && told !== undefined)
    return objectOf([...placed(told, around), ...messagesIn(value, around)], articled(kind))
  switch (kind) {
    case 'Node':
      return nodeRows(value, around) ?? fragment(value, around)
    case 'Pod':
      return podRows(value, around) ?? fragment(value, around)
    case 'Event':
      return eventRows(value, around) ?? objectOf([], articled(kind))
    case undefined:
      return fragment(value, around)
    default:
      // Of kinds that nobody reads, what their conditions quote still tells.
      return objectOf(messagesIn(value, around), articled(kind))
  }
}

function fragment(value: unknown, around: Around): ObjectRows {
  const conditions = nodeConditions(value, around)
  if (conditions !== undefined) return conditions
  const told = kindOf(value) === undefined ? fragmentRows(value) : []
  return objectOf([...placed(told, around), ...messagesIn(value, around)], 'a part of an object')
}

const placed = (told: readonly Told[], around: Around): readonly ReadRow[] =>
  withRemarks(told, around.remarks ?? []).map((one) => {
    const from = around.placeOf?.(one) ?? around.from
    // Row and relation come from one reader; the union does not follow a spread.
    return { ...inScope(one, around.scope), from } as ReadRow
  })

/** What a part does not say itself: whose node it is cut out of, in which file of which node it stands. */
function inScope(one: Told, { node, path }: Scope): Told {
  if (one.relation === 'nodes' && one.row.name === '')
    return { relation: 'nodes', row: { ...one.row, name: node ?? '' } }
  const isFile = one.relation === 'settings' && one.row.of === 'cni' && one.row.in === undefined
  return isFile && path?.includes('/net.d/') === true
    ? { relation: 'settings', row: { ...one.row, in: path, ...(node !== undefined && { node }) } }
    : one
}

const objectOf = (rows: readonly ReadRow[], what: string): ObjectRows => ({
  rows,
  covered: [...new Set(rows.map(({ relation }) => relation))].map((relation) => ({
    relation,
    coverage: { kind: 'partial' },
  })),
  what,
})

const articled = (kind: string): string => `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`

const worded = z.object({ message: z.string() })
const conditioned = z.object({ status: z.object({ conditions: z.array(z.unknown()) }) })

/** Programs' words in an object's conditions, in an answer of the API server (`kind: Status`), or in a condition alone. */
function messagesIn(value: unknown, { from }: Around): readonly ReadRow[] {
  const conditions = conditionList(value)
  return [value, ...conditions].flatMap((one) =>
    messageRows(worded.safeParse(one).data?.message ?? '', {}, from),
  )
}

const conditionList = (value: unknown): readonly unknown[] =>
  Array.isArray(value)
    ? value.slice(0, conditionsMax)
    : (conditioned.safeParse(value).data?.status.conditions ?? [])

const conditionsMax = 100

/** A Service's slices, one for each family or for every hundred endpoints, are one Service. */
function withWholeServices(rows: readonly ReadRow[]): readonly ReadRow[] {
  const whole = new Map<string, Extract<ReadRow, { relation: 'endpoints' }>>()
  for (const read of rows)
    if (read.relation === 'endpoints') {
      const key = `${read.row.namespace}/${read.row.name}`
      const row = whole.get(key)?.row
      whole.set(key, row === undefined ? read : { ...read, row: bothOf(row, read.row) })
    }
  return [...rows.filter(({ relation }) => relation !== 'endpoints'), ...whole.values()]
}

type EndpointsRow = Extract<ReadRow, { relation: 'endpoints' }>['row']

function bothOf(a: EndpointsRow, b: EndpointsRow): EndpointsRow {
  const notReady = [...(a.notReady ?? []), ...(b.notReady ?? [])]
  return {
    ...a,
    addresses: [...new Set([...a.addresses, ...b.addresses])],
    ...(notReady.length > 0 && { notReady }),
  }
}
