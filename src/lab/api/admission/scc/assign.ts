/**
 * What one SecurityContextConstraints makes of a pod, and what it forbids there.
 *
 * Not imitated: sysctls, FlexVolumes, user namespaces, seccomp by annotation.
 *
 * @see openshift/apiserver-library-go:pkg/securitycontextconstraints/sccmatching/{matcher,provider}.go (AssignSecurityContext)
 */
import type { Allocated } from '#lab/api/admission/scc/allocated.ts'
import type { Constraint } from '#lab/api/admission/scc/constraint.ts'
import { type Demands, demandsOf, seccompAnnotation } from '#lab/api/admission/scc/demands.ts'
import { containerErrors, podErrors } from '#lab/api/admission/scc/forbidden.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'

export interface Assigned {
  readonly pod: JsonObject
  readonly errors: readonly string[]
}

/** The pod with what it did not say filled in, and what is forbidden in it. */
export function assign(constraint: Constraint, pod: JsonObject, allocated: Allocated): Assigned {
  const demands = demandsOf(constraint, allocated)
  const path = `provider ${constraint.metadata.name}: `
  const filled = withPodContext(pod, demands)
  const errors = [...podErrors(filled, demands, `${path}.spec.securityContext`)]
  const spec: Record<string, unknown> = { ...asObject(filled.spec) }
  for (const list of ['initContainers', 'containers']) {
    if (spec[list] === undefined) continue
    spec[list] = asList(spec[list]).map((each, index) => {
      const container = withContext(asObject(each), asObject(spec.securityContext), demands)
      errors.push(...containerErrors(filled, container, demands, `${path}.${list}[${index}]`))
      return container
    })
  }
  return { pod: { ...filled, spec }, errors }
}

function withPodContext(pod: JsonObject, { constraint, selinux, fsGroups, groups }: Demands): JsonObject {
  const spec = asObject(pod.spec)
  const own = asObject(spec.securityContext)
  const profile = own.seccompProfile === undefined ? constraint.seccompProfiles?.find(isNamed) : undefined
  const seccompProfile = profileOf(profile)
  const context = {
    ...(groups === undefined ? {} : { supplementalGroups: [groups[0]?.min] }),
    ...(fsGroups === undefined ? {} : { fsGroup: fsGroups[0]?.min }),
    ...(selinux === undefined ? {} : { seLinuxOptions: selinux }),
    ...(seccompProfile === undefined ? {} : { seccompProfile }),
    ...own,
  }
  const metadata = asObject(pod.metadata)
  const annotated =
    profile === undefined
      ? metadata
      : { ...metadata, annotations: { ...asObject(metadata.annotations), [seccompAnnotation]: profile } }
  return { ...pod, metadata: annotated, spec: { ...spec, securityContext: context } }
}

const isNamed = (profile: string): boolean => profile !== '*'

/** `runtime/default` → `{ type: RuntimeDefault }` */
function profileOf(annotation: string | undefined): JsonObject | undefined {
  if (annotation === undefined) return undefined
  if (annotation === 'runtime/default' || annotation === 'docker/default') return { type: 'RuntimeDefault' }
  if (annotation === 'unconfined') return { type: 'Unconfined' }
  return annotation.startsWith('localhost/')
    ? { type: 'Localhost', localhostProfile: annotation.slice('localhost/'.length) }
    : undefined
}

function withContext(container: JsonObject, ofPod: JsonObject, demands: Demands): JsonObject {
  const { constraint, selinux } = demands
  const own = asObject(container.securityContext)
  const runAsUser = own.runAsUser ?? ofPod.runAsUser ?? demands.uid ?? demands.uids?.min
  const wantsNonRoot =
    runAsUser === undefined ? constraint.runAsUser?.type === 'MustRunAsNonRoot' : Number(runAsUser) > 0
  const capabilities = capabilitiesOf(own, constraint)
  const context = {
    ...own,
    ...(runAsUser === undefined || ofPod.runAsUser === runAsUser ? {} : { runAsUser }),
    ...(selinux === undefined || (own.seLinuxOptions ?? ofPod.seLinuxOptions) !== undefined
      ? {}
      : { seLinuxOptions: selinux }),
    ...(wantsNonRoot && (own.runAsNonRoot ?? ofPod.runAsNonRoot) === undefined ? { runAsNonRoot: true } : {}),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(constraint.readOnlyRootFilesystem === true && own.readOnlyRootFilesystem === undefined
      ? { readOnlyRootFilesystem: true }
      : {}),
    ...(constraint.allowPrivilegeEscalation === false && own.allowPrivilegeEscalation === undefined
      ? { allowPrivilegeEscalation: false }
      : {}),
  }
  return Object.keys(context).length === 0 ? container : { ...container, securityContext: context }
}

/** capabilities/mustrunas.go (Generate) */
function capabilitiesOf(own: JsonObject, constraint: Constraint): JsonObject | undefined {
  const given = asObject(own.capabilities)
  const add = asList(given.add).map(String)
  const drop = asList(given.drop).map(String)
  const allAdd = new Set([
    ...(constraint.defaultAddCapabilities ?? []).filter((each) => !drop.includes(each)),
    ...add,
  ])
  const allDrop = new Set([...(constraint.requiredDropCapabilities ?? []), ...drop])
  if (allAdd.size === add.length && allDrop.size === drop.length) return undefined
  return {
    ...(allAdd.size === 0 ? {} : { add: [...allAdd].sort() }),
    ...(allDrop.size === 0 ? {} : { drop: [...allDrop].sort() }),
  }
}
