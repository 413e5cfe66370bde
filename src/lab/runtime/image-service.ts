import type { Process } from '#lab/host/ports.ts'
import { isErrno } from '#lab/host/ports.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ImageSource, RegistryLogin } from '#lab/runtime/image-source.ts'
import { fullImageName, type ImageStore, imageId, pullMs } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'

export interface Pulled {
  readonly image: Image
  readonly tookMs: number
}

interface Parts {
  readonly kernel: Kernel
  readonly source: ImageSource
  readonly images: ImageStore
  /** Throws CriError while the runtime does not serve. */
  readonly require: () => void
}

/** CRI's image service. */
export class ImageService {
  readonly #kernel: Kernel
  readonly #source: ImageSource
  readonly #images: ImageStore
  readonly #require: () => void

  constructor({ kernel, source, images, require }: Parts) {
    this.#kernel = kernel
    this.#source = source
    this.#images = images
    this.#require = require
  }

  /** Answers how long it took; what is there already is only asked for. Rejects with CriError in containerd's words. */
  async pull(by: Process, name: string, login?: RegistryLogin): Promise<Pulled> {
    const start = this.#kernel.nowMs
    const image = await this.#source.resolve(by, name, login)
    if (this.#images.find(name) !== image) await by.sleep(pullMs(image))
    this.#require() // it may have ended meanwhile
    this.#keep(image)
    return { image, tookMs: this.#kernel.nowMs - start }
  }

  #keep(image: Image): void {
    try {
      this.#images.add(image)
    } catch (error) {
      if (!isErrno(error)) throw error
      const digest = imageId(image.name).replace(/^.*@/, '')
      const why = `failed to extract layer ${digest}: write /var/lib/containerd: no space left on device`
      throw new CriError('Unknown', `failed to pull and unpack image "${fullImageName(image.name)}": ${why}`)
    }
  }

  /** Those that are not among the images `inUse`. */
  removeUnused(inUse: Iterable<string>): void {
    const used = new Set([...inUse].map(fullImageName))
    for (const { name } of this.#images.list()) if (!used.has(fullImageName(name))) this.#images.remove(name)
  }
}
