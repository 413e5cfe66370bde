/**
 * Types whose objects are stored in another form. events.k8s.io/v1 and v1 events are one object under two names for its fields
 * (pkg/apis/events/v1/conversion.go), stored in the core form; an autoscaler of v1 lies there as one of v2; a custom resource lies there in its definition's storage version.
 */

import type { JsonObject } from '#lab/api/json.ts'
import { autoscalerV1, autoscalerV2 } from '#lab/api/types/autoscaler-view.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'

const pairs: readonly (readonly [core: string, events: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
]

const toView: Readonly<Record<string, string>> = Object.fromEntries(pairs)
const toCore: Readonly<Record<string, string>> = Object.fromEntries(pairs.map(([core, view]) => [view, core]))

const isView = (def: ResourceDef): boolean => def.storedAs !== undefined

/** Other versions of a custom resource differ in nothing but their apiVersion (conversion None). */
const noNames = {}

const renamed = (
  object: JsonObject,
  names: Readonly<Record<string, string>>,
  apiVersion: string,
): JsonObject => ({
  ...Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value])),
  apiVersion,
})

const views = new WeakMap<ResourceDef, WeakMap<object, object>>()

/** A stored object as clients of this type see it. */
export function presented<T extends JsonObject>(def: ResourceDef, object: T): T {
  if (!isView(def)) return object
  let own = views.get(def)
  if (own === undefined) {
    own = new WeakMap()
    views.set(def, own)
  }
  let view = own.get(object)
  if (view === undefined) {
    view = Object.freeze(viewOf(def, object))
    own.set(object, view)
  }
  return view as T // the same object under other names
}

function viewOf(def: ResourceDef, object: JsonObject): JsonObject {
  if (def.group === 'autoscaling') return autoscalerV1(object)
  return renamed(object, def.schema === undefined ? toView : noNames, groupVersion(def))
}

/** Likewise a list of them; the list itself where nothing has to be renamed. */
export const allPresented = <T extends JsonObject>(def: ResourceDef, objects: readonly T[]): readonly T[] =>
  isView(def) ? objects.map((each) => presented(def, each)) : objects

/** What a client of this type sent, as it is stored. */
export function internal(def: ResourceDef, object: JsonObject): JsonObject {
  if (def.storedAs === undefined) return object
  if (def.group === 'autoscaling') return autoscalerV2(object)
  return renamed(object, def.schema === undefined ? toCore : noNames, def.storedAs)
}
