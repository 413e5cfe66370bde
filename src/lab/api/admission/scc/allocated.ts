/** What a namespace was given for its pods: openshift/api:security/v1/consts.go, openshift/library-go:pkg/security/uid/uid.go. */
import type { IdRange } from '#lab/api/admission/scc/constraint.ts'

export const uidRangeAnnotation = 'openshift.io/sa.scc.uid-range'
export const mcsAnnotation = 'openshift.io/sa.scc.mcs'
export const groupsAnnotation = 'openshift.io/sa.scc.supplemental-groups'

export interface Allocated {
  readonly uids: IdRange
  readonly groups: readonly IdRange[]
  /** `s0:c26,c10` */
  readonly level: string
}

/** What its annotations say, or what is wrong with them. */
export function allocatedTo(annotations: Readonly<Record<string, string>> = {}): Allocated | string {
  const [uidText, level] = [annotations[uidRangeAnnotation], annotations[mcsAnnotation]]
  if (uidText === undefined) return `unable to find annotation ${uidRangeAnnotation}`
  if (level === undefined) return `unable to find annotation ${mcsAnnotation}`
  const uids = block(uidText)
  const groups = (annotations[groupsAnnotation] ?? uidText).split(',').map(block)
  if (uids === undefined || groups.some((each) => each === undefined))
    return 'block not in the format "<start>/<size>" or "<start>-<end>"'
  return { uids, groups: groups as IdRange[], level } // looked at on the line above
}

/** `1000670000/10000`, `1000670000-1000679999` */
export function block(text: string): IdRange | undefined {
  const [, start = '', kind, second = ''] = /^(\d+)([/-])(\d+)$/.exec(text) ?? []
  if (kind === undefined) return undefined
  const min = Number(start)
  return { min, max: kind === '/' ? min + Number(second) - 1 : Number(second) }
}
