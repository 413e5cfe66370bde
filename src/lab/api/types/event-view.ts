/**
 * events.k8s.io/v1 and v1 events are one object under two names for its fields:
 * pkg/apis/events/v1/conversion.go. Stored in the core form.
 */
import type { JsonObject } from '#lab/api/json.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

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

const isView = (def: ResourceDef): boolean => def.group === 'events.k8s.io'

const renamed = (
  object: JsonObject,
  names: Readonly<Record<string, string>>,
  apiVersion: string,
): JsonObject => ({
  ...Object.fromEntries(Object.entries(object).map(([key, value]) => [names[key] ?? key, value])),
  apiVersion,
})

const views = new WeakMap<object, object>()

/** A stored object as clients of this type see it. */
export function presented<T extends object>(def: ResourceDef, object: T): T {
  if (!isView(def)) return object
  let view = views.get(object)
  if (view === undefined) {
    view = Object.freeze(renamed(object as unknown as JsonObject, toView, 'events.k8s.io/v1')) // an object of the API is JSON
    views.set(object, view)
  }
  return view as T // the same object under other names
}

/** Likewise a list of them; the list itself where nothing has to be renamed. */
export const allPresented = <T extends object>(def: ResourceDef, objects: readonly T[]): readonly T[] =>
  isView(def) ? objects.map((each) => presented(def, each)) : objects

/** What a client of this type sent, as it is stored. */
export const internal = (def: ResourceDef, object: JsonObject): JsonObject =>
  isView(def) ? renamed(object, toCore, 'v1') : object
