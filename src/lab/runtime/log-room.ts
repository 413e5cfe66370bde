import { type DiskSpace, isErrno } from '#lab/host/ports.ts'
import { pageBytes } from '#lab/host/vfs/file-system.ts'

/** The room that a file takes of a disk which is made up when somebody looks. */
export class LogRoom {
  readonly #disk: Pick<DiskSpace, 'claim'>
  #bytes = 0

  constructor(disk: Pick<DiskSpace, 'claim'>) {
    this.#disk = disk
  }

  /** In whole pages, as the disk counts. Answers whether the disk has so many; it keeps what it had where not. */
  hold(bytes: number): boolean {
    const needed = inPages(bytes)
    if (needed === this.#bytes) return true
    try {
      this.#disk.claim(this.#bytes, needed)
      this.#bytes = needed
      return true
    } catch (error) {
      if (!isErrno(error, 'ENOSPC')) throw error
      return false
    }
  }

  /** An empty one on the same disk. */
  another(): LogRoom {
    return new LogRoom(this.#disk)
  }
}

/** What a file of so many bytes takes. */
export const inPages = (bytes: number): number => Math.ceil(bytes / pageBytes) * pageBytes
