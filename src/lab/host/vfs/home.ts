import type { Inode } from '#lab/host/vfs/inode.ts'

/**
 * Where something of a frozen tree was found that is as it was there. Most of what machines and containers start with is looked at now and
 * then and never changed: it is made anew for each look, until somebody changes it or holds on to it (`Inode.keep`).
 */
export class Home {
  readonly directory: Inode
  readonly name: string

  constructor(directory: Inode, name: string) {
    this.directory = directory
    this.name = name
  }
}
