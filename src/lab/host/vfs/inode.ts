import { type Capability, Errno, type FileKind, type Stat } from '#lab/host/ports.ts'
import { type Entries, entriesOf, entryOf, withEntry, withoutEntry } from '#lab/host/vfs/entries.ts'
import type { TreeNode } from '#lab/host/vfs/tree.ts'
import type { View } from '#lab/host/vfs/view.ts'

const pageBytes = 4096
/** A file or an image of this size that comes or goes is worth a look; logs grow by less. */
const muchBytes = 2 ** 20
const pages = (bytes: number): number => Math.ceil(bytes / pageBytes) * pageBytes

/** The machine under a file system: its clock, and what counts how often its files were not what they had been. */
export interface FileHost {
  readonly nowMs: number
  /** For directories that ask for it; without one they are counted as all others. */
  readonly apart?: Apart
  moved(): void
}

/** Files whose changes are counted apart from those of their machine: see {@link Inode.setApart}. */
export interface Apart {
  moved(): void
  /** Told whenever a path leads to one of them. */
  met(): void
}

/** A file system: where inodes live and how much room they have. Mount namespaces show parts of several. */
export class FileSystem {
  readonly type: string
  readonly limitBytes: number
  readonly host: FileHost
  readonly bornMs: number
  readonly inodesMax: number
  readonly over: FileSystem | undefined
  usedBytes: number
  usedInodes: number
  /** Every mount of it refuses writing (`mount -o remount,ro`, or the kernel after an error). */
  readOnly = false
  #lastInode = 1

  /** `usedBytes` and `usedInodes`: what is there already and holds nothing that anybody reads. */
  constructor(
    type: string,
    o: {
      readonly host: FileHost
      readonly limitBytes?: number | undefined
      readonly inodesMax?: number | undefined
      readonly usedBytes?: number | undefined
      readonly usedInodes?: number | undefined
      /** Whose room it takes (an overlay's upper folder lies on a disk). */
      readonly over?: FileSystem | undefined
    },
  ) {
    this.type = type
    this.host = o.host
    this.bornMs = o.host.nowMs
    this.limitBytes = o.limitBytes ?? Number.POSITIVE_INFINITY
    this.inodesMax = o.inodesMax ?? Number.POSITIVE_INFINITY
    this.usedBytes = o.usedBytes ?? 0
    this.usedInodes = o.usedInodes ?? 0
    this.over = o.over
  }

  nextInode(): number {
    return this.#lastInode++
  }

  /** Takes room for a file that grows from `before` to `after` bytes, in whole pages; throws ENOSPC. */
  claim(before: number, after: number): void {
    const grown = pages(after) - pages(before)
    if (grown > 0 && this.usedBytes + grown > this.limitBytes) throw new Errno('ENOSPC')
    this.over?.claim(before, after)
    const percent = this.#percentUsed
    this.usedBytes += grown
    if (Math.abs(grown) >= muchBytes || this.#percentUsed !== percent) this.host.moved()
  }

  /** Whole ones, upwards: who watches for a disk that fills up has such a line. */
  get #percentUsed(): number {
    return this.limitBytes === Number.POSITIVE_INFINITY
      ? 0
      : Math.ceil((this.usedBytes * 100) / this.limitBytes)
  }

  /** Throws ENOSPC when not even a new name fits (measured: a full tmpfs refuses a socket too). */
  claimName(): void {
    if (this.usedBytes + pageBytes > this.limitBytes || this.usedInodes >= this.inodesMax)
      throw new Errno('ENOSPC')
    this.over?.claimName()
    this.usedInodes++
  }

  /** The last name of something is gone. */
  releaseName(): void {
    this.usedInodes--
    this.over?.releaseName()
  }

  /** Gives back all that it took of another one's room. */
  discard(): void {
    if (this.over === undefined) return
    this.over.usedBytes -= this.usedBytes
    this.over.usedInodes -= this.usedInodes
  }
}

/** What answers reads and writes of an inode that holds no text itself: devices, /proc. */
export interface Device {
  read(view: View): string
  write?(text: string, view: View): Promise<void> | undefined
}

/** What most inodes have none of: a lab has thousands of them. */
interface Rare {
  capabilities?: TreeNode['capabilities']
  device?: Device | undefined
  ownerCapability?: Capability | undefined
  listener?: unknown
  dead?: boolean
  padding?: number
  apart?: Apart | undefined
  label?: string | undefined
}

/** A file, directory, link, socket or device. Directories over a frozen tree make their children when first asked for. */
export class Inode {
  readonly fs: FileSystem
  readonly number: number
  readonly kind: FileKind
  mode: number
  uid: number
  gid: number
  mtimeMs: number
  #text: string
  #size = -1
  #rare: Rare | undefined
  readonly #base: TreeNode | undefined
  #entries: Entries | undefined

  constructor(
    fs: FileSystem,
    kind: FileKind,
    o: { readonly mode: number; readonly uid?: number; readonly gid?: number; readonly text?: string },
    base?: TreeNode,
  ) {
    this.fs = fs
    this.number = fs.nextInode()
    this.kind = kind
    this.mode = o.mode
    this.uid = o.uid ?? 0
    this.gid = o.gid ?? 0
    this.mtimeMs = base === undefined ? fs.host.nowMs : fs.bornMs
    this.#text = o.text ?? ''
    this.#base = base
    if (base?.capabilities !== undefined) this.capabilities = base.capabilities
    if (base?.device !== undefined) this.device = base.device
  }

  /** File capabilities. */
  get capabilities(): TreeNode['capabilities'] {
    return this.#rare?.capabilities
  }
  set capabilities(capabilities: TreeNode['capabilities']) {
    this.#rarely().capabilities = capabilities
  }

  get device(): Device | undefined {
    return this.#rare?.device
  }
  set device(device: Device | undefined) {
    this.#rarely().device = device
  }

  /** Who has this capability is treated as the owner (network sysctls and NET_ADMIN). */
  get ownerCapability(): Capability | undefined {
    return this.#rare?.ownerCapability
  }
  set ownerCapability(capability: Capability | undefined) {
    this.#rarely().ownerCapability = capability
  }

  /** Its SELinux context, where somebody gave it another than its path has. */
  get label(): string | undefined {
    return this.#rare?.label
  }
  set label(label: string | undefined) {
    this.#rarely().label = label
    this.moved()
  }

  /** A socket: what accepts, while somebody listens. */
  get listener(): unknown {
    return this.#rare?.listener
  }
  set listener(listener: unknown) {
    this.#rarely().listener = listener
  }

  /** A directory that was removed while somebody (a bind mount) still holds it: nothing can be created in it. */
  get dead(): boolean {
    return this.#rare?.dead ?? false
  }
  set dead(dead: boolean) {
    this.#rarely().dead = dead
  }

  /** Bytes behind the text that hold nothing but zeros, and take room all the same (`fallocate`, `dd`). */
  get #padding(): number {
    return this.#rare?.padding ?? 0
  }
  set #padding(bytes: number) {
    if (bytes !== this.#padding) this.#rarely().padding = bytes
  }

  static over(fs: FileSystem, base: TreeNode): Inode {
    return new Inode(fs, base.kind, base, base)
  }

  /** A file's content or a link's target. */
  get text(): string {
    return this.#text
  }

  /** A link's target, as this viewer's process sees it. */
  target(view: View): string {
    return this.device === undefined ? this.#text : this.device.read(view)
  }

  get size(): number {
    if (this.kind === 'directory') return pageBytes
    if (this.#size < 0) this.#size = Buffer.byteLength(this.#text)
    return this.#size + this.#padding
  }

  setText(text: string): void {
    const size = Buffer.byteLength(text)
    this.fs.claim(this.size, size)
    this.#text = text
    this.#size = size
    this.#padding = 0
    this.#moved()
  }

  /** Logs grow all the time: nobody vouches for what depends on the end of a file. */
  appendText(text: string): void {
    const before = this.size
    const size = before + Buffer.byteLength(text)
    this.fs.claim(before, size)
    this.#text += text
    this.#size = size - this.#padding
    this.mtimeMs = this.fs.host.nowMs
  }

  /** Makes it as long as `bytes` with zeros behind its text; throws ENOSPC. The zeros are counted, never read. */
  padTo(bytes: number): void {
    this.fs.claim(this.size, Math.max(bytes, this.size))
    this.#padding = Math.max(0, bytes - (this.size - this.#padding))
    this.mtimeMs = this.fs.host.nowMs
  }

  child(name: string): Inode | undefined {
    const own = entryOf(this.#entries, name)
    if (own !== undefined) return own ?? undefined
    const below = this.#base?.children?.get(name)
    if (below === undefined) return undefined
    const inode = Inode.over(this.fs, below)
    this.#entries = withEntry(this.#entries, name, inode)
    return inode
  }

  /** Sorted by name (by UTF-16 code unit, which is byte order for ASCII). */
  names(): readonly string[] {
    const names = new Set(this.#base?.children?.keys())
    for (const [name, inode] of entriesOf(this.#entries)) {
      if (inode === null) names.delete(name)
      else names.add(name)
    }
    return [...names].sort()
  }

  put(name: string, inode: Inode): void {
    this.#entries = withEntry(this.#entries, name, inode)
    // What has a name elsewhere, or had one, is counted by the machine.
    if (inode.apart !== this.apart) inode.#rejoin()
    this.#moved()
  }

  drop(name: string): void {
    const isBelow = this.#base?.children?.has(name) === true
    this.#entries = isBelow ? withEntry(this.#entries, name, null) : withoutEntry(this.#entries, name)
    this.#moved()
  }

  get apart(): Apart | undefined {
    return this.#rare?.apart
  }

  /**
   * What changes in this directory and below is counted by `apart` alone: for files that are made anew by the clock and that few
   * read. To be called while it is empty. A path that leads there says so, so that nobody vouches for what came from there unknowingly.
   */
  setApart(apart: Apart): void {
    this.#rarely().apart = apart
  }

  /** Made in that directory, and nowhere else until now; a label is inherited. */
  joins(directory: Inode): this {
    if (directory.label !== undefined) this.#rarely().label = directory.label
    if (directory.apart !== undefined) this.#rarely().apart = directory.apart
    return this
  }

  #rejoin(): void {
    if (this.#rare !== undefined) this.#rare.apart = undefined
    if (this.kind === 'directory')
      for (const [, inode] of entriesOf(this.#entries)) {
        if (inode !== null) inode.#rejoin()
      }
  }

  /** Something about it is not what it was. */
  moved(): void {
    ;(this.apart ?? this.fs.host).moved()
  }

  #moved(): void {
    this.mtimeMs = this.fs.host.nowMs
    this.moved()
  }

  /** Gives back the room of a file whose last name is gone. */
  release(): void {
    this.fs.releaseName()
    if (this.kind === 'file') this.fs.claim(this.size, 0)
    if (this.kind === 'directory') this.dead = true
  }

  stat(): Stat {
    return {
      kind: this.kind,
      mode: this.mode,
      uid: this.uid,
      gid: this.gid,
      size: this.size,
      mtimeMs: this.mtimeMs,
      inode: this.number,
    }
  }

  #rarely(): Rare {
    this.#rare ??= {}
    return this.#rare
  }
}
