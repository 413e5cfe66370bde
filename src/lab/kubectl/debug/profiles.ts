/** What a debugging container may do, by the name of its profile: kubernetes/kubectl:pkg/cmd/debug/profiles.go. */
import type { JsonObject } from '#lab/api/json.ts'
import type { Flags } from '#lab/kubectl/flags.ts'

interface Profile {
  /** At /host. */
  readonly seesDisk?: boolean
  /** Of the pod. */
  readonly spec?: JsonObject
  readonly securityContext?: JsonObject
}

const hosts = { hostIPC: true, hostNetwork: true, hostPID: true }

const onHosts: Readonly<Record<string, Profile>> = {
  legacy: { seesDisk: true, spec: hosts },
  general: { seesDisk: true, spec: hosts },
  baseline: {},
  restricted: {
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  },
  netadmin: { spec: hosts, securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } },
  sysadmin: { seesDisk: true, spec: hosts, securityContext: { privileged: true } },
}

/** Inside of a pod, as measured of kubectl 1.32.4. */
const inPods: Readonly<Record<string, JsonObject>> = {
  general: { capabilities: { add: ['SYS_PTRACE'] } },
  restricted: onHosts['restricted']?.securityContext ?? {},
  netadmin: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
  sysadmin: { privileged: true },
}

const nameOf = (flags: Flags): string => flags.text('profile') ?? 'legacy'

export const isProfile = (name: string): boolean => name in onHosts

export const hostProfileOf = (flags: Flags): Profile => onHosts[nameOf(flags)] ?? {}

export const podProfileOf = (flags: Flags): JsonObject | undefined => inPods[nameOf(flags)]
