import type { Files } from '#lab/host/ports.ts'
import * as system from '#lab/host/vfs/operations.ts'
import type { View } from '#lab/host/vfs/view.ts'

/** The synchronous core as the asynchronous port that programs hold. */
export const filesOf = (view: View): Files => new ViewFiles(view)

/** Methods, not functions of its own: every thread of every process holds one. */
class ViewFiles implements Files {
  readonly #view: View

  constructor(view: View) {
    this.#view = view
  }

  async read(path: string): Promise<string> {
    return system.read(this.#view, path)
  }

  async write(...a: Parameters<Files['write']>): Promise<void> {
    return system.write(this.#view, ...a)
  }

  async append(path: string, text: string): Promise<void> {
    return system.openForWriting(this.#view, path, { append: true }).append(text)
  }

  async stat(path: string): ReturnType<Files['stat']> {
    return system.stat(this.#view, path)
  }

  async lstat(path: string): ReturnType<Files['lstat']> {
    return system.lstat(this.#view, path)
  }

  async list(path: string): ReturnType<Files['list']> {
    return system.list(this.#view, path)
  }

  async mkdir(...a: Parameters<Files['mkdir']>): Promise<void> {
    return system.mkdir(this.#view, ...a)
  }

  async remove(...a: Parameters<Files['remove']>): Promise<void> {
    return system.remove(this.#view, ...a)
  }

  async rename(from: string, to: string): Promise<void> {
    return system.rename(this.#view, from, to)
  }

  async chmod(path: string, mode: number): Promise<void> {
    return system.chmod(this.#view, path, mode)
  }

  async chown(path: string, uid: number, gid: number): Promise<void> {
    return system.chown(this.#view, path, uid, gid)
  }

  async symlink(target: string, path: string): Promise<void> {
    return system.symlink(this.#view, target, path)
  }

  async readlink(path: string): Promise<string> {
    return system.readlink(this.#view, path)
  }

  async exists(path: string): Promise<boolean> {
    return system.exists(this.#view, path)
  }

  async access(...a: Parameters<Files['access']>): Promise<boolean> {
    return system.access(this.#view, ...a)
  }
}
