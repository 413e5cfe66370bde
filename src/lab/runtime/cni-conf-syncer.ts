import { failed, type Result } from '#base/result.ts'
import { type Files, isErrno, type Machine } from '#lab/host/ports.ts'
import { type CniNetwork, cniConfigDirectory, loadCniNetwork } from '#lab/runtime/cni-config.ts'

export const nothingLoaded = 'cni plugin not initialized'

/**
 * What containerd has loaded from its CNI folder. It watches the folder with inotify, which holds on to the folder and not to its name:
 * when the folder is removed and made anew, or covered by a mount, what is written there is never seen until containerd starts again
 * (containerd/containerd:pkg/cri/server/cni_conf_syncer.go). The lab looks at each use whether the folder is still the one that was
 * there at the start, in place of watching.
 *
 * Not imitated: what a folder that was renamed still holds (it counts as emptied).
 */
export class CniConfSyncer {
  readonly #machine: Machine
  #watched: number | undefined
  #lost = false

  constructor(machine: Machine) {
    this.#machine = machine
  }

  /** containerd starts: it makes the folder where there is none, and watches what it finds. */
  restart(): void {
    this.#watched = undefined
    this.#lost = false
  }

  async current(): Promise<Result<CniNetwork, string>> {
    const { files } = this.#machine
    if (this.#watched === undefined) {
      if (!(await files.exists(cniConfigDirectory)))
        await files.mkdir(cniConfigDirectory, { mode: 0o700, parents: true })
      this.#watched = await inodeOf(files)
    }
    if ((await inodeOf(files)) !== this.#watched) {
      if (!this.#lost) this.#tell()
      this.#lost = true
      return failed(nothingLoaded)
    }
    return loadCniNetwork(files)
  }

  /** The removal of the last file is the last event that it gets. */
  #tell(): void {
    const event = `failed to reload cni configuration after receiving fs change event(REMOVE         \\"${cniConfigDirectory}\\")`
    this.#machine.journal('containerd.service', `level=error msg="${event}" error="${emptyFolder}"`)
  }
}

/** As `crictl info` shows it under lastCNILoadStatus. */
export const emptyFolder = `cni config load failed: no network config found in ${cniConfigDirectory}: ${nothingLoaded}: failed to load cni config`

/** No folder, no number. */
async function inodeOf(files: Files): Promise<number> {
  try {
    return (await files.stat(cniConfigDirectory)).inode
  } catch (error) {
    if (isErrno(error)) return -1
    throw error
  }
}
