import { assert } from '#base/assert.ts'
import { byteLengthOf } from '#base/bytes.ts'
import type { Capability, FileKind, Stat } from '#lab/host/ports.ts'
import { type Entries, entriesOf, entryOf, withEntry, withoutEntry } from '#lab/host/vfs/entries.ts'
import { type Apart, type FileSystem, pageBytes } from '#lab/host/vfs/file-system.ts'
import { Home } from '#lab/host/vfs/home.ts'
import type { TreeNode } from '#lab/host/vfs/tree.ts'
import type { View } from '#lab/host/vfs/view.ts'

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

/** A file, directory, link, socket or device. What a directory has of a frozen tree is there once it differs or is held: see {@link keep}. */
export class Inode {
  readonly fs: FileSystem
  readonly kind: FileKind
  #number = 0
  #mode: number
  #uid: number
  #gid: number
  #mtimeMs: number
  #text: string
  #size = -1
  #rare: Rare | undefined
  readonly #base: TreeNode | undefined
  #entries: Entries | Home | undefined

  constructor(
    fs: FileSystem,
    kind: FileKind,
    o: { readonly mode: number; readonly uid?: number; readonly gid?: number; readonly text?: string },
    base?: TreeNode,
    home?: Home,
  ) {
    this.fs = fs
    this.kind = kind
    this.#mode = o.mode
    this.#uid = o.uid ?? 0
    this.#gid = o.gid ?? 0
    this.#mtimeMs = base === undefined ? fs.host.nowMs : fs.bornMs
    this.#text = o.text ?? ''
    this.#base = base
    if (base?.capabilities !== undefined || base?.device !== undefined)
      this.#rare = { capabilities: base.capabilities, device: base.device }
    if (home === undefined) this.#number = fs.nextInode()
    else this.#entries = home
  }

  /** In the order in which they were kept. */
  get number(): number {
    this.#holdOn()
    return this.#number
  }

  get mode(): number {
    return this.#mode
  }
  set mode(mode: number) {
    this.#holdOn()
    this.#mode = mode
  }

  get uid(): number {
    return this.#uid
  }
  set uid(uid: number) {
    this.#holdOn()
    this.#uid = uid
  }

  get gid(): number {
    return this.#gid
  }
  set gid(gid: number) {
    this.#holdOn()
    this.#gid = gid
  }

  get mtimeMs(): number {
    return this.#mtimeMs
  }
  set mtimeMs(timeMs: number) {
    this.#holdOn()
    this.#mtimeMs = timeMs
  }

  /**
   * The one inode under its name, from now on; mostly itself. For who holds on to one that a path has led to (a mount, a lock, an open
   * file) or wants to tell two apart: what is as in the frozen tree below is another object each time.
   */
  keep(): Inode {
    const home = this.#entries
    if (!(home instanceof Home)) return this
    const directory = home.directory.keep()
    const own = entryOf(directory.#own, home.name)
    if (own !== undefined && own !== null) return own
    this.#entries = undefined
    this.#number = this.fs.nextInode()
    // A name that was taken away is not given back.
    if (own === undefined) directory.#entries = withEntry(directory.#own, home.name, this)
    return this
  }

  /** To be changed. */
  #holdOn(): void {
    if (this.#entries instanceof Home)
      assert(this.keep() === this, 'an inode that is changed was kept, or has just been found')
  }

  get #own(): Entries | undefined {
    return this.#entries instanceof Home ? undefined : this.#entries
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

  static over(fs: FileSystem, base: TreeNode, home?: Home): Inode {
    return new Inode(fs, base.kind, base, base, home)
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
    if (this.#size < 0) this.#size = byteLengthOf(this.#text)
    return this.#size + this.#padding
  }

  setText(text: string): void {
    this.#holdOn()
    const size = byteLengthOf(text)
    this.fs.claim(this.size, size)
    this.#text = text
    this.#size = size
    this.#padding = 0
    this.#moved()
  }

  /** Logs grow all the time: nobody vouches for what depends on the end of a file. */
  appendText(text: string): void {
    this.#holdOn()
    const before = this.size
    const size = before + byteLengthOf(text)
    this.fs.claim(before, size)
    this.#text += text
    this.#size = size - this.#padding
    this.mtimeMs = this.fs.host.nowMs
  }

  /** Makes it as long as `bytes` with zeros behind its text; throws ENOSPC. The zeros are counted, never read. */
  padTo(bytes: number): void {
    this.#holdOn()
    this.fs.claim(this.size, Math.max(bytes, this.size))
    this.#padding = Math.max(0, bytes - (this.size - this.#padding))
    this.mtimeMs = this.fs.host.nowMs
  }

  child(name: string): Inode | undefined {
    const own = entryOf(this.#own, name)
    if (own !== undefined) return own ?? undefined
    const below = this.#base?.children?.get(name)
    return below && Inode.over(this.fs, below, new Home(this, name))
  }

  /** Sorted by name (by UTF-16 code unit, which is byte order for ASCII). */
  names(): readonly string[] {
    const names = new Set(this.#base?.children?.keys())
    for (const [name, inode] of entriesOf(this.#own)) {
      if (inode === null) names.delete(name)
      else names.add(name)
    }
    return [...names].sort()
  }

  put(name: string, inode: Inode): void {
    this.#holdOn()
    this.#entries = withEntry(this.#own, name, inode)
    // What has a name elsewhere, or had one, is counted by the machine.
    if (inode.apart !== this.apart) inode.#rejoin()
    this.#moved()
  }

  drop(name: string): void {
    this.#holdOn()
    const isBelow = this.#base?.children?.has(name) === true
    this.#entries = isBelow ? withEntry(this.#own, name, null) : withoutEntry(this.#own, name)
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
      for (const [, inode] of entriesOf(this.#own)) {
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
    this.#holdOn()
    this.#rare ??= {}
    return this.#rare
  }
}
