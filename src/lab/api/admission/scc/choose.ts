/**
 * OpenShift's own admission of pods: under which SecurityContextConstraints a pod may run. In force wherever that kind is served.
 *
 * Not imitated: that a pod is looked at again after webhooks have changed it, and when it is changed; `openshift.io/required-scc`; hints.
 *
 * @see openshift/apiserver-library-go:pkg/securitycontextconstraints/sccadmission/admission.go
 */
import { allocatedTo } from '#lab/api/admission/scc/allocated.ts'
import { type Assigned, assign } from '#lab/api/admission/scc/assign.ts'
import { type Constraint, inOrder } from '#lab/api/admission/scc/constraint.ts'
import { aggregate, forbiddenField } from '#lab/api/admission/scc/field-errors.ts'
import { asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { forbidden, LookAgain } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import { accountGroups } from '#lab/api/tokens/account.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'

export const securityGroup = 'security.openshift.io'
const kind = { group: securityGroup, version: 'v1', resource: 'securitycontextconstraints' }
const pods = { group: '', resource: 'pods' }

export const sccAnnotation = 'openshift.io/scc'

/**
 * Namespaces in which nobody is asked: "You cannot assign a SCC to pods created in one of the default namespaces"
 * (openshift/openshift-docs:authentication/managing-security-context-constraints.adoc).
 */
const spared: ReadonlySet<string> = new Set([
  'default',
  'kube-system',
  'kube-public',
  'openshift',
  'openshift-infra',
  'openshift-node',
])

/** The pod under the first constraints that fit and that its maker or its account may use. Throws Forbidden where none do. */
export function constrained(state: ApiState, pod: JsonObject, user: Identity): JsonObject {
  const def = state.registry.find(kind)
  if (def === undefined) return pod
  const metadata = asObject(pod.metadata)
  const namespace = String(metadata.namespace)
  const at = state.store.get('/namespaces', keyOf(undefined, namespace))?.metadata
  const runLevel = at?.labels?.['openshift.io/run-level']
  if (spared.has(namespace) || runLevel === '0' || runLevel === '1') return pod
  const name = asText(metadata.generateName) ?? String(metadata.name)
  const allocated = allocatedTo(at?.annotations)
  if (typeof allocated === 'string')
    throw new LookAgain(
      forbidden(pods, name, `error fetching namespace ${JSON.stringify(namespace)}: ${allocated}`),
      { everyMs: 1000, times: 10 },
    )
  // The store keeps what the kind's schema has let through.
  const constraints = inOrder(state.store.list(def.bucket) as readonly Constraint[])
  const { chosen, errors } = choice(constraints, {
    mayUse: (one) => mayUse(state, one, { pod, namespace, user }),
    assigned: (one) => assign(one, pod, allocated),
  })
  if (chosen === undefined)
    throw forbidden(
      pods,
      name,
      `unable to validate against any security context constraint: ${aggregate(errors)}`,
    )
  return chosen
}

interface Judge {
  mayUse(constraint: Constraint): boolean
  assigned(constraint: Constraint): Assigned
}

function choice(
  constraints: readonly Constraint[],
  judge: Judge,
): { readonly chosen?: JsonObject; readonly errors: readonly string[] } {
  const errors: string[] = []
  for (const each of constraints) {
    const { name } = each.metadata
    if (!judge.mayUse(each)) {
      errors.push(forbiddenField(`provider ${JSON.stringify(name)}`, 'not usable by user or serviceaccount'))
      continue
    }
    const { pod, errors: own } = judge.assigned(each)
    if (own.length === 0) return { chosen: annotated(pod, name), errors }
    errors.push(...own)
  }
  return { errors: [...errors, ...olderHint(constraints, judge)] }
}

/** Whoever comes from 4.10 had `restricted`. */
function olderHint(constraints: readonly Constraint[], judge: Judge): readonly string[] {
  const older = constraints.find(({ metadata }) => metadata.name === 'restricted')
  const hasNewer = constraints.some(({ metadata }) => metadata.name === 'restricted-v2')
  if (older === undefined || !hasNewer || judge.mayUse(older) || judge.assigned(older).errors.length > 0)
    return []
  const says =
    'the pod fails to validate against the `restricted-v2` security context constraint, but would validate successfully against the `restricted` security context constraint'
  return [forbiddenField('no access to scc/restricted', says)]
}

const annotated = (pod: JsonObject, name: string): JsonObject => {
  const metadata = asObject(pod.metadata)
  return {
    ...pod,
    metadata: { ...metadata, annotations: { ...asObject(metadata.annotations), [sccAnnotation]: name } },
  }
}

/** sccmatching/matcher.go (ConstraintAppliesTo): by name, by group, or by the right to `use` it; who makes the pod, or its account. */
function mayUse(
  { access }: ApiState,
  { metadata, users, groups }: Constraint,
  o: { readonly pod: JsonObject; readonly namespace: string; readonly user: Identity },
): boolean {
  const account = asText(asObject(o.pod.spec).serviceAccountName)
  const ofPod: readonly Identity[] =
    account === undefined
      ? []
      : [
          {
            username: `system:serviceaccount:${o.namespace}:${account}`,
            groups: accountGroups(o.namespace),
          },
        ]
  const use = { kind: 'resource', verb: 'use', ...kind, namespace: o.namespace, name: metadata.name } as const
  return [o.user, ...ofPod].some(
    (one) =>
      users?.includes(one.username) === true ||
      one.groups.some((group) => groups?.includes(group) === true) ||
      access.decide(one, use).allowed,
  )
}
