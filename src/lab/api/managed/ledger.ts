/**
 * Remembers who wrote which version of which object, and works out metadata.managedFields when somebody asks: the lab's own programs
 * write much and read none of it. A few versions back are kept for that; then it is worked out whether asked or not.
 */
import { changedFields, type Difference } from '#lab/api/managed/fields-of.ts'
import { afterUpdate, type Manager, managedFields, type Owner } from '#lab/api/managed/managers.ts'
import { afterRenewal } from '#lab/api/managed/renewal.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import type { Stored } from '#lab/api/store.ts'

/** A write: by somebody's update, with owners that are known already, or past all managers. */
export type Write =
  | {
      readonly kind: 'update'
      readonly by: Manager
      readonly owners?: readonly Owner[]
      /** The part that such a write leaves alone, whatever it brings: `status`. */
      readonly except: string | undefined
    }
  | { readonly kind: 'apply'; readonly owners: readonly Owner[] }
  | { readonly kind: 'unmanaged' }

interface Version {
  readonly schema: Struct
  /** Set once it has been worked out; then nothing before it is kept. */
  owners: readonly Owner[] | undefined
  before: Version | undefined
  was: Stored | undefined
  readonly is: Stored
  readonly write: Write
  readonly timeMs: number
  readonly depth: number
  /** Whether it was what {@link afterRenewal} knows; the last of the owners is then who renewed. */
  readonly renewal: boolean
}

const depthMax = 16

export class Ledger {
  readonly #versions = new WeakMap<object, Version>()
  readonly #shown = new WeakMap<object, Stored>()

  /** Takes down that `was` became `is`. */
  note(
    was: Stored | undefined,
    is: Stored,
    o: { readonly schema: Struct; readonly write: Write; readonly timeMs: number },
  ): void {
    const before = was === undefined ? undefined : this.#versions.get(was)
    const { schema, write, timeMs } = o
    const version: Version = {
      schema,
      write,
      timeMs,
      owners: write.kind === 'apply' ? write.owners : undefined,
      before: write.kind === 'apply' ? undefined : before,
      was: write.kind === 'update' ? was : undefined,
      is,
      depth: (before?.depth ?? 0) + 1,
      renewal: false,
    }
    this.#versions.set(is, version)
    if (version.depth % depthMax === 0) settle(version)
  }

  /**
   * Takes down a write that gave one text below the top another value. Where its writer has done nothing else before, the owners are
   * as they were, but for the time: that is worked out at once, and what was is not kept.
   */
  noteRenewal(
    was: Stored,
    is: Stored,
    o: {
      readonly schema: Struct
      readonly write: Extract<Write, { readonly kind: 'update' }>
      readonly timeMs: number
    },
  ): void {
    const owners = this.#ownersAfterRenewal(was, is, o)
    const { schema, write, timeMs } = o
    if (owners === undefined) {
      this.note(was, is, o)
      return
    }
    this.#versions.set(is, {
      schema,
      write,
      timeMs,
      owners,
      before: undefined,
      was: undefined,
      is,
      depth: 0,
      renewal: true,
    })
  }

  #ownersAfterRenewal(
    was: Stored,
    is: Stored,
    {
      write,
      timeMs,
    }: { readonly write: Extract<Write, { readonly kind: 'update' }>; readonly timeMs: number },
  ): readonly Owner[] | undefined {
    const before = this.#versions.get(was)
    if (before === undefined || write.owners !== undefined) return undefined
    const owners = settle(before)
    const own = owners.at(-1)
    if (before.renewal && before.write === write && own !== undefined)
      return [...owners.slice(0, -1), { ...own, timeMs }]
    return afterRenewal(owners, { was, is, except: write.except }, { ...write.by, timeMs })
  }

  owners(object: Stored): readonly Owner[] {
    const version = this.#versions.get(object)
    return version === undefined ? [] : settle(version)
  }

  /** The object with its metadata.managedFields, as clients see it. */
  shown(object: Stored): Stored {
    const version = this.#versions.get(object)
    if (version === undefined) return object
    let shown = this.#shown.get(object)
    if (shown === undefined) {
      const metadata = { ...object.metadata, managedFields: managedFields(settle(version)) }
      shown = Object.freeze({ ...object, metadata }) // metadata with one field more
      this.#shown.set(object, shown)
    }
    return shown
  }
}

function settle(last: Version): readonly Owner[] {
  const chain: Version[] = []
  let version: Version | undefined = last
  while (version !== undefined && version.owners === undefined) {
    chain.push(version)
    version = version.before
  }
  let owners = version?.owners ?? []
  for (const each of chain.reverse()) {
    owners = ownersAfter(each, owners)
    each.owners = owners
    each.before = undefined
    each.was = undefined
  }
  return owners
}

function ownersAfter(
  { schema, was, is, write, timeMs }: Version,
  before: readonly Owner[],
): readonly Owner[] {
  switch (write.kind) {
    case 'unmanaged':
      return before
    case 'apply':
      return write.owners
    case 'update': {
      const by = { ...write.by, timeMs }
      const owners = write.owners ?? before
      const { except } = write
      const renewed = was === undefined ? undefined : afterRenewal(owners, { was, is, except }, by)
      return renewed ?? afterUpdate(owners, changed(schema, was, is, except), by)
    }
  }
}

function changed(
  schema: Struct,
  was: Stored | undefined,
  is: Stored,
  except: string | undefined,
): Difference {
  const difference = changedFields(schema, was, is)
  const key = `f:${except}`
  if (!(key in difference.changed)) return difference
  const { [key]: _left, ...rest } = difference.changed
  return { ...difference, changed: rest }
}
