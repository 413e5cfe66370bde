/** Watches: one JSON object a line. */
import { asObject, type JsonObject } from '#lab/api/json.ts'
import type { AskOptions, Client } from '#lab/kubectl/client.ts'
import { statusError } from '#lab/kubectl/trouble.ts'

export interface Change {
  readonly type: string // ADDED, MODIFIED, DELETED, BOOKMARK, ERROR
  readonly object: JsonObject
}

/** A running watch; `next` answers `undefined` when the deadline passes, and `ended` when the server ends it. */
export interface Watching {
  next(o?: { readonly deadlineMs?: number }): Promise<Change | 'ended' | undefined>
  close(): void
}

/** Rejects with StatusError when the server refuses; so does `next` for an ERROR. */
export async function watch(client: Client, path: string, o: AskOptions): Promise<Watching> {
  const answer = await client.open(path, { ...o, query: { ...o.query, watch: 'true' } })
  const lines: string[] = []
  let rest = ''
  return {
    next: async (limit = {}) => {
      for (;;) {
        const line = lines.shift()
        if (line !== undefined) return changeOf(line)
        const piece = await answer.next(limit)
        if (piece.kind === 'late') return undefined
        if (piece.kind !== 'text') return 'ended'
        const parts = (rest + piece.text).split('\n')
        rest = parts.pop() ?? ''
        lines.push(...parts.filter((part) => part !== ''))
      }
    },
    close: () => answer.close(),
  }
}

function changeOf(line: string): Change {
  const event = asObject(JSON.parse(line))
  const type = String(event['type'])
  const object = asObject(event['object'])
  if (type === 'ERROR') throw statusError(Number(object['code'] ?? 500), JSON.stringify(object), '')
  return { type, object }
}
