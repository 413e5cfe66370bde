import type { Stat } from '#lab/host/ports.ts'
import type { FileSystem } from '#lab/host/vfs/file-system.ts'
import { type Device, Inode } from '#lab/host/vfs/inode.ts'

/** What a directory holds that is made up when asked for, as in /proc. */
export interface Listing {
  child(name: string): Inode | undefined
  names(): readonly string[]
}

/** A directory without entries of its own. Nothing can be created in it, because its mode lets nobody write. */
export class VirtualDirectory extends Inode {
  readonly #listing: Listing

  constructor(fs: FileSystem, listing: Listing) {
    super(fs, 'directory', { mode: 0o555 })
    this.#listing = listing
  }

  /** Not even root creates a file in /proc. */
  override get dead(): boolean {
    return true
  }

  override child(name: string): Inode | undefined {
    return this.#listing.child(name)
  }

  override names(): readonly string[] {
    return this.#listing.names()
  }
}

/** What a program keeps on a disk and nobody writes there: shown as long as its names are not removed. */
export interface Keepsakes extends Listing {
  /** A name was removed (unlink, rmdir, rename). */
  drop(name: string): void
  /** When a name last came or went. */
  changedMs(): number
}

/** A directory of a disk that shows {@link Keepsakes} beside entries of its own. They take no room. */
export class KeepsakeDirectory extends Inode {
  readonly #kept: Keepsakes

  constructor(fs: FileSystem, kept: Keepsakes, mode = 0o755) {
    super(fs, 'directory', { mode })
    this.#kept = kept
  }

  override child(name: string): Inode | undefined {
    return super.child(name) ?? this.#kept.child(name)
  }

  override names(): readonly string[] {
    return [...new Set([...super.names(), ...this.#kept.names()])].sort()
  }

  /** What is put in the place of something kept takes its name. */
  override put(name: string, inode: Inode): void {
    if (super.child(name) === undefined && this.#kept.child(name) !== undefined) this.#kept.drop(name)
    super.put(name, inode)
  }

  override drop(name: string): void {
    if (super.child(name) === undefined) this.#kept.drop(name)
    super.drop(name)
  }

  override release(): void {
    this.dead = true
  }

  override stat(): Stat {
    return { ...super.stat(), mtimeMs: this.#kept.changedMs() }
  }
}

/** A file whose text is made when read. */
export function generatedFile(fs: FileSystem, read: Device['read'], write?: Device['write']): Inode {
  const inode = new Inode(fs, 'file', { mode: write === undefined ? 0o444 : 0o644 })
  inode.device = write === undefined ? { read } : { read, write }
  return inode
}

export function generatedLink(fs: FileSystem, target: Device['read']): Inode {
  const inode = new Inode(fs, 'symlink', { mode: 0o777 })
  inode.device = { read: target }
  return inode
}

type Makers = Readonly<Record<string, () => Inode>>

/** A fixed directory; what it holds is asked for when somebody looks, each inode made when it is first asked for. */
export const listingOf = (children: () => Makers): Listing => new FixedListing(children)

class FixedListing implements Listing {
  readonly #makers: () => Makers
  #children: Makers | undefined
  #made: Map<string, Inode> | undefined

  constructor(makers: () => Makers) {
    this.#makers = makers
  }

  child(name: string): Inode | undefined {
    const made = this.#made?.get(name)
    if (made !== undefined || !Object.hasOwn(this.#asked, name)) return made
    const inode = this.#asked[name]?.()
    if (inode === undefined) return undefined
    this.#made ??= new Map()
    this.#made.set(name, inode)
    return inode
  }

  names(): readonly string[] {
    return Object.keys(this.#asked).sort()
  }

  get #asked(): Makers {
    this.#children ??= this.#makers()
    return this.#children
  }
}
