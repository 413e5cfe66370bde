import type { KubeObject } from '#lab/api/objects/meta.ts'

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

export interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  readonly immutable?: boolean
  readonly type?: string
}
