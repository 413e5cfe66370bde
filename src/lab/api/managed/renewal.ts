import { remembering } from '#base/remember.ts'
import { asObject, type JsonObject } from '#lab/api/json.ts'
import type { FieldSet } from '#lab/api/managed/field-set.ts'
import { isSame, type Manager, type Owner } from '#lab/api/managed/managers.ts'
import type { Stored } from '#lab/api/store.ts'

/**
 * The owners after a write that gave one text below the top another value, which its writer alone owned before, or one of each of some
 * conditions: a heartbeat. What
 * {@link afterUpdate} would answer, without comparing the objects by their schema; `undefined` for any other write.
 */
export function afterRenewal(
  owners: readonly Owner[],
  { was, is, except }: { readonly was: Stored; readonly is: Stored; readonly except: string | undefined },
  by: Manager & { readonly timeMs: number },
): readonly Owner[] | undefined {
  const own = owners.find((owner) => isSame(owner, by))
  const part = own && changedKey(was, is, 'metadata')
  if (own === undefined || part === undefined || part === except || !sameMetadata(was, is)) return undefined
  const [before, after] = [was[part] as JsonObject, is[part] as JsonObject] // or texts, which have no such key
  const key = changedKey(before, after)
  const texts = key === undefined ? undefined : changedTexts(before[key], after[key])
  if (texts === undefined) return undefined
  const others = owners.filter((owner) => owner !== own)
  const isAlone = texts.every((path) => {
    const owns = ({ fields }: Owner): boolean => holds(fields[`f:${part}`]?.[`f:${key}`], path)
    return owns(own) && !others.some(owns)
  })
  return isAlone ? [...others, { ...by, fields: own.fields }] : undefined
}

/** Where below the value the changed texts are: in itself, or each in an item of a list that has the same types in the same order. */
function changedTexts(was: unknown, is: unknown): readonly (readonly string[])[] | undefined {
  if (typeof was === 'string' && typeof is === 'string') return [[]]
  if (!Array.isArray(was) || !Array.isArray(is) || was.length !== is.length) return undefined
  const paths: (readonly string[])[] = []
  const types = new Set<unknown>()
  for (const [at, item] of is.entries()) {
    const [before, after] = [asObject(was[at]), asObject(item)]
    if (typeof after['type'] !== 'string' || before['type'] !== after['type']) return undefined
    if (types.size === types.add(after['type']).size) return undefined
    if (was[at] === item) continue
    const key = changedKey(before, after)
    if (key === undefined || typeof before[key] !== 'string' || typeof after[key] !== 'string')
      return undefined
    paths.push([elementOfType(after['type']), `f:${key}`])
  }
  return paths.length === 0 ? undefined : paths
}

/** As fields of the items of such a list are named. */
const elementOfType = remembering((type: string) => `k:{"type":${JSON.stringify(type)}}`)

function holds(fields: FieldSet | undefined, path: readonly string[]): boolean {
  let at = fields
  for (const element of path) at = at?.[element]
  return at !== undefined
}

const sameMetadata = (was: Stored, is: Stored): boolean =>
  changedKey(asObject(was.metadata), asObject(is.metadata)) === 'resourceVersion'

/** The one key of two versions of a value, beside `except`, that has another value; `undefined` where it is not one, or one has come or gone. */
export function changedKey(was: JsonObject, is: JsonObject, except?: string): string | undefined {
  let changed: string | undefined
  let keys = 0
  for (const key in was) {
    keys++
    if (key === except || was[key] === is[key]) continue
    if (changed !== undefined || is[key] === undefined) return undefined
    changed = key
  }
  for (const _ in is) keys--
  return keys === 0 ? changed : undefined
}
