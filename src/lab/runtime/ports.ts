import type { Tree } from '#lab/host/ports.ts'

/** A container image: what a registry would hold. */
export interface Image {
  /** `docker.io/calico/node:v3.29.3` */
  readonly name: string
  readonly sizeBytes: number
  readonly tree: Tree
  readonly entrypoint: readonly string[]
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Default root. */
  readonly user?: { readonly uid: number; readonly gid: number }
}
