import type { ContainerDef, Draft, KubeObject, PodSpec } from '#lab/api/objects.ts'
import { releaseOf } from '#lab/calico/release.ts'

/**
 * The same workload with its images from the Installation's `registry`, which ends in a slash; their names and tags stay. Not
 * imitated: imagePath, imagePrefix.
 *
 * @see tigera/operator:pkg/components/references.go (GetReference)
 */
export function fromRegistry(
  object: Draft<KubeObject>,
  { registry, version }: { readonly registry: string | undefined; readonly version: string },
): Draft<KubeObject> {
  const { spec } = object as { readonly spec?: { readonly template?: { readonly spec?: PodSpec } } } // what workloads have
  const pod = spec?.template?.spec
  if (registry === undefined || pod === undefined) return object
  const stock = `${releaseOf(version).imageRegistry}/`
  const moved = <T extends ContainerDef>(container: T): T => ({
    ...container,
    image: container.image.replace(stock, registry),
  })
  const containers = {
    containers: pod.containers.map(moved),
    ...(pod.initContainers && { initContainers: pod.initContainers.map(moved) }),
  }
  return {
    ...object,
    ...{ spec: { ...spec, template: { ...spec?.template, spec: { ...pod, ...containers } } } },
  }
}
