/** Server-side apply: structured-merge-diff merge/update.go, staging:apimachinery/pkg/util/managedfields/internal. */
import type { JsonObject } from '#lab/api/json.ts'
import {
  type FieldSet,
  intersection,
  isEmpty,
  nothing,
  paths,
  union,
  without,
} from '#lab/api/managed/field-set.ts'
import { appliedFields, changedFields } from '#lab/api/managed/fields-of.ts'
import { annotated, lastApplied } from '#lab/api/managed/last-applied.ts'
import { isSame, type Manager, type Owner } from '#lab/api/managed/managers.ts'
import { mergeStruct, pruned } from '#lab/api/managed/merge.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import { Refusal, type StatusCause } from '#lab/api/status.ts'

export interface Application {
  readonly schema: Struct
  readonly config: JsonObject
  readonly by: Manager
  readonly force: boolean
  /** The part that is left alone, whatever the configuration says: `status`. */
  readonly except: string | undefined
  readonly timeMs: number
}

export interface Applied {
  readonly object: JsonObject
  readonly owners: readonly Owner[]
}

/** The live object with the configuration in it. Throws Conflict (409) when others own what it changes. */
export function applyTo(live: JsonObject, owners: readonly Owner[], o: Application): Applied {
  const { schema, config, by, force } = o
  const fields = fieldsOf(o)
  const previous = owners.find((owner) => isSame(owner, by))
  const others = owners.filter((owner) => owner !== previous)
  const merged = mergeStruct(schema, live, config)
  const { changed } = changedFields(schema, live, merged)
  const conflicts = others
    .map((owner) => ({ owner, fields: intersection(owner.fields, changed) }))
    .filter((each) => !isEmpty(each.fields))
  const told = conflicts.filter((each) => !isMigrated(each, live, o))
  if (told.length > 0 && !force) throw conflict(told)
  const left = others
    .map((owner) => ({ ...owner, fields: without(owner.fields, changed) }))
    .filter((owner) => !isEmpty(owner.fields))
  const given = without(previous?.fields ?? nothing, fields)
  const unowned = left.reduce((set, owner) => without(set, owner.fields), given)
  const kept = left.reduce((set, owner) => union(set, owner.fields), fields)
  const object = pruned(schema, merged, { gone: unowned, kept })
  const same =
    previous !== undefined && isEqual(previous.fields, fields) && isEmpty(changed) && isEmpty(unowned)
  const own: Owner = { ...by, fields, timeMs: same ? previous.timeMs : o.timeMs }
  const shown = by.manager === 'kubectl' ? annotated(object, config) : object
  return { object: shown, owners: isEmpty(fields) ? left : [...left, own] }
}

/** The owners of an object that apply creates. */
export const appliedOwners = (application: Application): readonly Owner[] => [
  { ...application.by, fields: fieldsOf(application), timeMs: application.timeMs },
]

const fieldsOf = ({ schema, config, except = '' }: Application): FieldSet => {
  const { [`f:${except}`]: _left, ...fields } = appliedFields(schema, config)
  return fields
}

const isEqual = (a: FieldSet, b: FieldSet): boolean => isEmpty(without(a, b)) && isEmpty(without(b, a))

interface Conflict {
  readonly owner: Owner
  readonly fields: FieldSet
}

/**
 * What client-side apply wrote last is kubectl's own, under whatever name: internal/lastappliedmanager.go.
 */
function isMigrated({ fields }: Conflict, live: JsonObject, { schema, by }: Application): boolean {
  const last = by.manager === 'kubectl' ? lastApplied(live) : undefined
  if (last === undefined) return false
  // What has changed since is not what it wrote.
  const { changed, removed } = changedFields(schema, live, mergeStruct(schema, live, last))
  return isEmpty(without(fields, without(without(appliedFields(schema, last), changed), removed)))
}

function conflict(conflicts: readonly Conflict[]): Refusal {
  const causes: StatusCause[] = conflicts.flatMap(({ owner, fields }) =>
    paths(fields).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(owner)}`,
      field,
    })),
  )
  return new Refusal(409, 'Conflict', conflictText(conflicts, causes), { causes })
}

function conflictText(conflicts: readonly Conflict[], causes: readonly StatusCause[]): string {
  const [first] = causes
  if (causes.length === 1) return `Apply failed with 1 conflict: ${first?.message}: ${first?.field}`
  const lines = conflicts
    .map(({ owner, fields }) => ({ name: managerText(owner), fields }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, fields }) => [`conflicts with ${name}:`, ...paths(fields).map((path) => `- ${path}`)])
  return `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`
}

/** internal/conflict.go (printManager). */
function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const name = JSON.stringify(manager)
  const through = subresource === undefined ? name : `${name} with subresource ${JSON.stringify(subresource)}`
  return operation === 'Update' ? `${through} using ${apiVersion}` : through
}
