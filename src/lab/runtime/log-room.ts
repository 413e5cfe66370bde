import { type DiskSpace, isErrno } from '#lab/host/ports.ts'
import { pageBytes } from '#lab/host/vfs/file-system.ts'

/**
 * The room that a file takes of a disk which is made up when somebody looks. What does not fit is there all the same, and counted once it fits
 * (a runtime loses the lines that a full disk does not take).
 */
export class LogRoom {
  readonly #disk: Pick<DiskSpace, 'claim'>
  #bytes = 0

  constructor(disk: Pick<DiskSpace, 'claim'>) {
    this.#disk = disk
  }

  /** In whole pages, as the disk counts. */
  hold(bytes: number): void {
    const needed = inPages(bytes)
    if (needed === this.#bytes) return
    try {
      this.#disk.claim(this.#bytes, needed)
      this.#bytes = needed
    } catch (error) {
      if (!isErrno(error, 'ENOSPC')) throw error
    }
  }

  /** An empty one on the same disk. */
  another(): LogRoom {
    return new LogRoom(this.#disk)
  }
}

/** What a file of so many bytes takes. */
export const inPages = (bytes: number): number => Math.ceil(bytes / pageBytes) * pageBytes
