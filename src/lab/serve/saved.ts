/** A lab in a file: what it was made of, what came in, and which faults were struck by command. */

import { z } from 'zod'
import { parsedJson } from '#base/json.ts'
import { Trouble } from '#base/trouble.ts'
import type { LabHistory } from '#lab/history.ts'

export interface StruckRecord {
  readonly mode: string
  readonly node: string
  readonly variant: string
  readonly memory: unknown
}

export interface SavedLab {
  readonly history: LabHistory
  readonly struck: readonly StruckRecord[]
}

const format = 'ninelives-lab/1'

const shape = z.object({
  format: z.literal(format),
  history: z.object({
    options: z.looseObject({ seed: z.string(), flavour: z.string(), nodes: z.number(), startMs: z.number() }),
    inputs: z.array(
      z.looseObject({ atMs: z.number(), ran: z.number(), input: z.looseObject({ act: z.string() }) }),
    ),
    end: z.looseObject({ atMs: z.number(), ran: z.number(), revision: z.number() }),
  }),
  struck: z.array(
    z.object({ mode: z.string(), node: z.string(), variant: z.string(), memory: z.unknown().optional() }),
  ),
})

/** One line of JSON. Bytes (bodies in protocol buffers) are written in base64. */
export const savedText = (saved: SavedLab): string => `${JSON.stringify({ format, ...plain(saved) })}\n`

/** Throws {@link Trouble} for a file that is no saved lab. */
export function savedLab(text: string, file: string): SavedLab {
  const parsed = shape.safeParse(parsedJson(text))
  if (!parsed.success)
    throw new Trouble('not-a-saved-lab', `${file} is not a saved lab${placeOf(parsed.error)}`, {
      hint: 'save one: ninelives lab save FILE',
    })
  const { history, struck } = parsed.data
  return { history: withBytes(history) as LabHistory, struck: struck as readonly StruckRecord[] } // its acts are checked as they are carried out
}

/** `: history.inputs.3 …`, where it stops being one. */
function placeOf({ issues: [first] }: z.ZodError): string {
  if (first === undefined || first.path.length === 0) return ''
  return `: ${first.path.join('.')}: ${first.message}`
}

/** The same with bytes as texts. */
function plain<T>(value: T): T {
  return walked(value, (each) =>
    each instanceof Uint8Array ? { base64: Buffer.from(each).toString('base64') } : undefined,
  ) as T // only leaves have changed
}

const withBytes = (value: unknown): unknown =>
  walked(value, (each) =>
    typeof each === 'object' && each !== null && 'base64' in each && Object.keys(each).length === 1
      ? new Uint8Array(Buffer.from(String(each.base64), 'base64'))
      : undefined,
  )

/** A copy in which `replace` has had its say about each value. */
function walked(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value)
  if (replaced !== undefined) return replaced
  if (Array.isArray(value)) return value.map((each) => walked(each, replace))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walked(each, replace)]))
}
