/**
 * What a client sent as the server's own type holds it: unknown fields are dropped and, as the client wants it, ignored, warned of
 * or refused. staging:apiserver/pkg/endpoints/handlers/{create,update,patch,rest}.go.
 */

import { pruned } from '#lab/api/custom/prune.ts'
import { isObject, type JsonObject } from '#lab/api/json.ts'
import { customStruct } from '#lab/api/schema/custom.ts'
import { type Decoded, decode, WrongType } from '#lab/api/schema/decode.ts'
import { schemaOfDef } from '#lab/api/schema/of-def.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import { badRequest, Refusal } from '#lab/api/status.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { ApiState, Caller } from '#lab/api/verbs/state.ts'

/** A body of POST or PUT. Throws BadRequest for a field of the wrong type, and for unknown ones where they are forbidden. */
export function accepted(state: ApiState, def: ResourceDef, body: JsonObject, caller: Caller): JsonObject {
  const handled = (why: string): Refusal =>
    badRequest(
      `${def.kind} in version ${JSON.stringify(def.version)} cannot be handled as a ${def.kind}: ${why}`,
    )
  return read(state, def, body, { caller, strict: handled, wrong: ({ message }) => handled(message) })
}

/** The outcome of a patch. Throws Invalid, which shows the patch. */
export function acceptedPatch(
  state: ApiState,
  { def, type, patch }: { readonly def: ResourceDef; readonly type: string; readonly patch: unknown },
  body: JsonObject,
  caller: Caller,
): JsonObject {
  const invalid = (why: string): Refusal => {
    const shown = type === 'strategic' ? goText(patch) : JSON.stringify(body)
    const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`
    return new Refusal(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
      causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
    })
  }
  return read(state, def, body, {
    caller,
    strict: invalid,
    wrong: (error) => invalid(type === 'strategic' ? error.converter : error.message),
  })
}

/** The same caller for a body that has been read. */
export function undecoded({ decoding: _read, ...caller }: Caller): Caller {
  return caller
}

interface Reading {
  readonly caller: Caller
  readonly strict: (why: string) => Refusal
  readonly wrong: (error: WrongType) => Refusal
}

function read(
  { types }: ApiState,
  def: ResourceDef,
  body: JsonObject,
  { caller: { decoding, warn }, strict, wrong }: Reading,
): JsonObject {
  const schema = decoding === undefined ? undefined : schemaOfDef(types, def)
  if (schema === undefined || decoding === undefined) return body
  const { value, unknown } = decoded(
    () => (def.schema === undefined ? decode(schema, body) : custom(def.schema, body)),
    wrong,
  )
  const faults = [
    ...decoding.duplicates.map((path) => `duplicate field "${path}"`),
    ...unknown.map((path) => `unknown field "${path}"`),
  ]
  if (faults.length > 0 && decoding.validation === 'Strict')
    throw strict(`strict decoding error: ${faults.join(', ')}`)
  if (decoding.validation === 'Warn') for (const fault of faults) warn?.(fault)
  return value
}

/** A custom resource's own fields are checked by its schema later, one by one; its metadata is Kubernetes' own. */
function custom(schema: JsonObject, body: JsonObject): Decoded {
  const unknown: string[] = []
  pruned(schema, body, unknown)
  const { value, unknown: inMetadata } = decode(metadataOnly, body)
  return { value, unknown: [...inMetadata, ...unknown] }
}

const metadataOnly: Struct = { ...customStruct({}), open: true }

function decoded<T>(run: () => T, wrong: Reading['wrong']): T {
  try {
    return run()
  } catch (error) {
    throw error instanceof WrongType ? wrong(error) : error
  }
}

/** A value as Go's `%+v` prints it: `map[spec:map[foo:1]]`. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return value === null ? '<nil>' : String(value)
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${key}:${goText(value[key])}`)
  return `map[${entries.join(' ')}]`
}
