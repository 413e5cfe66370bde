/**
 * RBAC decisions: kubernetes/kubernetes:plugin/pkg/auth/authorizer/rbac/rbac.go. Every request asks, so what was worked out
 * for a user is kept until any RBAC object changes.
 */
import {
  type Attributes,
  combined,
  type Decision,
  type PathAttributes,
  type ResourceAttributes,
} from '#lab/api/authorization/attributes.ts'
import { Bindings, type Grant, rbacBuckets } from '#lab/api/authorization/bindings.ts'
import { covers, coversPath, type PolicyRule } from '#lab/api/authorization/rules.ts'
import type { Store } from '#lab/api/store.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

/** How a request of one shape is decided, for any object's name. */
interface Verdict {
  /** Grants that hold for some names only and come before `always`. */
  readonly named: readonly { readonly reason: string; readonly names: readonly string[] }[]
  readonly always: Decision | undefined
  readonly never: Decision
}

const usersMax = 8192
const shapesMax = 1024

export class Rbac {
  readonly #store: Store
  #verdicts = new WeakMap<Identity, Map<string, Verdict>>()
  /** By name and groups: pods of one account are decided alike. */
  readonly #alike = new Map<string, Map<string, Verdict>>()
  #bindings: Bindings | undefined

  constructor(store: Store) {
    this.#store = store
    for (const bucket of rbacBuckets)
      store.watch(bucket, {}, store.revision, () => {
        this.#bindings = undefined
        this.#forget()
      })
  }

  decide(user: Identity, attributes: Attributes): Decision {
    const verdicts = this.#of(user)
    const key = shape(attributes)
    let verdict = verdicts.get(key)
    if (verdict === undefined) {
      verdict = judged(this.#grants(user, namespaceOf(attributes)), attributes)
      if (verdicts.size >= shapesMax) verdicts.clear()
      verdicts.set(key, verdict)
    }
    const name = attributes.kind === 'resource' ? (attributes.name ?? '') : ''
    const byName = verdict.named.find(({ names }) => names.includes(name))
    if (byName !== undefined) return { allowed: true, reason: byName.reason }
    return verdict.always ?? verdict.never
  }

  /** Every rule that holds for a user in a namespace ('' for cluster-wide ones only), and what could not be resolved. */
  rulesFor(
    user: Identity,
    namespace: string,
  ): { readonly rules: readonly PolicyRule[]; readonly errors: readonly string[] } {
    const grants = this.#grants(user, namespace)
    return {
      rules: grants.flatMap(({ rules }) => rules),
      errors: grants.flatMap(({ missing }) => missing ?? []),
    }
  }

  #of(user: Identity): Map<string, Verdict> {
    let verdicts = this.#verdicts.get(user)
    if (verdicts === undefined) {
      const key = `${user.username}\n${user.groups.join('\n')}`
      if (this.#alike.size >= usersMax) this.#forget()
      verdicts = this.#alike.get(key) ?? new Map()
      this.#alike.set(key, verdicts)
      this.#verdicts.set(user, verdicts)
    }
    return verdicts
  }

  #forget(): void {
    this.#verdicts = new WeakMap()
    this.#alike.clear()
  }

  #grants(user: Identity, namespace: string): readonly Grant[] {
    this.#bindings ??= new Bindings(this.#store)
    return this.#bindings.of(user, namespace)
  }
}

const namespaceOf = (attributes: Attributes): string =>
  attributes.kind === 'resource' ? (attributes.namespace ?? '') : ''

const shape = (attributes: Attributes): string =>
  attributes.kind === 'path'
    ? `${attributes.verb} ${attributes.path}`
    : `${attributes.verb} ${attributes.group} ${combined(attributes)} ${attributes.namespace ?? ''}`

function judged(grants: readonly Grant[], attributes: Attributes): Verdict {
  const never = { allowed: false, reason: unresolved(grants) }
  if (attributes.kind === 'path') {
    const by = grants.find(({ rules }) =>
      rules.some((rule) => coversPath(rule, attributes satisfies PathAttributes)),
    )
    return { named: [], always: by && { allowed: true, reason: by.reason }, never }
  }
  return { ...resourceVerdict(grants, attributes), never }
}

function resourceVerdict(
  grants: readonly Grant[],
  attributes: ResourceAttributes,
): Pick<Verdict, 'named' | 'always'> {
  const named: { readonly reason: string; readonly names: readonly string[] }[] = []
  for (const { rules, reason } of grants)
    for (const rule of rules) {
      if (!covers(rule, attributes)) continue
      if (rule.resourceNames.length === 0) return { named, always: { allowed: true, reason } }
      named.push({ reason, names: rule.resourceNames })
    }
  return { named, always: undefined }
}

/** Bindings whose role is missing: told with the refusal, each once. */
function unresolved(grants: readonly Grant[]): string {
  const errors = [...new Set(grants.flatMap(({ missing }) => missing ?? []))]
  if (errors.length === 0) return ''
  return `RBAC: ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`
}
