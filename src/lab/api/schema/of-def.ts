/** The schema of a served type. */
import { type BuiltinStruct, BuiltinTypes } from '#lab/api/schema/builtin.ts'
import { customStruct } from '#lab/api/schema/custom.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

const byMinor = new Map<number, BuiltinTypes>()

/** Kubernetes' own types as of `1.31.9`. */
export function builtinTypesOf(kubernetesVersion: string): BuiltinTypes {
  const minor = Number(kubernetesVersion.split('.')[1])
  let types = byMinor.get(minor)
  if (types === undefined) {
    types = new BuiltinTypes(minor)
    byMinor.set(minor, types)
  }
  return types
}

const custom = new WeakMap<ResourceDef, Struct>()

/** `undefined` for a type whose fields nobody has described. */
export function schemaOfDef(types: BuiltinTypes, def: ResourceDef): Struct | BuiltinStruct | undefined {
  if (def.schema === undefined) return types.ofKind(def.group, def.version, def.kind)
  let struct = custom.get(def)
  if (struct === undefined) {
    struct = customStruct(def.schema)
    custom.set(def, struct)
  }
  return struct
}
