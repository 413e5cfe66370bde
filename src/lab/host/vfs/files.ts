import type { Files } from '#lab/host/ports.ts'
import * as system from '#lab/host/vfs/operations.ts'
import type { View } from '#lab/host/vfs/view.ts'

/** The synchronous core as the asynchronous port that programs hold. */
export const filesOf = (view: View): Files => ({
  read: async (path) => system.read(view, path),
  write: async (path, text, o) => system.write(view, path, text, o),
  append: async (path, text) => system.openForWriting(view, path, { append: true }).append(text),
  stat: async (path) => system.stat(view, path),
  lstat: async (path) => system.lstat(view, path),
  list: async (path) => system.list(view, path),
  mkdir: async (path, o) => system.mkdir(view, path, o),
  remove: async (path, o) => system.remove(view, path, o),
  rename: async (from, to) => system.rename(view, from, to),
  chmod: async (path, mode) => system.chmod(view, path, mode),
  chown: async (path, uid, gid) => system.chown(view, path, uid, gid),
  symlink: async (target, path) => system.symlink(view, target, path),
  readlink: async (path) => system.readlink(view, path),
  exists: async (path) => system.exists(view, path),
  access: async (path, how) => system.access(view, path, how),
})
