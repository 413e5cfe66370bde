/** What the server knows about one served type. */
import type { JsonObject } from '#lab/api/json.ts'
import type { MergeRule } from '#lab/api/patch/rules.ts'

export interface Subresource {
  readonly kind: string
  readonly group?: string
  readonly version?: string
  readonly verbs: readonly string[]
}

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

export interface ScalePaths {
  /** `spec.replicas` */
  readonly spec: string
  readonly status: string
  readonly selector: string | undefined
}

export interface ResourceDef {
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  /** Where the store keeps it; events.k8s.io shares the core group's bucket. */
  readonly bucket: string
  readonly subresources: Readonly<Record<string, Subresource>>
  /** Whether `/status` is apart: writes to the object then ignore status. */
  readonly statusApart: boolean
  /** Whether a client may bring status when it creates one (nodes; custom resources without `/status`). */
  readonly statusOnCreate: boolean
  /** Whether metadata.generation counts changes of the spec. */
  readonly counted: boolean
  /** Fields that selectors may name, beside metadata.name and metadata.namespace. */
  readonly selectable: readonly string[]
  /** Undefined: strategic merge is refused (custom resources). */
  readonly mergeRule: MergeRule | undefined
  readonly nameForm: 'subdomain' | 'label' | 'service' | 'path'
  /** DELETE answers the object instead of a Status. */
  readonly returnsDeleted: boolean
  /** PUT without resourceVersion is accepted: AllowUnconditionalUpdate of pkg/registry strategy.go. */
  readonly unconditionalUpdate: boolean
  /** PUT of a missing object creates it: AllowCreateOnUpdate of pkg/registry strategy.go. */
  readonly createOnUpdate: boolean
  /** Objects vanish this long after their last write (events: --event-ttl, 1 h). */
  readonly ttlMs: number | undefined
  /** Set for custom resources. */
  readonly columns: readonly PrinterColumn[] | undefined
  /** The openAPIV3Schema of a custom resource. */
  readonly schema: JsonObject | undefined
  /** The apiVersion under which objects lie in the store, where it is not the type's own. */
  readonly storedAs: string | undefined
  /** What whoever uses a version that is on its way out is warned of. */
  readonly deprecation: string | undefined
  /** From which minor release of Kubernetes on; default: all. */
  readonly deprecatedSince: number
  /** Where a custom resource's `/scale` finds its numbers. */
  readonly scalePaths: ScalePaths | undefined
  /** A review: POST answers it and nothing is stored. */
  readonly review: boolean
  /** The minor release of Kubernetes that serves it first, of those that the lab has. */
  readonly since: number | undefined
}

export const readWrite: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]

export type DefOptions = Partial<Omit<ResourceDef, 'group' | 'version' | 'resource' | 'kind'>>

/** A definition with the defaults that most types share: namespaced, with a name that is a DNS subdomain. */
export function define(
  [group, version]: readonly [string, string],
  resource: string,
  kind: string,
  o: DefOptions = {},
): ResourceDef {
  const statusApart = o.statusApart ?? o.subresources?.status !== undefined
  return {
    group,
    version,
    resource,
    kind,
    singular: kind.toLowerCase(),
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: readWrite,
    bucket: `${group}/${resource}`,
    subresources: {},
    statusOnCreate: !statusApart,
    counted: false,
    selectable: [],
    mergeRule: undefined,
    nameForm: 'subdomain',
    returnsDeleted: false,
    unconditionalUpdate: true,
    createOnUpdate: false,
    ttlMs: undefined,
    columns: undefined,
    schema: undefined,
    storedAs: undefined,
    deprecation: undefined,
    deprecatedSince: 0,
    scalePaths: undefined,
    review: false,
    since: undefined,
    ...o,
    statusApart,
  }
}

/** The `/status` of a kind. */
export const statusOf = (kind: string): Readonly<Record<string, Subresource>> => ({
  status: { kind, verbs: ['get', 'patch', 'update'] },
})

export const scale: Readonly<Record<string, Subresource>> = {
  scale: { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] },
}

/** `apps/v1`, `v1`. */
export const groupVersion = ({
  group,
  version,
}: {
  readonly group: string
  readonly version: string
}): string => (group === '' ? version : `${group}/${version}`)
