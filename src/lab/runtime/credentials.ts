import type { SecurityContext } from '#lab/api/objects.ts'
import { allCapabilities, defaultContainerCapabilities, user } from '#lab/host/credentials.ts'
import type { Capability, ContainerSpec, Credentials } from '#lab/host/ports.ts'

/**
 * Who a container's first process is.
 *
 * A user other than root gets what was added only as the limit, not as effective rights: Kubernetes gives no ambient set, so only
 * an executable with file capabilities (or setuid) can use it. Without privilege escalation (no_new_privs) not even that.
 */
export function containerCredentials(o: {
  readonly container: SecurityContext | undefined
  readonly pod: Readonly<Record<string, unknown>> | undefined
  readonly imageUser: { readonly uid: number; readonly gid: number } | undefined
}): Credentials {
  const gid = o.container?.runAsGroup ?? number(o.pod?.runAsGroup) ?? o.imageUser?.gid ?? 0
  return user({
    uid: o.container?.runAsUser ?? number(o.pod?.runAsUser) ?? o.imageUser?.uid ?? 0,
    gid,
    groups: supplementalGroups(o.pod),
    bounding: grantedCapabilities(o.container),
    ...(o.container?.allowPrivilegeEscalation === false ? { noNewPrivileges: true } : {}),
  })
}

/** What of /proc/sys a container may write: `procMount: Unmasked` leaves it to who the process is. */
export function procSysOf(context: SecurityContext | undefined): NonNullable<ContainerSpec['procSys']> {
  if (context?.privileged) return 'writable'
  return context?.procMount === 'Unmasked' ? 'net-writable' : 'read-only'
}

/** What the label of a container is to be: its own wishes come before those of its pod. */
export function selinuxOf(
  container: SecurityContext | undefined,
  pod: Readonly<Record<string, unknown>> | undefined,
): Omit<NonNullable<ContainerSpec['selinux']>, 'pod'> {
  const ofPod = pod?.seLinuxOptions as SecurityContext['seLinuxOptions'] // as the API server has checked
  const { type, level } = { ...ofPod, ...container?.seLinuxOptions }
  return { privileged: container?.privileged === true, type, level }
}

function grantedCapabilities(context: SecurityContext | undefined): ReadonlySet<Capability> {
  if (context?.privileged) return allCapabilities
  const drop = new Set(context?.capabilities?.drop?.map(plainName))
  const add = new Set(context?.capabilities?.add?.map(plainName))
  const base = drop.has('ALL') ? new Set<string>() : defaultContainerCapabilities
  const granted = [...allCapabilities].filter((name) => {
    // containerd adds first, then drops one by one: `drop` wins over `add: [ALL]`, `add` over `drop: [ALL]`.
    if (add.has(name)) return true
    return !drop.has(name) && (add.has('ALL') || base.has(name))
  })
  return new Set(granted)
}

const plainName = (name: string): string => name.toUpperCase().replace(/^CAP_/, '')

function supplementalGroups(pod: Readonly<Record<string, unknown>> | undefined): readonly number[] {
  const listed: readonly unknown[] = Array.isArray(pod?.supplementalGroups) ? pod.supplementalGroups : []
  return [number(pod?.fsGroup), ...listed.map(number)].filter((group) => group !== undefined)
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
