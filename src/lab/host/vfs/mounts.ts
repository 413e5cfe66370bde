import type { Inode } from '#lab/host/vfs/inode.ts'

/** A part of a file system as it appears at one place. */
export interface Mount {
  readonly root: Inode
  /** This mount alone; {@link isReadOnly} asks the file system too. Changed by a remount, as `noExec` is. */
  readOnly: boolean
  /** Nothing on it can be executed. */
  noExec: boolean
  /** Where it appears, for /proc/mounts. */
  readonly path: string
  /** The device or the like that /proc/mounts names. */
  readonly source: string
  /** What it shows of the machine, inside a container on a machine with SELinux. */
  readonly origin?: Origin | undefined
  /** What is mounted on directories (or files) of this one; on most is nothing. */
  children: Map<Inode, Mount> | undefined
}

export const mountOf = (
  root: Inode,
  o: {
    readonly path: string
    readonly source?: string
    readonly readOnly?: boolean
    readonly noExec?: boolean
  },
): Mount => ({
  root: root.keep(),
  readOnly: o.readOnly ?? false,
  noExec: o.noExec ?? false,
  path: o.path,
  source: o.source ?? root.fs.type,
  children: undefined,
})

/** Which path of the machine a mount shows, and how many names lead to where it appears. */
export interface Origin {
  readonly path: string
  readonly depth: number
}

/** A mount is read-only by itself, or because its whole file system is. */
export const isReadOnly = ({ readOnly, root }: Mount): boolean => readOnly || root.fs.readOnly

/** One directory or file, reached through one mount. */
export interface Place {
  readonly mount: Mount
  readonly inode: Inode
}

/** What is mounted on `place`, the topmost; `place` itself when nothing is. */
export function covered(place: Place): Place {
  let here = place
  for (;;) {
    const over = here.mount.children?.get(here.inode)
    if (over === undefined) return here
    here = { mount: over, inode: over.root }
  }
}

/** The mounts that a machine's or a container's processes see. Later changes elsewhere do not propagate into it. */
export class MountNamespace {
  readonly root: Mount

  constructor(root: Mount) {
    this.root = root
  }

  /** Mounts over `at` (which must come from this namespace). */
  mount(at: Place, mount: Mount): void {
    const top = covered({ mount: at.mount, inode: at.inode.keep() })
    top.mount.children ??= new Map()
    top.mount.children.set(top.inode, mount)
    top.inode.fs.host.moved()
  }

  /**
   * Shows `from` at another place too, with what is mounted below it (mount --rbind). It holds the inode: when the
   * name is later renamed or made anew elsewhere, this mount still shows the old one.
   */
  bind(
    at: Place,
    from: Place & { readonly path: string },
    o: { readonly path: string; readonly readOnly?: boolean; readonly origin?: Origin | undefined },
  ): void {
    const readOnly = (o.readOnly ?? false) || from.mount.readOnly
    const children = movedBelow(from.mount, from.path, o.path, o.origin)
    const { origin } = o
    this.mount(at, {
      ...from.mount,
      root: from.inode.keep(),
      path: o.path,
      readOnly,
      children,
      ...(origin && { origin }),
    })
  }

  /** Takes the topmost mount at `path` away; answers why not. */
  unmount(path: string): 'not-mounted' | 'busy' | undefined {
    const under = (mount: Mount): readonly (readonly [Mount, Inode, Mount])[] =>
      [...(mount.children ?? [])].flatMap(([inode, child]) => [
        [mount, inode, child] as const,
        ...under(child),
      ])
    const found = under(this.root).findLast(([, , child]) => child.path === path)
    if (found === undefined) return 'not-mounted'
    const [parent, inode, mount] = found
    if (mount.children !== undefined && mount.children.size > 0) return 'busy'
    parent.children?.delete(inode)
    inode.fs.host.moved()
    return undefined
  }

  /** Nobody is left who sees it: a container that has ended keeps its disk only. */
  dissolve(): void {
    this.root.children?.clear()
  }

  /** All mounts, outer ones first, in the order in which they were made. */
  list(): readonly Mount[] {
    const found: Mount[] = []
    const visit = (mount: Mount): void => {
      found.push(mount)
      for (const child of mount.children?.values() ?? []) visit(child)
    }
    visit(this.root)
    return found
  }
}

/** The mounts below `from`, as they appear when `from` is shown at `to`. */
function movedBelow(
  mount: Mount,
  from: string,
  to: string,
  origin: Origin | undefined,
): Map<Inode, Mount> | undefined {
  if (mount.children === undefined || mount.children.size === 0) return undefined
  const moved = new Map<Inode, Mount>()
  const prefix = from === '/' ? '/' : `${from}/`
  for (const [inode, child] of mount.children) {
    if (!child.path.startsWith(prefix)) continue
    const inside = child.path.slice(prefix.length)
    const path = `${to === '/' ? '' : to}/${inside}`
    const shown = origin && { path: child.path, depth: origin.depth + inside.split('/').length }
    const children = movedBelow(child, child.path, path, shown)
    moved.set(inode, { ...child, path, children, ...(shown && { origin: shown }) })
  }
  return moved.size === 0 ? undefined : moved
}
