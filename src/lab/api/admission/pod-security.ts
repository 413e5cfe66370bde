/**
 * Pod Security admission: what a namespace's labels say about the pods in it.
 *
 * Not imitated: the checks of Windows, AppArmor, procMount, SELinux and sysctls; older versions of a level; audit annotations;
 * exemptions; the warnings for workloads whose pods would be refused.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/pod-security-admission/{admission,policy}
 */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { forbidden } from '#lab/api/status.ts'
import { keyOf } from '#lab/api/store.ts'
import type { ApiState, Caller } from '#lab/api/verbs/state.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'

export interface Violation {
  readonly reason: string
  readonly detail: string
}

const labelled = 'pod-security.kubernetes.io'

/** Throws Forbidden for a pod that its namespace does not let in; warns of one that it only frowns upon. */
export function checkPodSecurity(state: ApiState, pod: JsonObject, caller: Caller): void {
  const metadata = asObject(pod.metadata)
  const labels = state.store.get('/namespaces', keyOf(undefined, String(metadata.namespace)))?.metadata.labels
  const enforced = levelOf(labels, 'enforce')
  const told = levelOf(labels, 'warn')
  if (enforced !== undefined) {
    const violations = violationsOf(pod, enforced.level)
    if (violations.length > 0)
      throw forbidden(
        { group: '', resource: 'pods' },
        String(metadata.name),
        `violates PodSecurity ${JSON.stringify(enforced.text)}: ${detailsOf(violations)}`,
      )
  }
  if (told === undefined) return
  const violations = violationsOf(pod, told.level)
  if (violations.length > 0)
    caller.warn?.(`would violate PodSecurity ${JSON.stringify(told.text)}: ${detailsOf(violations)}`)
}

/** Warns whoever makes a namespace stricter of the pods that are in it already: admission.go (EvaluatePodsInNamespace). */
export function warnOfPresentPods(
  { store }: ApiState,
  { old, next }: { readonly old: JsonObject; readonly next: JsonObject },
  caller: Caller,
): void {
  const labels = at(next, 'metadata.labels') as Labels // of ObjectMeta
  const level = levelOf(labels, 'enforce')
  if (level === undefined || level.text === levelOf(at(old, 'metadata.labels') as Labels, 'enforce')?.text)
    return
  const name = String(at(next, 'metadata.name'))
  const byReason = new Map<string, string[]>()
  for (const pod of store.list('/pods', { namespace: name })) {
    const reasons = violationsOf(pod, level.level).map(({ reason }) => reason)
    if (reasons.length > 0) {
      const text = reasons.join(', ')
      byReason.set(text, [...(byReason.get(text) ?? []), pod.metadata.name])
    }
  }
  if (byReason.size === 0) return
  caller.warn?.(
    `existing pods in namespace ${JSON.stringify(name)} violate the new PodSecurity enforce level ${JSON.stringify(level.text)}`,
  )
  for (const [reasons, [first = '', ...others]] of byReason) {
    const more =
      others.length === 0 ? '' : ` (and ${others.length} other pod${others.length === 1 ? '' : 's'})`
    caller.warn?.(`${first}${more}: ${reasons}`)
  }
}

type Labels = Readonly<Record<string, string>> | undefined

/** The level and how messages name it: `restricted:latest`. Nothing for `privileged`, which lets everything in. */
function levelOf(
  labels: Labels,
  mode: 'enforce' | 'warn',
): { readonly level: Exclude<Level, 'privileged'>; readonly text: string } | undefined {
  const level = labels?.[`${labelled}/${mode}`]
  if (level !== 'baseline' && level !== 'restricted') return undefined
  return { level, text: `${level}:${labels?.[`${labelled}/${mode}-version`] ?? 'latest'}` }
}

const detailsOf = (violations: readonly Violation[]): string =>
  violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')

/** What a pod does that its level forbids, in the order of the checks' names. */
export function violationsOf(pod: JsonObject, level: Level): readonly Violation[] {
  if (level === 'privileged') return []
  const spec = asObject(pod.spec)
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    asList(spec[list]).map(asObject),
  )
  const found = level === 'baseline' ? baseline(spec, containers) : restricted(spec, containers)
  return found.filter((each) => each !== undefined)
}

type Containers = readonly JsonObject[]
type Found = Violation | undefined

const baseline = (spec: JsonObject, containers: Containers): readonly Found[] => [
  addedCapabilities(containers, baselineCapabilities, 'non-default capabilities'),
  hostNamespaces(spec),
  hostPaths(spec),
  hostPorts(containers),
  privileged(containers),
  unconfined(spec, containers),
]

const restricted = (spec: JsonObject, containers: Containers): readonly Found[] => [
  escalation(containers),
  unrestrictedCapabilities(containers),
  hostNamespaces(spec),
  hostPorts(containers),
  privileged(containers),
  volumeTypes(spec),
  nonRoot(spec, containers),
  rootUser(spec, containers),
  seccomp(spec, containers),
]

/** policy/check_capabilities_baseline.go */
const baselineCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)

/** `container "a"`, `containers "a", "b"` */
const named = (noun: string, names: readonly string[]): string =>
  `${noun}${names.length === 1 ? '' : 's'} ${names.map((name) => JSON.stringify(name)).join(', ')}`

const of = (containers: Containers): string =>
  named(
    'container',
    containers.map(({ name }) => String(name)),
  )

const context = (container: JsonObject, path: string): unknown => at(container, `securityContext.${path}`)

function addedCapabilities(containers: Containers, allowed: ReadonlySet<string>, reason: string): Found {
  const adds = (container: JsonObject): readonly string[] =>
    asList(context(container, 'capabilities.add'))
      .map(String)
      .filter((each) => !allowed.has(each))
  const bad = containers.filter((each) => adds(each).length > 0)
  if (bad.length === 0) return undefined
  const names = [...new Set(bad.flatMap(adds))].sort().map((each) => JSON.stringify(each))
  return {
    reason,
    detail: `${of(bad)} must not include ${names.join(', ')} in securityContext.capabilities.add`,
  }
}

function hostNamespaces(spec: JsonObject): Found {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true)
  return used.length === 0
    ? undefined
    : { reason: 'host namespaces', detail: used.map((key) => `${key}=true`).join(', ') }
}

function hostPaths(spec: JsonObject): Found {
  const bad = asList(spec.volumes)
    .map(asObject)
    .filter(({ hostPath }) => hostPath !== undefined)
  return bad.length === 0
    ? undefined
    : {
        reason: 'hostPath volumes',
        detail: named(
          'volume',
          bad.map(({ name }) => String(name)),
        ),
      }
}

function hostPorts(containers: Containers): Found {
  const ports = (container: JsonObject): readonly string[] =>
    asList(container.ports).flatMap((port) => {
      const { hostPort } = asObject(port)
      return hostPort === undefined || hostPort === 0 ? [] : [String(hostPort)]
    })
  const bad = containers.filter((each) => ports(each).length > 0)
  if (bad.length === 0) return undefined
  const all = [...new Set(bad.flatMap(ports))]
  return {
    reason: 'hostPort',
    detail: `${of(bad)} ${bad.length === 1 ? 'uses' : 'use'} hostPort${all.length === 1 ? '' : 's'} ${all.join(', ')}`,
  }
}

function privileged(containers: Containers): Found {
  const bad = containers.filter((each) => context(each, 'privileged') === true)
  return bad.length === 0
    ? undefined
    : { reason: 'privileged', detail: `${of(bad)} must not set securityContext.privileged=true` }
}

function unconfined(spec: JsonObject, containers: Containers): Found {
  const is = (value: unknown): boolean => value === 'Unconfined'
  const bad = containers.filter((each) => is(context(each, 'seccompProfile.type')))
  const pod = is(at(spec, 'securityContext.seccompProfile.type'))
  if (bad.length === 0 && !pod) return undefined
  const who = [...(pod ? ['pod'] : []), ...(bad.length === 0 ? [] : [of(bad)])].join(' and ')
  return {
    reason: 'seccompProfile',
    detail: `${who} must not set securityContext.seccompProfile.type to "Unconfined"`,
  }
}

function escalation(containers: Containers): Found {
  const bad = containers.filter((each) => context(each, 'allowPrivilegeEscalation') !== false)
  return bad.length === 0
    ? undefined
    : {
        reason: 'allowPrivilegeEscalation != false',
        detail: `${of(bad)} must set securityContext.allowPrivilegeEscalation=false`,
      }
}

function unrestrictedCapabilities(containers: Containers): Found {
  const reason = 'unrestricted capabilities'
  const kept = containers.filter((each) => !asList(context(each, 'capabilities.drop')).includes('ALL'))
  const added = addedCapabilities(containers, new Set(['NET_BIND_SERVICE']), reason)
  const drop = kept.length === 0 ? [] : [`${of(kept)} must set securityContext.capabilities.drop=["ALL"]`]
  const details = [...drop, ...(added === undefined ? [] : [added.detail])]
  return details.length === 0 ? undefined : { reason, detail: details.join('; ') }
}

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

function volumeTypes(spec: JsonObject): Found {
  const typeOf = (volume: JsonObject): string =>
    Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir'
  const bad = asList(spec.volumes)
    .map(asObject)
    .filter((volume) => !allowedVolumes.includes(typeOf(volume)))
  if (bad.length === 0) return undefined
  const types = [...new Set(bad.map(typeOf))].sort().map((each) => JSON.stringify(each))
  const names = named(
    'volume',
    bad.map(({ name }) => String(name)),
  )
  return {
    reason: 'restricted volume types',
    detail: `${names} ${bad.length === 1 ? 'uses' : 'use'} restricted volume type${types.length === 1 ? '' : 's'} ${types.join(', ')}`,
  }
}

function nonRoot(spec: JsonObject, containers: Containers): Found {
  const pod = at(spec, 'securityContext.runAsNonRoot')
  const explicit = containers.filter((each) => context(each, 'runAsNonRoot') === false)
  if (explicit.length > 0)
    return {
      reason: 'runAsNonRoot != true',
      detail: `${of(explicit)} must not set securityContext.runAsNonRoot=false`,
    }
  if (pod === false)
    return { reason: 'runAsNonRoot != true', detail: 'pod must not set securityContext.runAsNonRoot=false' }
  const unset = containers.filter((each) => context(each, 'runAsNonRoot') === undefined)
  if (pod === true || unset.length === 0) return undefined
  return {
    reason: 'runAsNonRoot != true',
    detail: `pod or ${of(unset)} must set securityContext.runAsNonRoot=true`,
  }
}

function rootUser(spec: JsonObject, containers: Containers): Found {
  const bad = containers.filter((each) => context(each, 'runAsUser') === 0)
  const pod = at(spec, 'securityContext.runAsUser') === 0
  if (bad.length === 0 && !pod) return undefined
  const who = [...(pod ? ['pod'] : []), ...(bad.length === 0 ? [] : [of(bad)])].join(' and ')
  return { reason: 'runAsUser=0', detail: `${who} must not set runAsUser=0` }
}

function seccomp(spec: JsonObject, containers: Containers): Found {
  const good = (value: unknown): boolean => value === 'RuntimeDefault' || value === 'Localhost'
  const pod = good(at(spec, 'securityContext.seccompProfile.type'))
  const bad = containers.filter((each) => {
    const own = context(each, 'seccompProfile.type')
    return own === undefined ? !pod : !good(own)
  })
  if (bad.length === 0) return undefined
  return {
    reason: 'seccompProfile',
    detail: `pod or ${of(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
  }
}
