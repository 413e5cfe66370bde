/** Who owns which fields of an object: metadata.managedFields. staging:apimachinery/pkg/util/managedfields/internal. */
import { parseTime, rfc3339 } from '#base/clock.ts'
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
import {
  type FieldSet,
  isEmpty,
  readSet,
  union,
  without,
  withoutBelow,
  written,
} from '#lab/api/managed/field-set.ts'
import type { Difference } from '#lab/api/managed/fields-of.ts'

export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string | undefined
}

export interface Owner extends Manager {
  readonly timeMs: number
  readonly fields: FieldSet
}

export const isSame = (a: Manager, b: Manager): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  // An applier is one, whatever version it applies.
  (a.operation === 'Apply' || a.apiVersion === b.apiVersion)

/** The owners after somebody's update: what it changed is its own, and no longer that of others. */
export function afterUpdate(
  owners: readonly Owner[],
  { changed, removed }: Difference,
  by: Manager & { readonly timeMs: number },
): readonly Owner[] {
  if (isEmpty(changed) && isEmpty(removed)) return owners
  const own = owners.find((owner) => isSame(owner, by))
  const others = owners
    .filter((owner) => owner !== own)
    .map((owner) => withFields(owner, withoutBelow(without(owner.fields, changed), removed)))
  const fields = union(withoutBelow(own?.fields ?? {}, removed), changed)
  return capped([...others, { ...by, fields }].filter((owner) => !isEmpty(owner.fields)))
}

const withFields = (owner: Owner, fields: FieldSet): Owner =>
  fields === owner.fields ? owner : { ...owner, fields }

const updatersMax = 10
const ancient = 'ancient-changes'

/** The oldest updaters of too many become one: internal/capmanagers.go. */
function capped(owners: readonly Owner[]): readonly Owner[] {
  const updaters = owners
    .filter(({ operation }) => operation === 'Update')
    .sort((a, b) => Number(b.manager === ancient) - Number(a.manager === ancient) || a.timeMs - b.timeMs)
  const surplus = updaters.slice(0, Math.max(0, updaters.length - updatersMax))
  if (surplus.length === 0) return owners
  // One more goes: the bucket itself counts.
  const oldest = updaters.slice(0, surplus.length + 1)
  const buckets = new Map<string, Owner>()
  for (const owner of oldest) {
    const before = buckets.get(owner.apiVersion)
    buckets.set(owner.apiVersion, {
      manager: ancient,
      operation: 'Update',
      apiVersion: owner.apiVersion,
      subresource: undefined,
      timeMs: Math.max(before?.timeMs ?? 0, owner.timeMs),
      fields: union(before?.fields ?? {}, owner.fields),
    })
  }
  return [...owners.filter((owner) => !oldest.includes(owner)), ...buckets.values()]
}

/** As metadata.managedFields: appliers first, then by time. */
export const managedFields = (owners: readonly Owner[]): readonly JsonObject[] =>
  [...owners].sort(byOrder).map(({ apiVersion, fields, manager, operation, subresource, timeMs }) => ({
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: written(fields),
    manager,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
    time: rfc3339(timeMs),
  }))

const byOrder = (a: Owner, b: Owner): number =>
  a.operation.localeCompare(b.operation) ||
  Math.floor(a.timeMs / 1000) - Math.floor(b.timeMs / 1000) ||
  a.manager.localeCompare(b.manager) ||
  (a.subresource ?? '').localeCompare(b.subresource ?? '')

/** metadata.managedFields as a client sent them; a list of one empty entry clears them. */
export const ownersOf = (entries: unknown): readonly Owner[] =>
  asList(entries)
    .map(asObject)
    .flatMap((entry) => {
      const manager = asText(entry.manager)
      if (manager === undefined) return []
      return [
        {
          manager,
          operation: entry.operation === 'Apply' ? ('Apply' as const) : ('Update' as const),
          apiVersion: asText(entry.apiVersion) ?? '',
          subresource: asText(entry.subresource),
          timeMs: parseTime(asText(entry.time) ?? '') ?? 0,
          fields: readSet(entry.fieldsV1),
        },
      ]
    })
