/** get, list, watch. */
import type { KubeObject } from '#lab/api/objects.ts'
import { fieldsHold, fieldTerms, type LabelTest, labelTest } from '#lab/api/selectors.ts'
import type { Snapshot } from '#lab/api/snapshot.ts'
import { badRequest, expired } from '#lab/api/status.ts'
import { type Filter, isEverything } from '#lab/api/store/filter.ts'
import type { Follower } from '#lab/api/store/follower.ts'
import type { StoreChange, Stored } from '#lab/api/store.ts'
import { allPresented, presented } from '#lab/api/types/event-view.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import { type ApiState, existing, type Target } from '#lab/api/verbs/state.ts'

export interface Selection {
  readonly def: ResourceDef
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

export const getObject = (state: ApiState, target: Target): Stored =>
  presented(target.def, existing(state, target))

export interface Listed {
  readonly items: readonly Stored[]
  readonly resourceVersion: string
  readonly snapshot?: Snapshot<Stored>
}

export function listObjects(state: ApiState, selection: Selection): Listed {
  state.beats.catchUp(selection.def.bucket)
  const items = state.store.list(selection.def.bucket, filterOf(selection))
  return {
    items: allPresented(selection.def, items),
    resourceVersion: String(state.store.revision),
  }
}

/** The list as it was at a version. Throws 410 when that is no longer known. */
export function listObjectsAt(state: ApiState, selection: Selection, resourceVersion: string): Listed {
  const items = state.store.listAt(selection.def.bucket, filterOf(selection), Number(resourceVersion))
  if (items === undefined) throw expired('The resourceVersion for the provided list is too old.')
  return { items: allPresented(selection.def, items), resourceVersion }
}

/**
 * Tells of changes after `resourceVersion`; without one (or with `0`) of every present object first. Who can be stirred takes those to
 * a whole kind itself; `unhurried` is who takes them when he looks.
 * Throws 410 Expired, or BadRequest for a version that is no number.
 */
export function watchObjects(
  state: ApiState,
  selection: Selection,
  o: Watching & { readonly unhurried?: boolean | undefined },
): () => void {
  const { bucket } = selection.def
  state.beats.catchUp(bucket)
  const stop = startWatch(state, selection, o)
  if (o.unhurried === true) return stop
  const over = state.beats.watched(bucket)
  return () => {
    over()
    stop()
  }
}

interface Watching {
  readonly resourceVersion?: string | undefined
  readonly tell: (change: StoreChange) => void
  readonly stir?: (by: Follower) => void
}

function startWatch(state: ApiState, selection: Selection, o: Watching): () => void {
  const { def } = selection
  const filter = filterOf(selection)
  const tell =
    def.storedAs !== undefined
      ? (change: StoreChange) => o.tell({ ...change, object: presented(def, change.object) })
      : o.tell
  const from = o.resourceVersion ?? ''
  if (from !== '' && from !== '0') {
    if (!/^\d+$/.test(from))
      throw badRequest(`Invalid value: ${JSON.stringify(from)}: strconv.ParseUint: invalid syntax`)
    if (o.stir !== undefined && def.storedAs === undefined && isEverything(filter))
      return state.store.follow(def.bucket, Number(from), { tell, stir: o.stir })
    return state.store.watch(def.bucket, filter, Number(from), tell)
  }
  const timeMs = state.now()
  for (const object of state.store.list(def.bucket, filter))
    tell({ type: 'ADDED', object, revision: Number(object.metadata.resourceVersion), timeMs })
  return state.store.watch(def.bucket, filter, state.store.revision, tell)
}

/** The store's filter of a selection. Throws BadRequest for selectors that cannot be read. */
export function filterOf({ def, namespace, labelSelector, fieldSelector }: Selection): Filter {
  const terms = fieldTerms(fieldSelector ?? '', ['metadata.name', 'metadata.namespace', ...def.selectable])
  const exact = (path: string): string | undefined =>
    terms.find((term) => term.path === path && term.equal && term.value !== '')?.value
  const name = exact('metadata.name')
  const nodeName = def.bucket === '/pods' ? exact('spec.nodeName') : undefined
  const labels = labelSelector === undefined || labelSelector === '' ? undefined : labelsOf(labelSelector)
  const space = def.namespaced ? (namespace ?? exact('metadata.namespace')) : undefined
  const left = terms.filter(({ path, equal, value }) => !(equal && value !== '' && indexed(path, def)))
  const test =
    labels === undefined && left.length === 0
      ? undefined
      : (object: KubeObject): boolean =>
          (labels === undefined || labels(object.metadata.labels)) && fieldsHold(left, object)
  return {
    ...(space === undefined ? {} : { namespace: space }),
    ...(name === undefined ? {} : { name }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(test === undefined ? {} : { test }),
  }
}

const indexed = (path: string, def: ResourceDef): boolean =>
  path === 'metadata.name' ||
  path === 'metadata.namespace' ||
  (path === 'spec.nodeName' && def.bucket === '/pods')

const compiled = new Map<string, LabelTest>()

function labelsOf(selector: string): LabelTest {
  let test = compiled.get(selector)
  if (test === undefined) {
    test = labelTest(selector)
    if (compiled.size > 500) compiled.clear()
    compiled.set(selector, test)
  }
  return test
}
