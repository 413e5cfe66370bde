/** The provider runs upstream's images from its own registry, under their own names and tags. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import type { Image } from '#lab/runtime/ports.ts'

export const providerRegistry = 'us.icr.io/armada-master/'
const upstream = /(?:docker|quay)\.io\/(?=calico\/|tigera\/)/g

export const mirroredImages = (images: readonly Image[]): readonly Image[] =>
  images.map((image) => ({ ...image, name: image.name.replace(upstream, providerRegistry) }))

/** The same images where everybody finds them: upstream publishes them in two registries. */
export const publishedImages = (images: readonly Image[]): readonly Image[] =>
  images.flatMap((image) =>
    ['docker.io/', 'quay.io/'].map((registry) => ({
      ...image,
      name: image.name.replace(upstream, registry),
    })),
  )

/** The same objects with the images' names in the provider's registry. */
export const mirroredManifests = (drafts: readonly Draft<KubeObject>[]): readonly Draft<KubeObject>[] =>
  JSON.parse(JSON.stringify(drafts).replaceAll(upstream, providerRegistry)) as readonly Draft<KubeObject>[] // names apart, as before
