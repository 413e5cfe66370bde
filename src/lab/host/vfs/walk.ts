import { remembering } from '#base/remember.ts'
import { Errno, isErrno } from '#lab/host/ports.ts'
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

/** A way without links: where it leads, and the names from the first that does not exist on. */
export type Straight = Found & { readonly missing: readonly string[] }

/**
 * Walks `path` component by component: every directory on the way must be one and must be searchable by the viewer,
 * links are resolved inside the viewer's own root, and `..` never leaves it.
 * Throws ENOENT, ENOTDIR, EACCES, ELOOP.
 */
export const walk = (view: View, path: string, follow: boolean): Found =>
  straight(view, path, { follow }) ?? winding(view, path, follow)

/** {@link walk} of a way without links and `..`, as most are; nothing where there is one. With `partly`, directories may be missing. */
export function straight(
  view: View,
  path: string,
  { follow, partly = false }: { readonly follow: boolean; readonly partly?: boolean },
): Straight | undefined {
  if (path === '') throw new Errno('ENOENT', path)
  const slash = path.endsWith('/')
  const names = namesOf(path.startsWith('/') ? path : `${view.cwd}/${path}`)
  let { mount, inode } = rootOf(view)
  let parent: Place = { mount, inode }
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as string // an index below the length
    mayPass(view, inode, path)
    if (name === '..') return undefined
    const isLast = at === names.length - 1
    const child = inode.child(name)
    if (child === undefined) {
      if (!isLast && !partly) throw new Errno('ENOENT', path)
      const missing = names.slice(at)
      parent = { mount, inode }
      return { path, mount, inode: undefined, parent, name, names: names.slice(0, at), slash, missing }
    }
    child.apart?.met()
    if (child.kind === 'symlink' && (follow || slash || !isLast)) return undefined
    if (isLast) parent = { mount, inode }
    if (mount.children?.has(child)) ({ mount, inode } = uncovered({ mount, inode: child }))
    else inode = child
  }
  if (slash && inode.kind !== 'directory') throw new Errno('ENOTDIR', path)
  return { path, mount, inode, parent, name: names.at(-1) ?? '', names, slash, missing: none }
}

const none: readonly string[] = []

function winding(view: View, path: string, follow: boolean): Found {
  const slash = path.endsWith('/')
  let left = namesOf(path.startsWith('/') ? path : `${view.cwd}/${path}`)
  const root = rootOf(view)
  const way: Place[] = [root]
  const names: string[] = []
  let links = 0
  for (let at = 0; at < left.length; at++) {
    const next = left[at] as string
    const here = way[way.length - 1] as Place
    mayPass(view, here.inode, path)
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

function rootOf({ mounts: { root } }: View): Place {
  const place = covered({ mount: root, inode: root.root })
  place.inode.apart?.met()
  return place
}

function mayPass({ credentials }: View, inode: Inode, path: string): void {
  if (inode.kind !== 'directory') throw new Errno('ENOTDIR', path)
  if (!permits(credentials, inode, mayExecute)) throw new Errno('EACCES', path)
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

/** The same for who looks in several places: nothing where nothing is. Throws ENOTDIR, EACCES, ELOOP. */
export function sought(view: View, path: string): (Found & { readonly inode: Inode }) | undefined {
  try {
    const found: Found = straight(view, path, { follow: true, partly: true }) ?? winding(view, path, true)
    return found.inode && (found as Found & { readonly inode: Inode })
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function splitPath(path: string): readonly string[] {
  const names: string[] = []
  for (let from = 0; from < path.length; ) {
    const slash = path.indexOf('/', from)
    const end = slash < 0 ? path.length : slash
    const name = path.slice(from, end)
    if (name !== '' && name !== '.') names.push(name)
    from = end + 1
  }
  return names
}

/** The names of a path; the same paths are walked again and again. */
const namesOf = (path: string): readonly string[] =>
  path.length > rememberedLength ? splitPath(path) : rememberedNames(path)

/** Longer ones lead into a pod's folders: each is asked for a few times, and never again. */
const rememberedLength = 48

const rememberedNames: (path: string) => readonly string[] = remembering(splitPath, { max: 512 })
