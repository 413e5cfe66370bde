import type { KubeObject } from '#lab/api/objects/meta.ts'

export interface KubeEvent extends KubeObject {
  readonly involvedObject: {
    readonly kind: string
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly apiVersion?: string
    readonly resourceVersion?: string
    readonly fieldPath?: string
  }
  readonly reason: string
  readonly message: string
  readonly type: 'Normal' | 'Warning'
  readonly count?: number
  readonly firstTimestamp?: string | null
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
  readonly source?: { readonly component?: string; readonly host?: string }
  readonly reportingComponent?: string
  readonly reportingInstance?: string
}
