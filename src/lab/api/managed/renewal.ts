import { asObject, type JsonObject } from '#lab/api/json.ts'
import { isSame, type Manager, type Owner } from '#lab/api/managed/managers.ts'
import type { Stored } from '#lab/api/store.ts'

/**
 * The owners after a write that gave one text below the top another value, which its writer alone owned before: a heartbeat. What
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
  if (key === undefined || typeof before[key] !== 'string' || typeof after[key] !== 'string') return undefined
  const owns = ({ fields }: Owner): boolean => fields[`f:${part}`]?.[`f:${key}`] !== undefined
  const others = owners.filter((owner) => owner !== own)
  return owns(own) && !others.some(owns) ? [...others, { ...by, fields: own.fields }] : undefined
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
