/** The grammar of the API's paths: staging:apiserver/pkg/endpoints/request/requestinfo.go. */
import type { Registry } from '#lab/api/types/registry.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

export interface Route {
  readonly def: ResourceDef
  readonly namespace: string | undefined
  /** Undefined: the collection. */
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/**
 * What a path below `/api/<version>` or `/apis/<group>/<version>` names; `undefined` when nobody serves it.
 * `/api/v1/namespaces/x` is a Namespace, `/api/v1/namespaces/x/pods` a collection, `/api/v1/namespaces/x/status` a part.
 */
export function route(registry: Registry, path: string): Route | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  const [root] = parts
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : (parts[1] ?? '')
  const version = (root === 'api' ? parts[1] : parts[2]) ?? ''
  const rest = parts.slice(root === 'api' ? 2 : 3)
  return (
    inNamespace(registry, { group, version }, rest) ?? plain(registry, { group, version }, undefined, rest)
  )
}

interface GroupVersion {
  readonly group: string
  readonly version: string
}

function inNamespace(registry: Registry, gv: GroupVersion, parts: readonly string[]): Route | undefined {
  const [first, namespace, resource] = parts
  if (first !== 'namespaces' || namespace === undefined || resource === undefined) return undefined
  const found = plain(registry, gv, namespace, parts.slice(2))
  return found?.def.namespaced ? found : undefined
}

function plain(
  registry: Registry,
  gv: GroupVersion,
  namespace: string | undefined,
  [resource, name, subresource, ...more]: readonly string[],
): Route | undefined {
  // What follows `proxy` is a path of somebody else's.
  if (resource === undefined || (more.length > 0 && subresource !== 'proxy')) return undefined
  const def = registry.find({ ...gv, resource })
  if (def === undefined) return undefined
  if (subresource !== undefined && def.subresources[subresource] === undefined) return undefined
  // One of a namespaced type needs its namespace.
  if (name !== undefined && def.namespaced && namespace === undefined) return undefined
  return { def, namespace, name, subresource }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
