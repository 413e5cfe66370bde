/** What a SecurityContextConstraints asks of a pod of one namespace. */
import type { Allocated } from '#lab/api/admission/scc/allocated.ts'
import type { Constraint, IdRange, SELinuxOptions } from '#lab/api/admission/scc/constraint.ts'

export const seccompAnnotation = 'seccomp.security.alpha.kubernetes.io/pod'

/** What it demands, with what the namespace was given where it demands nothing of its own. */
export interface Demands {
  readonly constraint: Constraint
  readonly uids: IdRange | undefined
  readonly uid: number | undefined
  readonly selinux: SELinuxOptions | undefined
  readonly fsGroups: readonly IdRange[] | undefined
  readonly groups: readonly IdRange[] | undefined
}

export function demandsOf(constraint: Constraint, allocated: Allocated): Demands {
  const { runAsUser, seLinuxContext, fsGroup, supplementalGroups } = constraint
  const own = seLinuxContext?.seLinuxOptions
  const [first] = allocated.groups
  return {
    constraint,
    uid: runAsUser?.type === 'MustRunAs' ? runAsUser.uid : undefined,
    uids:
      runAsUser?.type === 'MustRunAsRange'
        ? {
            min: runAsUser.uidRangeMin ?? allocated.uids.min,
            max: runAsUser.uidRangeMax ?? allocated.uids.max,
          }
        : undefined,
    selinux:
      seLinuxContext?.type === 'MustRunAs' ? { ...own, level: own?.level || allocated.level } : undefined,
    fsGroups:
      fsGroup?.type !== 'MustRunAs'
        ? undefined
        : rangesOf(fsGroup.ranges, first === undefined ? [] : [{ min: first.min, max: first.min }]),
    groups:
      supplementalGroups?.type === 'MustRunAs'
        ? rangesOf(supplementalGroups.ranges, allocated.groups)
        : undefined,
  }
}

const rangesOf = (own: readonly IdRange[] | undefined, given: readonly IdRange[]): readonly IdRange[] =>
  own === undefined || own.length === 0 ? given : own
