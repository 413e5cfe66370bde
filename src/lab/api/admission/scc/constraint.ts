/** What a SecurityContextConstraints says, and which of them comes first: openshift/api:security/v1/types.go. */
import type { Stored } from '#lab/api/store.ts'

/** Its fields stand beside its metadata. */
export interface Constraint extends Stored {
  readonly priority?: number | null
  readonly allowPrivilegedContainer?: boolean
  readonly allowPrivilegeEscalation?: boolean
  readonly allowHostNetwork?: boolean
  readonly allowHostPorts?: boolean
  readonly allowHostPID?: boolean
  readonly allowHostIPC?: boolean
  readonly readOnlyRootFilesystem?: boolean
  readonly allowedCapabilities?: readonly string[] | null
  readonly defaultAddCapabilities?: readonly string[] | null
  readonly requiredDropCapabilities?: readonly string[] | null
  readonly volumes?: readonly string[] | null
  readonly seccompProfiles?: readonly string[] | null
  readonly runAsUser?: Strategy & {
    readonly uid?: number
    readonly uidRangeMin?: number
    readonly uidRangeMax?: number
  }
  readonly seLinuxContext?: Strategy & { readonly seLinuxOptions?: SELinuxOptions }
  readonly fsGroup?: Strategy & { readonly ranges?: readonly IdRange[] }
  readonly supplementalGroups?: Strategy & { readonly ranges?: readonly IdRange[] }
  readonly users?: readonly string[] | null
  readonly groups?: readonly string[] | null
}

interface Strategy {
  /** `RunAsAny`, `MustRunAs`, `MustRunAsRange`, `MustRunAsNonRoot` */
  readonly type?: string
}

export interface SELinuxOptions {
  readonly level?: string
  readonly role?: string
  readonly type?: string
  readonly user?: string
}

export interface IdRange {
  readonly min: number
  readonly max: number
}

/**
 * Higher priority first, then what forbids more, then by name.
 *
 * @see openshift/apiserver-library-go:pkg/securitycontextconstraints/util/sort/bypriority.go, byrestrictions.go
 */
export const inOrder = (constraints: readonly Constraint[]): readonly Constraint[] =>
  constraints
    .map((constraint) => ({ constraint, points: pointsOf(constraint) }))
    .toSorted(
      (a, b) =>
        (b.constraint.priority ?? 0) - (a.constraint.priority ?? 0) ||
        a.points - b.points ||
        (a.constraint.metadata.name < b.constraint.metadata.name ? -1 : 1),
    )
    .map(({ constraint }) => constraint)

/** The more, the laxer. */
const pointsOf = (one: Constraint): number =>
  (one.allowPrivilegedContainer === true ? 1_600_000 : 0) +
  (one.allowHostPorts === true ? 800_000 : 0) +
  (one.allowHostNetwork === true ? 400_000 : 0) +
  volumePoints(one.volumes ?? []) +
  capabilityPoints(one) +
  (strategyPoints[one.seLinuxContext?.type ?? ''] ?? 0) +
  (strategyPoints[one.runAsUser?.type ?? ''] ?? 0)

const strategyPoints: Readonly<Record<string, number>> = {
  RunAsAny: 40_000,
  MustRunAsNonRoot: 30_000,
  MustRunAsRange: 20_000,
  MustRunAs: 10_000,
}

const trivial: ReadonlySet<string> = new Set([
  ...['secret', 'configMap', 'emptyDir', 'downwardAPI', 'projected', 'none'],
])

function volumePoints(volumes: readonly string[]): number {
  if (volumes.some((each) => each === 'hostPath' || each === '*')) return 200_000
  return volumes.some((each) => !trivial.has(each)) ? 100_000 : 0
}

function capabilityPoints({
  defaultAddCapabilities,
  allowedCapabilities,
  requiredDropCapabilities,
}: Constraint): number {
  const allowed = allowedCapabilities ?? []
  const dropped = requiredDropCapabilities ?? []
  const points =
    5000 +
    300 * (defaultAddCapabilities ?? []).length +
    (allowed.includes('*') || allowed.includes('ALL') ? 4000 : 10 * allowed.length) -
    (dropped.includes('ALL') ? 3000 : 50 * dropped.length)
  return Math.min(Math.max(points, 0), 9999)
}
