import { interfaceSysctlNames, netSysctlNames } from '#lab/host/machine/sysctls.ts'
import { generatedFile, type Listing, VirtualDirectory } from '#lab/host/vfs/virtual.ts'
import type { FileSystem, Inode } from '#lab/host/vfs.ts'
import type { NetStack } from '#lab/network/ports.ts'

/** Where the parameters under one /proc/sys come from. */
export interface SysctlSource {
  readonly stack: NetStack
  /** All but `net`, by path under /proc/sys. */
  readonly values: Map<string, string>
}

/** /proc/sys: every kernel parameter is a file; the network's belong to the viewer's network namespace. */
export const procSys = (fs: FileSystem, source: SysctlSource): Inode => folder(fs, source, '')

const folder = (fs: FileSystem, source: SysctlSource, path: string): Inode =>
  new VirtualDirectory(fs, new SysctlFolder(fs, source, path))

class SysctlFolder implements Listing {
  readonly #fs: FileSystem
  readonly #source: SysctlSource
  readonly #path: string
  #made: Map<string, Inode> | undefined

  constructor(fs: FileSystem, source: SysctlSource, path: string) {
    this.#fs = fs
    this.#source = source
    this.#path = path
  }

  /** Folders of interfaces, which come and go, are made anew for each look. */
  child(name: string): Inode | undefined {
    if (this.#path === confFolder) return this.#make(name)
    const known = this.#made?.get(name)
    if (known !== undefined) return known
    const inode = this.#make(name)
    if (inode === undefined) return undefined
    this.#made ??= new Map()
    this.#made.set(name, inode)
    return inode
  }

  names(): readonly string[] {
    return names(this.#source, this.#path).filter((name) => this.#make(name) !== undefined)
  }

  #make(name: string): Inode | undefined {
    const source = this.#source
    const below = this.#path === '' ? name : `${this.#path}/${name}`
    if (isFolder(source, below)) return folder(this.#fs, source, below)
    if (below.startsWith('net/')) return netFile(this.#fs, source.stack, below)
    return source.values.has(below) ? valueFile(this.#fs, source.values, below) : undefined
  }
}

const confFolder = 'net/ipv4/conf'

function isFolder({ values, stack }: SysctlSource, path: string): boolean {
  if (Object.hasOwn(netSysctlNames, path) || path === confFolder || path === 'net/ipv6/conf') return true
  if (path.startsWith(`${confFolder}/`)) return isInterface(stack, path.slice(confFolder.length + 1))
  return [...values.keys()].some((key) => key.startsWith(`${path}/`))
}

const isInterface = (stack: NetStack, name: string): boolean =>
  name === 'all' || name === 'default' || stack.hasLink(name)

const interfaces = (stack: NetStack): readonly string[] =>
  [...new Set(['all', 'default', ...stack.links().map(({ name }) => name)])].sort()

function names({ values, stack }: SysctlSource, path: string): readonly string[] {
  if (path === confFolder) return interfaces(stack)
  if (path.startsWith(`${confFolder}/`)) return interfaceSysctlNames
  const fixed = Object.hasOwn(netSysctlNames, path) ? netSysctlNames[path] : undefined
  if (fixed !== undefined) return fixed
  const prefix = path === '' ? '' : `${path}/`
  const own = [...values.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split('/')[0] ?? '')
  return [...new Set(path === '' ? [...own, 'net'] : own)].sort()
}

/** Writable for its owner, and for NET_ADMIN as if it were the owner (net_ctl_permissions, torvalds/linux:net/sysctl_net.c). */
function netFile(fs: FileSystem, stack: NetStack, path: string): Inode | undefined {
  const name = path.replaceAll('/', '.')
  if (stack.sysctl(name) === undefined) return undefined
  const file = generatedFile(
    fs,
    () => `${stack.sysctl(name) ?? ''}\n`,
    (text) => (text === '' ? undefined : stack.apply([{ op: 'sysctl', name, value: text.trim() }])),
  )
  file.ownerCapability = 'NET_ADMIN'
  return file
}

const valueFile = (fs: FileSystem, values: Map<string, string>, path: string): Inode =>
  generatedFile(
    fs,
    () => `${values.get(path) ?? ''}\n`,
    (text) => {
      if (text !== '') values.set(path, text.trim())
      return undefined
    },
  )
