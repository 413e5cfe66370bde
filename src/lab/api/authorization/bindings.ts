/** Which roles bind to whom, read from the stored RBAC objects: kubernetes/kubernetes:pkg/registry/rbac/validation/rule.go. */
import { type PolicyRule, rulesOf } from '#lab/api/authorization/rules.ts'
import { asList, asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { keyOf, type Store, type Stored } from '#lab/api/store.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

/** What one binding gives to one of its subjects. */
export interface Grant {
  /** The place of the binding among all of its kind, which decides whose reason is told. */
  readonly order: number
  readonly rules: readonly PolicyRule[]
  /** `RBAC: allowed by …`, as reviews show it. */
  readonly reason: string
  /** The role is not there: `clusterrole.rbac.authorization.k8s.io "x" not found`. */
  readonly missing?: string
}

const group = 'rbac.authorization.k8s.io'
export const rbacBuckets = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map(
  (resource) => `${group}/${resource}`,
)

type BySubject = ReadonlyMap<string, readonly Grant[]>

export class Bindings {
  readonly #cluster: BySubject
  readonly #namespaced = new Map<string, BySubject>()
  readonly #rules = new Map<string, readonly PolicyRule[] | undefined>()

  /** Reads all bindings as they are now. */
  constructor(store: Store) {
    this.#cluster = this.#index(store, store.list(`${group}/clusterrolebindings`))
    const byNamespace = new Map<string, Stored[]>()
    for (const binding of store.list(`${group}/rolebindings`)) {
      const { namespace = '' } = binding.metadata
      byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), binding])
    }
    for (const [namespace, bindings] of byNamespace)
      this.#namespaced.set(namespace, this.#index(store, bindings))
  }

  /** What binds in the whole cluster, then what binds in the namespace. */
  of(user: Identity, namespace: string): readonly Grant[] {
    const inSpace = this.#namespaced.get(namespace)
    const wide = found(this.#cluster, user)
    return inSpace === undefined ? wide : [...wide, ...found(inSpace, user)]
  }

  #index(store: Store, bindings: readonly Stored[]): BySubject {
    const index = new Map<string, Grant[]>()
    bindings.forEach((binding, order) => {
      const role = this.#role(store, binding)
      for (const subject of asList(binding.subjects).map(asObject)) {
        const key = keyOfSubject(subject, binding.metadata.namespace)
        const grant = { order, ...role, reason: `RBAC: allowed by ${described(binding, subject)}` }
        const list = index.get(key)
        if (list === undefined) index.set(key, [grant])
        else list.push(grant)
      }
    })
    return index
  }

  #role(store: Store, { roleRef, metadata }: Stored): Pick<Grant, 'rules' | 'missing'> {
    const { kind, name } = asObject(roleRef)
    const key = kind === 'Role' ? keyOf(metadata.namespace, String(name)) : String(name)
    const bucket = kind === 'Role' ? `${group}/roles` : `${group}/clusterroles`
    const id = `${bucket} ${key}`
    if (!this.#rules.has(id)) {
      const role = store.get(bucket, key)
      this.#rules.set(id, role === undefined ? undefined : rulesOf(role))
    }
    const rules = this.#rules.get(id)
    if (rules !== undefined) return { rules }
    const missing = `${String(kind).toLowerCase()}.${group} ${JSON.stringify(name)} not found`
    return { rules: [], missing }
  }
}

/** A service account is the user that its tokens name. */
function keyOfSubject(subject: JsonObject, bindingNamespace: string | undefined): string {
  const name = String(subject.name)
  if (subject.kind === 'Group') return `group ${name}`
  if (subject.kind !== 'ServiceAccount') return `user ${name}`
  return `user system:serviceaccount:${asText(subject.namespace) || (bindingNamespace ?? '')}:${name}`
}

function found(index: BySubject, { username, groups }: Identity): readonly Grant[] {
  const own = index.get(`user ${username}`) ?? []
  const shared = groups.flatMap((each) => index.get(`group ${each}`) ?? [])
  if (shared.length === 0) return own
  return [...own, ...shared].sort((a, b) => a.order - b.order)
}

function described({ metadata, roleRef, kind }: Stored, subject: JsonObject): string {
  const role = asObject(roleRef)
  const { name, namespace } = metadata
  const binding = kind === 'RoleBinding' ? `${name}/${namespace}` : name
  const who =
    subject.kind === 'ServiceAccount'
      ? `${String(subject.name)}/${asText(subject.namespace) || namespace}`
      : String(subject.name)
  return `${kind} ${JSON.stringify(binding)} of ${String(role.kind)} ${JSON.stringify(role.name)} to ${String(subject.kind)} ${JSON.stringify(who)}`
}
