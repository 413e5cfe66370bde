import { contextOf, diskTypeOf } from '#lab/host/selinux/file-contexts.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'
import type { Mount } from '#lab/host/vfs/mounts.ts'

/** Something that a path led to: see {@link Found}. */
export interface Labelled {
  readonly mount: Mount
  readonly inode: Inode
  /** From the root of all that its namespace shows. */
  readonly names: readonly string[]
}

/** The path on the machine, also of what a container sees of it. */
export function machinePathOf({ mount: { origin }, names }: Pick<Labelled, 'mount' | 'names'>): string {
  if (origin === undefined) return `/${names.join('/')}`
  const inside = names.slice(origin.depth).join('/')
  if (inside === '') return origin.path
  return origin.path === '/' ? `/${inside}` : `${origin.path}/${inside}`
}

/** A file's context: as somebody labelled it, or as its path has it; what a container wrote itself has its level. */
export function labelOf(at: Labelled, level = 's0'): string {
  if (at.inode.label !== undefined) return at.inode.label
  if (isOwn(at.mount)) return contextOf('container_file_t', level)
  return contextOf(diskTypeOf(machinePathOf(at)))
}

/**
 * What gets another name keeps its context, as does all below it: rename(2) changes none. To be called before the name is another;
 * `names` lead to it then.
 */
export function takeLabelAlong(at: Labelled, names: readonly string[]): void {
  const { mount, inode } = at
  const label = labelOf(at)
  if (label !== labelOf({ mount, inode, names })) inode.keep().label = label
  if (inode.kind !== 'directory') return
  for (const name of inode.names()) {
    const child = inode.child(name)
    if (child !== undefined)
      takeLabelAlong({ mount, inode: child, names: [...at.names, name] }, [...names, name])
  }
}

/** A container's own root. */
const isOwn = ({ origin, root }: Mount): boolean => origin === undefined && root.fs.type === 'overlay'
