/** What a SecurityContextConstraints forbids in a pod whose blanks are filled in. */
import type { Constraint, IdRange, SELinuxOptions } from '#lab/api/admission/scc/constraint.ts'
import { type Demands, seccompAnnotation } from '#lab/api/admission/scc/demands.ts'
import { forbiddenField, invalid, requiredField } from '#lab/api/admission/scc/field-errors.ts'
import { asList, asObject, at, type JsonObject, without } from '#lab/api/json.ts'

const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io'

export function podErrors(pod: JsonObject, demands: Demands, path: string): readonly string[] {
  const { constraint, fsGroups, groups, selinux } = demands
  const spec = asObject(pod.spec)
  const context = asObject(spec.securityContext)
  const fsGroup = context.fsGroup === undefined ? [] : [Number(context.fsGroup)]
  return [
    ...groupErrors(fsGroup, fsGroups, `${path}.fsGroup`),
    ...groupErrors(asList(context.supplementalGroups).map(Number), groups, `${path}.supplementalGroups`),
    ...seccompErrors(`pod.metadata.annotations[${seccompAnnotation}]`, annotationOf(context), constraint),
    ...selinuxErrors(context.seLinuxOptions, selinux, `${path}.seLinuxOptions`),
    ...hostErrors(spec, constraint, path),
    ...volumeErrors(asList(spec.volumes), constraint),
  ]
}

export function containerErrors(
  pod: JsonObject,
  container: JsonObject,
  demands: Demands,
  path: string,
): readonly string[] {
  const { constraint, selinux } = demands
  const spec = asObject(pod.spec)
  const ofPod = asObject(spec.securityContext)
  const own = asObject(container.securityContext)
  const profile = own.seccompProfile === undefined ? annotationOf(ofPod) : annotationOf(own)
  const [network, ...otherNamespaces] = hostKinds
  return [
    ...userErrors({ ...ofPod, ...own }, demands, path),
    ...selinuxErrors(own.seLinuxOptions ?? ofPod.seLinuxOptions, selinux, `${path}.seLinuxOptions`),
    ...seccompErrors(
      `pod.metadata.annotations[${containerSeccomp}/${String(container.name)}]`,
      profile,
      constraint,
    ),
    ...(own.privileged === true && constraint.allowPrivilegedContainer !== true
      ? [invalid(`${path}.privileged`, true, 'Privileged containers are not allowed')]
      : []),
    ...capabilityErrors(own, constraint, path),
    ...hostErrors(spec, constraint, path, network === undefined ? [] : [network]),
    ...(constraint.allowHostPorts === true ? [] : portErrors(spec, path)),
    ...hostErrors(spec, constraint, path, otherNamespaces),
    ...(constraint.readOnlyRootFilesystem === true && own.readOnlyRootFilesystem !== true
      ? [invalid(`${path}.readOnlyRootFilesystem`, false, 'ReadOnlyRootFilesystem must be set to true')]
      : []),
    ...(constraint.allowPrivilegeEscalation === false && own.allowPrivilegeEscalation !== false
      ? [
          invalid(
            `${path}.allowPrivilegeEscalation`,
            true,
            'Allowing privilege escalation for containers is not allowed',
          ),
        ]
      : []),
  ]
}

function groupErrors(
  groups: readonly number[],
  ranges: readonly IdRange[] | undefined,
  path: string,
): readonly string[] {
  if (ranges === undefined) return []
  const value = `[]int64{${groups.join(', ')}}`
  if (groups.length === 0)
    return [invalid(path, value, 'unable to validate empty groups against required ranges')]
  return groups
    .filter((group) => !ranges.some(({ min, max }) => group >= min && group <= max))
    .map((group) => invalid(path, value, `${group} is not an allowed group`))
}

/** user/{mustrunas,mustrunasrange,nonroot}.go; `context`: the container's before the pod's. */
function userErrors(
  context: JsonObject,
  { constraint, uid, uids }: Demands,
  path: string,
): readonly string[] {
  const asked = context.runAsUser
  if (uid !== undefined || uids !== undefined) {
    if (asked === undefined) return [requiredField(`${path}.runAsUser`)]
    const range = uids ?? { min: uid as number, max: uid as number } // one of the two is there
    if (Number(asked) >= range.min && Number(asked) <= range.max) return []
    const detail =
      uids === undefined ? `must be: ${uid}` : `must be in the ranges: [${range.min}, ${range.max}]`
    return [invalid(`${path}.runAsUser`, Number(asked), detail)]
  }
  if (constraint.runAsUser?.type !== 'MustRunAsNonRoot') return []
  if (context.runAsNonRoot === undefined && asked === undefined)
    return [requiredField(`${path}.runAsNonRoot`, 'must be true')]
  if (context.runAsNonRoot === false) return [invalid(`${path}.runAsNonRoot`, false, 'must be true')]
  return asked === 0 ? [invalid(`${path}.runAsUser`, 0, 'running with the root UID is forbidden')] : []
}

/** selinux/mustrunas.go (Validate) */
function selinuxErrors(asked: unknown, wanted: SELinuxOptions | undefined, path: string): readonly string[] {
  if (wanted === undefined) return []
  if (asked === undefined) return [requiredField(path)]
  const own = asObject(asked)
  const told = (field: keyof SELinuxOptions): string => String(own[field] ?? '')
  return (['level', 'role', 'type', 'user'] as const)
    .filter((field) =>
      field === 'level'
        ? sorted(told(field)) !== sorted(wanted.level ?? '')
        : told(field) !== (wanted[field] ?? ''),
    )
    .map((field) =>
      invalid(`${path}.${field}`, JSON.stringify(told(field)), `must be ${wanted[field] ?? ''}`),
    )
}

/** The order of categories says nothing. */
function sorted(level: string): string {
  const [sensitivity = '', categories] = level.split(/:(.*)/s)
  return categories === undefined ? level : `${sensitivity}:${categories.split(',').sort().join(',')}`
}

function seccompErrors(path: string, profile: string, { seccompProfiles }: Constraint): readonly string[] {
  const allowed = seccompProfiles ?? []
  if (allowed.includes('*')) return []
  if (allowed.length === 0) return profile === '' ? [] : [forbiddenField(path, 'seccomp may not be set')]
  return allowed.includes(profile)
    ? []
    : [
        forbiddenField(
          path,
          `${profile} is not an allowed seccomp profile. Valid values are [${allowed.join(' ')}]`,
        ),
      ]
}

/** `{ type: RuntimeDefault }` → `runtime/default`; '' for none. */
function annotationOf(context: JsonObject): string {
  const { type, localhostProfile } = asObject(context.seccompProfile)
  if (type === 'RuntimeDefault') return 'runtime/default'
  if (type === 'Unconfined') return 'unconfined'
  return type === 'Localhost' ? `localhost/${String(localhostProfile)}` : ''
}

const hostKinds = [
  ['hostNetwork', 'allowHostNetwork', 'Host network'],
  ['hostPID', 'allowHostPID', 'Host PID'],
  ['hostIPC', 'allowHostIPC', 'Host IPC'],
] as const

const hostErrors = (
  spec: JsonObject,
  constraint: Constraint,
  path: string,
  kinds: readonly (typeof hostKinds)[number][] = hostKinds,
): readonly string[] =>
  kinds
    .filter(([field, allow]) => spec[field] === true && constraint[allow] !== true)
    .map(([field, , name]) => invalid(`${path}.${field}`, true, `${name} is not allowed to be used`))

function volumeErrors(volumes: readonly unknown[], constraint: Constraint): readonly string[] {
  const allowed = constraint.volumes ?? []
  if (allowed.includes('*')) return []
  return volumes.flatMap((volume, index) => {
    const [kind = 'emptyDir'] = Object.keys(without(asObject(volume), 'name'))
    return allowed.includes(kind)
      ? []
      : [
          invalid(
            `spec.volumes[${index}]`,
            JSON.stringify(kind),
            `${kind} volumes are not allowed to be used`,
          ),
        ]
  })
}

/** Told of every container's ports for each container, under the path of that one: ValidateContainerSecurityContext. */
const portErrors = (spec: JsonObject, path: string): readonly string[] =>
  ['initContainers', 'containers'].flatMap((list) =>
    asList(spec[list]).flatMap((container, index) =>
      asList(asObject(container).ports)
        .map((port) => Number(asObject(port).hostPort ?? 0))
        .filter((port) => port > 0)
        .map((port) =>
          invalid(`${path}.${list}[${index}].hostPort`, port, 'Host ports are not allowed to be used'),
        ),
    ),
  )

/** capabilities/mustrunas.go (Validate) */
function capabilityErrors(own: JsonObject, constraint: Constraint, path: string): readonly string[] {
  const allowed = constraint.allowedCapabilities ?? []
  if (own.capabilities === undefined || allowed.includes('*')) return []
  const drop = asList(at(own, 'capabilities.drop')).map(String)
  const may = new Set([...allowed, ...(constraint.defaultAddCapabilities ?? [])])
  const shown =
    drop.length === 0 ? '[]core.Capability(nil)' : `[]core.Capability{${drop.map(quoted).join(', ')}}`
  return [
    ...asList(at(own, 'capabilities.add'))
      .map(String)
      .filter((each) => !may.has(each))
      .map((each) => invalid(`${path}.capabilities.add`, quoted(each), 'capability may not be added')),
    ...(constraint.requiredDropCapabilities ?? [])
      .filter((each) => !drop.includes(each))
      .map((each) =>
        invalid(`${path}.capabilities.drop`, shown, `${each} is required to be dropped but was not found`),
      ),
  ]
}

const quoted = (text: string): string => JSON.stringify(text)
