import { assert } from '#base/assert.ts'
import { remembering } from '#base/remember.ts'
import type { Capability, Tree, TreeEntry } from '#lab/host/ports.ts'
import type { Device } from '#lab/host/vfs/inode.ts'

/** A {@link Tree}, parsed once and shared by every machine and container that starts from it. Never changed. */
export interface TreeNode {
  readonly kind: 'file' | 'directory' | 'symlink' | 'device'
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** A file's content or a link's target. */
  readonly text: string
  readonly capabilities: readonly Capability[] | undefined
  readonly children: ReadonlyMap<string, TreeNode> | undefined
  readonly device?: Device
}

/** A directory of what is not in a {@link Tree}. */
export const folderOf = (children: Readonly<Record<string, TreeNode>>, mode = 0o755): TreeNode => ({
  ...directory(mode),
  children: new Map(Object.entries(children)),
})

/** A device that anybody may read and write. */
export function deviceOf(device: Device): TreeNode {
  return {
    kind: 'device',
    mode: 0o666,
    uid: 0,
    gid: 0,
    text: '',
    capabilities: undefined,
    children: undefined,
    device,
  }
}

interface Growing extends TreeNode {
  readonly children: Map<string, TreeNode> | undefined
}

const parsed = new WeakMap<Tree, TreeNode>()

/**
 * Entries in order, later ones replace earlier ones (layers of an image); missing parents are made 0755 root; links in
 * the way are followed, so that `/bin/ls` lands in `/usr/bin` when `/bin` was declared to be a link to it.
 */
export function treeNode(tree: Tree): TreeNode {
  const known = parsed.get(tree)
  if (known !== undefined) return known
  const top = directory()
  for (const entry of tree) place(top, entry)
  parsed.set(tree, top)
  return top
}

/** The last disk that was parsed. */
let neighbour: TreeNode | undefined

/** {@link treeNode} for a machine's disk: what is as on the machine before it is shared with that, and the tree itself is let go. */
export function diskNode(tree: Tree): TreeNode {
  const top = directory()
  for (const entry of tree) place(top, entry)
  neighbour = neighbour === undefined ? top : alike(top, neighbour)
  return neighbour
}

/** `node`, with every part that equals the other's taken from there. */
function alike(node: TreeNode, other: TreeNode): TreeNode {
  const { children } = node
  let same = hasSameContent(node, other)
  if (children === undefined || other.children === undefined) return same ? other : node
  if (children.size !== other.children.size) same = false
  const shared = new Map<string, TreeNode>()
  for (const [name, child] of children) {
    const twin = other.children.get(name)
    const one = twin === undefined ? child : alike(child, twin)
    if (one !== twin) same = false
    shared.set(name, one)
  }
  return same ? other : { ...node, children: shared }
}

const hasSameContent = (a: TreeNode, b: TreeNode): boolean =>
  a.kind === b.kind &&
  a.mode === b.mode &&
  a.uid === b.uid &&
  a.gid === b.gid &&
  a.text === b.text &&
  isSameList(a.capabilities, b.capabilities)

const isSameList = (a: TreeNode['capabilities'], b: TreeNode['capabilities']): boolean =>
  a === b || (a !== undefined && a.length === b?.length && a.every((capability, at) => capability === b[at]))

const magic = '\x7fELF lab program '

/** The content of an executable: a copy of it (`cp`, an installer) is as executable as the original, and of its version. */
export const programText = (program: string, version = ''): string =>
  executable(version === '' ? program : `${program} ${version}`)

/** Thousands of machines have the same ones. */
const executable = remembering((built: string) => `${magic}${built}\n`, { max: 4096 })

/** What an executable holds. */
export interface Built {
  /** The name under which the program was registered. */
  readonly program: string
  /** What it was built as; empty where nothing depends on it. */
  readonly version: string
}

/** The program whose executable holds this text; `undefined` when it is none. */
export function builtOf(text: string): Built | undefined {
  if (!text.startsWith(magic) || !text.endsWith('\n')) return undefined
  const [program = '', version = ''] = text.slice(magic.length, -1).split(' ')
  return { program, version }
}

/** The name alone. */
export const programOf = (text: string): string | undefined => builtOf(text)?.program

function directory(mode = 0o755, uid = 0, gid = 0): Growing {
  return { kind: 'directory', mode, uid, gid, text: '', capabilities: undefined, children: new Map() }
}

function place(top: Growing, entry: TreeEntry): void {
  const names = entry.path.split('/').filter((name) => name !== '' && name !== '.')
  const name = names.pop()
  if (name === undefined) return
  const parent = descend(top, names)
  const before = parent.get(name)
  parent.set(name, nodeOf(entry, before))
}

/** The children of the directory at `names`, made on the way where missing. */
function descend(top: Growing, names: readonly string[]): Map<string, TreeNode> {
  const way: Growing[] = [top]
  let left = [...names]
  let links = 0
  for (let name = left.shift(); name !== undefined; name = left.shift()) {
    if (name === '..') {
      if (way.length > 1) way.pop()
      continue
    }
    const children = childrenOf(way.at(-1) as Growing)
    const child = children.get(name)
    if (child?.kind === 'symlink') {
      assert(++links <= 40, `a tree's links go round in circles at ${names.join('/')}`)
      if (child.text.startsWith('/')) way.length = 1
      left = [...child.text.split('/').filter((each) => each !== '' && each !== '.'), ...left]
      continue
    }
    const next = child?.kind === 'directory' ? (child as Growing) : directory()
    if (next !== child) children.set(name, next)
    way.push(next)
  }
  return childrenOf(way.at(-1) as Growing)
}

function childrenOf(node: Growing): Map<string, TreeNode> {
  assert(node.children !== undefined, 'a directory has children')
  return node.children
}

function nodeOf(entry: TreeEntry, before: TreeNode | undefined): TreeNode {
  switch (entry.kind) {
    case 'symlink':
      return {
        kind: 'symlink',
        mode: 0o777,
        uid: 0,
        gid: 0,
        text: entry.target,
        capabilities: undefined,
        children: undefined,
      }
    case 'directory': {
      const kept = before?.kind === 'directory' ? before.children : undefined
      return { ...directory(entry.mode, entry.uid, entry.gid), children: kept ?? new Map() }
    }
    case 'file':
      return {
        kind: 'file',
        mode: entry.mode ?? (entry.program === undefined ? 0o644 : 0o755),
        uid: entry.uid ?? 0,
        gid: entry.gid ?? 0,
        text: entry.program === undefined ? (entry.text ?? '') : programText(entry.program, entry.version),
        capabilities: entry.capabilities,
        children: undefined,
      }
  }
}
