import { Errno } from '#lab/host/ports.ts'

export const pageBytes = 4096
/** A file or an image of this size that comes or goes is worth a look; logs grow by less. */
const muchBytes = 2 ** 20
const pages = (bytes: number): number => Math.ceil(bytes / pageBytes) * pageBytes

/** The machine under a file system: its clock, and what counts how often its files were not what they had been. */
export interface FileHost {
  readonly nowMs: number
  /** For directories that ask for it; without one they are counted as all others. */
  readonly apart?: Apart
  /** Whether its kernel labels files (SELinux). */
  readonly hasLabels?: boolean
  moved(): void
}

/** Files whose changes are counted apart from those of their machine: see `Inode.setApart`. */
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
