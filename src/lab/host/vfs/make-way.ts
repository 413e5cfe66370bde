import { Errno } from '#lab/host/ports.ts'
import { created, umask } from '#lab/host/vfs/create.ts'
import type { Inode } from '#lab/host/vfs/inode.ts'
import type { View } from '#lab/host/vfs/view.ts'
import { type Found, straight, walk } from '#lab/host/vfs/walk.ts'

interface Making {
  readonly mode?: number
  /** See {@link Inode.setApart}. */
  readonly apart?: boolean
}

/** mkdir -p: makes the directories that are missing on the way, and at the end of it. */
export function makeWay(view: View, path: string, o: Making): void {
  if (!madeStraight(view, path, o)) makeStepwise(view, path, o)
}

/** Goes the way once. Answers whether it led there: a way by links, and one that is refused, is gone step by step. */
function madeStraight(view: View, path: string, o: Making): boolean {
  if (path === '' || path.endsWith('/')) return false
  try {
    const found = straight(view, path, { follow: true, partly: true })
    if (found === undefined) return false
    const { missing, parent } = found
    if (missing.length === 0) return found.inode?.kind === 'directory'
    if (missing.includes('..')) return false
    let { inode } = parent
    for (const [at, name] of missing.entries()) {
      const step = { ...found, name, parent: { mount: parent.mount, inode } }
      inode = madeDirectory(view, step, { ...o, last: at === missing.length - 1 })
    }
    return true
  } catch (error) {
    if (error instanceof Errno) return false
    throw error
  }
}

function makeStepwise(view: View, path: string, o: Making): void {
  const names = path.split('/')
  for (let length = 1; length <= names.length; length++) {
    const prefix = names.slice(0, length).join('/')
    if (prefix === '' || prefix.endsWith('/')) continue
    const last = names.slice(length).every((name) => name === '')
    const found = walk(view, prefix, true)
    if (found.inode === undefined) madeDirectory(view, found, { ...o, last })
    else if (last && found.inode.kind !== 'directory') throw new Errno('EEXIST', path)
    if (last) return
  }
}

function madeDirectory(
  view: View,
  found: Found,
  { mode, apart, last }: Making & { readonly last: boolean },
): Inode {
  const made = created(view, found, 'directory', (last ? mode : undefined) ?? 0o777 & ~umask)
  if (last && apart && made.fs.host.apart !== undefined) made.setApart(made.fs.host.apart)
  return made
}
