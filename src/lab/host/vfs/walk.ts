import { remembering } from '#base/remember.ts'
import { Errno } from '#lab/host/ports.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'
import { covered, type Mount, type Place } from '#lab/host/vfs/mounts.ts'
import { mayExecute, permits } from '#lab/host/vfs/permission.ts'
import type { View } from '#lab/host/vfs/view.ts'

/** Where a path leads. `inode` is missing when only the last name does not exist. */
export interface Found {
  readonly path: string
  readonly mount: Mount
  readonly inode: Inode | undefined
  readonly parent: Place
  /** The last name; empty for the root. */
  readonly name: string
  /** The names on the way from the root once links are resolved, the last one included where it exists. */
  readonly names: readonly string[]
  /** The path ended in a slash: only a directory will do. */
  readonly slash: boolean
}

const linksMax = 40

/**
 * Walks `path` component by component: every directory on the way must be one and must be searchable by the viewer,
 * links are resolved inside the viewer's own root, and `..` never leaves it.
 * Throws ENOENT, ENOTDIR, EACCES, ELOOP.
 */
export function walk(view: View, path: string, follow: boolean): Found {
  if (path === '') throw new Errno('ENOENT', path)
  const slash = path.endsWith('/')
  let left = namesOf(path.startsWith('/') ? path : `${view.cwd}/${path}`)
  const root = covered({ mount: view.mounts.root, inode: view.mounts.root.root })
  root.inode.apart?.met()
  const way: Place[] = [root]
  const names: string[] = []
  let links = 0
  for (let at = 0; at < left.length; at++) {
    const next = left[at] as string
    const here = way[way.length - 1] as Place
    if (here.inode.kind !== 'directory') throw new Errno('ENOTDIR', path)
    if (!permits(view.credentials, here.inode, mayExecute)) throw new Errno('EACCES', path)
    if (next === '..') {
      if (way.length > 1) way.pop()
      names.pop()
      continue
    }
    const inode = here.inode.child(next)
    inode?.apart?.met()
    if (inode === undefined) {
      if (at < left.length - 1) throw new Errno('ENOENT', path)
      return { path, mount: here.mount, inode: undefined, parent: here, name: next, names, slash }
    }
    if (inode.kind === 'symlink' && (follow || slash || at < left.length - 1)) {
      if (++links > linksMax) throw new Errno('ELOOP', path)
      const target = inode.target(view)
      if (target.startsWith('/')) {
        way.length = 1
        names.length = 0
      }
      left = [...namesOf(target), ...left.slice(at + 1)]
      at = -1
      continue
    }
    names.push(next)
    const place = { mount: here.mount, inode }
    way.push(here.mount.children?.has(inode) ? uncovered(place) : place)
  }
  const last = way[way.length - 1] as Place
  if (slash && last.inode.kind !== 'directory') throw new Errno('ENOTDIR', path)
  const parent = way[way.length - 2] ?? root
  return { path, mount: last.mount, inode: last.inode, parent, name: names.at(-1) ?? '', names, slash }
}

function uncovered(place: Place): Place {
  const found = covered(place)
  found.inode.apart?.met()
  return found
}

/** The inode at `path`; throws ENOENT where there is none. */
export function existing(view: View, path: string, follow = true): Found & { readonly inode: Inode } {
  const found = walk(view, path, follow)
  if (found.inode === undefined) throw new Errno('ENOENT', path)
  return found as Found & { readonly inode: Inode }
}

/** The names of a path; the same paths are walked again and again. */
const namesOf: (path: string) => readonly string[] = remembering(
  (path) =>
    path
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .slice(), // as long as it has to be
  // Paths that are asked for again are few; others come anew all the time, as each token has a folder of its own.
  { max: 512 },
)
