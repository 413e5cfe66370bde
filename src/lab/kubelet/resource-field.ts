import type { ContainerDef, Pod } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'
import { allocatable } from '#lab/kubelet/node-object.ts'

export interface ResourceField {
  readonly containerName?: string
  readonly resource: string
  readonly divisor?: string
}

/**
 * What a container may use, in whole divisors, rounded up; where it has no limit, what the node has: kubernetes/kubernetes:
 * pkg/api/v1/resource/helpers.go (ExtractContainerResourceValue, MergeContainerResourceLimits). Not imitated: the node's disk.
 */
export function resourceField(
  { containerName, resource, divisor }: ResourceField,
  { def, pod }: { readonly def: ContainerDef; readonly pod: Pod },
): string {
  const container =
    containerName === undefined
      ? def
      : (pod.spec.containers.find(({ name }) => name === containerName) ?? def)
  const [kind, name = ''] = resource.split('.')
  const own = container.resources?.[kind === 'requests' ? 'requests' : 'limits']?.[name]
  const value = own ?? (kind === 'limits' ? allocatable[name] : undefined)
  // Without fractions that only floating point makes.
  const units = quantity(value) / (quantity(divisor) || 1)
  return String(Math.ceil(Number(units.toPrecision(12))))
}
