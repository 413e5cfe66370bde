/** What the finding of `runtime-dir-permissions` carries for its repair. Written by `detect.ts`, read by `repair.ts`. */
export interface RuntimeDirState {
  readonly node: string
  /** Canonical: `/run/calico`. */
  readonly path: string
  /** The folder as it was read; `undefined` when nobody could look (API and logs alone). */
  readonly folder:
    | { readonly exists: true; readonly mode: number; readonly uid: number; readonly gid: number }
    | { readonly exists: false }
    | undefined
  /** Whose the folder has to be: the credentials BIRD runs with, from the process or from the pod's spec. */
  readonly needs: { readonly uid: number; readonly gid: number } | undefined
  /** The tmpfiles.d line that wins for the path; `'none'` when all were read and no line names it; `undefined` when not read. */
  readonly entry:
    | {
        readonly file: string
        readonly kind: string
        readonly mode?: number
        readonly user?: string
        readonly group?: string
      }
    | 'none'
    | undefined
  /** calico-node's pod on the node, as far as it was seen. */
  readonly pod: { readonly namespace: string; readonly name: string } | undefined
}
