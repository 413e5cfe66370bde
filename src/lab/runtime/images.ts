import { seeded } from '#base/random.ts'
import type { DiskSpace } from '#lab/host/ports.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { type ImageReference, imageReference } from '#lab/runtime/reference.ts'

const hex = '0123456789abcdef'

/**
 * `calico/node:v3.29.3` → `docker.io/calico/node:v3.29.3`, `busybox` → `docker.io/library/busybox:latest`
 * (distribution/reference:normalize.go).
 */
export function fullImageName(name: string): string {
  const slash = name.indexOf('/')
  const host = slash > 0 ? name.slice(0, slash) : ''
  const hasHost = /[.:]/.test(host) || host === 'localhost'
  const path = hasHost ? name : slash > 0 ? `docker.io/${name}` : `docker.io/library/${name}`
  return /:[^/]+$/.test(path) || path.includes('@') ? path : `${path}:latest`
}

/** What a container's status shows as imageID: repository and digest. The digest follows from the name, as a pinned tag's does. */
export function imageId(name: string): string {
  const known = ids.get(name)
  if (known !== undefined) return known
  const full = fullImageName(name)
  const id = `${full.replace(/:[^/:]+$/, '')}@sha256:${seeded(`image ${full}`).text(64, hex)}`
  if (ids.size > 1000) ids.clear()
  ids.set(name, id)
  return id
}

/** Every status of every node asks for them. */
const ids = new Map<string, string>()

/** What registries hold, by the images' full names. Not imitated: layers that images share. */
export class ImageRegistry {
  readonly #images = new Map<string, Image>()

  constructor(images: readonly Image[]) {
    for (const image of images) this.#images.set(fullImageName(image.name), image)
  }

  find(name: string): Image | undefined {
    return this.#images.get(fullImageName(name))
  }

  /** Whether there is any image of a repository: `docker.io/library/busybox`. */
  has(repository: string): boolean {
    return [...this.#images.keys()].some((name) => name.startsWith(`${repository}:`))
  }

  /** The registries whose images these are. */
  hosts(): readonly string[] {
    return [...new Set([...this.#images.keys()].map((name) => imageReference(name).host))]
  }

  /** The full name of what a registry's API is asked for: Docker Hub is asked under another name. */
  named({ host, repository, tag }: ImageReference): string {
    const own = host === 'registry-1.docker.io' ? 'docker.io' : host
    return `${own}/${repository}${tag.includes(':') ? '@' : ':'}${tag}`
  }
}

/** The images on one machine's disk. They survive a reboot. */
export class ImageStore {
  readonly #present = new Map<string, Image>()
  readonly #disk: DiskSpace
  #listed: readonly Image[] | undefined

  constructor(present: readonly Image[], disk: DiskSpace) {
    this.#disk = disk
    for (const image of present) this.add(image)
  }

  find(name: string): Image | undefined {
    return this.#present.get(fullImageName(name))
  }

  /** Answers whether it was there. */
  remove(name: string): boolean {
    const image = this.find(name)
    if (image === undefined) return false
    this.#disk.claim(image.sizeBytes, 0)
    this.#listed = undefined
    return this.#present.delete(fullImageName(name))
  }

  /** Throws ENOSPC when the disk does not hold it. */
  add(image: Image): void {
    if (this.find(image.name) === undefined) this.#disk.claim(0, image.sizeBytes)
    this.#present.set(fullImageName(image.name), image)
    this.#listed = undefined
  }

  /** Sorted by name; the same array as long as nothing came or went. */
  list(): readonly Image[] {
    this.#listed ??= [...this.#present].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image)
    return this.#listed
  }
}

/** How long a pull takes. A choice of the lab: 40 MB/s and half a second for manifests. */
export const pullMs = (image: Image): number => 500 + Math.round(image.sizeBytes / 40_000)
