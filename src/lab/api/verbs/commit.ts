/** Writes of the verbs into the store, with who made them. */

import { without } from '#lab/api/json.ts'
import type { Write } from '#lab/api/managed/ledger.ts'
import { type Manager, managedFields, ownersOf } from '#lab/api/managed/managers.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import { keyOfObject, type Stored } from '#lab/api/store.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'
import type { ApiState, Caller, Identity } from '#lab/api/verbs/state.ts'

export interface Commit {
  readonly def: ResourceDef
  /** What was stored until now; undefined for a new object. */
  readonly was: Stored | undefined
  readonly object: Stored
  readonly write: Write
}

/** Stores the object; in a dry run answers it as it would be stored. */
export function commit(state: ApiState, { def, was, object, write }: Commit, { dryRun }: Caller): Stored {
  const result = dryRun ? unversioned(object) : state.store.put(def.bucket, keyOfObject(object), object)
  const schema = schemaOfDef(state.types, storedDef(state, def))
  if (schema !== undefined) state.ledger.note(was, result, { schema, write, timeMs: state.now() })
  if (def.bucket === 'apiextensions.k8s.io/customresourcedefinitions' && !dryRun)
    state.registry.install(result)
  return result
}

/** What is new in a dry run has no version. */
const unversioned = (object: Stored): Stored =>
  object.metadata.resourceVersion === ''
    ? { ...object, metadata: without(object.metadata, 'resourceVersion') }
    : object

/** The type in whose form objects of this one are stored. */
const storedDef = ({ registry }: ApiState, def: ResourceDef): ResourceDef =>
  def.storedAs === undefined ? def : (registry.ofKind(def.storedAs, def.kind) ?? def)

/** The write of a request that is no server-side apply. `sent` is the metadata.managedFields of its body. */
export function updateBy(
  state: ApiState,
  o: {
    readonly def: ResourceDef
    readonly was?: Stored
    readonly subresource?: string | undefined
    readonly sent?: unknown
  },
  caller: Caller,
): Write {
  if (caller.owners !== undefined) return { kind: 'apply', owners: caller.owners }
  const write = plainWrite(state, o.def, { by: caller, subresource: o.subresource })
  const owners = o.was === undefined ? undefined : sentOwners(state, o.was, o.sent)
  return owners === undefined ? write : { ...write, owners }
}

export type UpdateWrite = Extract<Write, { readonly kind: 'update' }>

/** Few programs write many objects, and remember each write: those of one program are one value. */
export function plainWrite(
  state: ApiState,
  def: ResourceDef,
  { by, subresource }: { readonly by: Caller; readonly subresource?: string | undefined },
): UpdateWrite {
  const name = by.fieldManager || managerOf(by.user)
  let known = writes.get(def)
  if (known === undefined) {
    known = new Map()
    writes.set(def, known)
  }
  const key = `${name} ${subresource} ${by.through}`
  let found = known.get(key)
  if (found === undefined) {
    if (known.size >= writesMax) known.clear() // users name theirs as they like
    const apiVersion = groupVersion(storedDef(state, def))
    const through = by.through ?? subresource
    const manager: Manager = { manager: name, operation: 'Update', apiVersion, subresource: through }
    found = { kind: 'update', by: manager, except: exceptionOf(def, subresource) }
    known.set(key, found)
  }
  return found
}

const writesMax = 256
const writes = new WeakMap<ResourceDef, Map<string, UpdateWrite>>()

/** GetResetFields of pkg/registry's strategies: a write of the object resets status, one of its status the spec. */
export function exceptionOf(def: ResourceDef, subresource: string | undefined): string | undefined {
  if (!def.statusApart) return undefined
  return subresource === 'status' ? 'spec' : subresource === undefined ? 'status' : undefined
}

/** The owners that a client wrote itself; `undefined` when it sent none, or those that are there. */
function sentOwners(state: ApiState, was: Stored, sent: unknown): ReturnType<typeof ownersOf> | undefined {
  if (!Array.isArray(sent) || sent.length === 0) return undefined
  return deepEqual(sent, managedFields(state.ledger.owners(was))) ? undefined : ownersOf(sent)
}

/** Whether a body changes who owns what, if nothing else. */
export const changesOwners = (write: Write): boolean =>
  write.kind === 'apply' || (write.kind === 'update' && write.owners !== undefined)

const accounts: Readonly<Record<string, string>> = {
  'calico-cni-plugin': 'calico',
  'calico-kube-controllers': 'kube-controllers',
  'tigera-operator': 'operator',
}

/** The name of the program behind an identity, as its User-Agent would begin. */
function managerOf(user: Identity): string {
  let known = programs.get(user)
  if (known === undefined) {
    known = programOf(user)
    programs.set(user, known)
  }
  return known
}

const programs = new WeakMap<Identity, string>()

function programOf({ username }: Identity): string {
  const parts = username.split(':')
  const last = parts.at(-1) ?? ''
  if (username.startsWith('system:node:')) return 'kubelet'
  if (username.startsWith('system:serviceaccount:'))
    return last.endsWith('-controller') ? 'kube-controller-manager' : (accounts[last] ?? last)
  if (username === 'system:apiserver') return 'kube-apiserver'
  return username.startsWith('system:kube-') ? last : 'kubectl-client-side-apply'
}
