/** limit and continue: staging:apiserver/pkg/storage/continue.go. Pages come from the state of the first one. */
import type { JsonObject } from '#lab/api/json.ts'
import { badRequest, expired } from '#lab/api/status.ts'
import { keyOfObject, type Stored } from '#lab/api/store.ts'
import type { Listed } from '#lab/api/verbs/read.ts'

const tooOldText =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** Lists whose later pages may still be asked for. The oldest go first; their tokens are then too old. */
const snapshotsMax = 16

export interface Page {
  readonly items: readonly Stored[]
  readonly metadata: JsonObject
}

export class Pager {
  readonly #snapshots = new Map<string, readonly Stored[]>()

  /** One page of a list. `query` tells lists at the same version apart; `selected`: no remaining count is told then. */
  page(
    list: () => Listed,
    o: { readonly query: string; readonly limit: number; readonly token: string; readonly selected: boolean },
  ): Page {
    const at = o.token === '' ? undefined : decodeToken(o.token)
    const listed = at === undefined ? list() : this.#resume(at.version, o.query)
    const { items, resourceVersion } = listed
    const start = at === undefined ? 0 : firstAfter(items, at.after)
    const end = o.limit > 0 ? Math.min(items.length, start + o.limit) : items.length
    const last = items[end - 1]
    if (end >= items.length || last === undefined)
      return { items: start === 0 ? items : items.slice(start), metadata: { resourceVersion } }
    this.#keep(`${resourceVersion} ${o.query}`, items)
    return {
      items: items.slice(start, end),
      metadata: {
        resourceVersion,
        continue: encodeToken(resourceVersion, keyOfObject(last)),
        ...(o.selected ? {} : { remainingItemCount: items.length - end }),
      },
    }
  }

  #resume(resourceVersion: string, query: string): Listed {
    const items = this.#snapshots.get(`${resourceVersion} ${query}`)
    if (items === undefined) throw expired(tooOldText)
    return { items, resourceVersion }
  }

  #keep(key: string, items: readonly Stored[]): void {
    this.#snapshots.delete(key)
    this.#snapshots.set(key, items)
    const [oldest] = this.#snapshots.keys()
    if (this.#snapshots.size > snapshotsMax && oldest !== undefined) this.#snapshots.delete(oldest)
  }
}

const encodeToken = (version: string, after: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: Number(version), start: `${after}\u0000` })).toString(
    'base64url',
  )

function decodeToken(token: string): { readonly version: string; readonly after: string } {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as {
      rv: number
      start: string
    } // shape checked below
    if (typeof rv === 'number' && typeof start === 'string')
      return { version: String(rv), after: start.replace(/\u0000$/, '') }
  } catch {
    // told below
  }
  throw badRequest('continue key is not valid: it cannot be decoded')
}

function firstAfter(items: readonly Stored[], after: string): number {
  const index = items.findIndex((each) => keyOfObject(each) > after)
  return index === -1 ? items.length : index
}
