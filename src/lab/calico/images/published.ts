import { calicoImages } from '#lab/calico/images/images.ts'
import { knownReleases } from '#lab/calico/images/names.ts'
import type { Image } from '#lab/runtime/ports.ts'

/**
 * The stock images of every release, so that a cluster can become another one: upstream publishes Calico's in two registries, and the operator
 * in one (projectcalico/calico:metadata.mk).
 */
export function publishedReleases(): readonly Image[] {
  made ??= knownReleases.flatMap((version) =>
    calicoImages({ flavour: 'plain', version }).flatMap((image) => {
      const [registry = '', ...path] = image.name.split('/')
      const others = image.name.includes('/tigera/') ? [registry] : ['docker.io', 'quay.io']
      return others.map((host) => ({ ...image, name: [host, ...path].join('/') }))
    }),
  )
  return made
}

let made: readonly Image[] | undefined
