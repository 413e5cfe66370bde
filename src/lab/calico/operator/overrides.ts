import type { ContainerDef } from '#lab/api/objects.ts'
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'

interface Place {
  /** As the deprecated list of the Installation calls it. */
  readonly component: 'Node' | 'Typha'
  /** The Installation's part for this workload. */
  readonly overrides: 'calicoNodeDaemonSet' | 'typhaDeployment'
  readonly container: string
}

/**
 * What an Installation's owner asks for a container, as a part of its definition: by `componentResources`, and over these by the
 * workload's own overrides (tigera/operator:pkg/render/common/meta GetResourceRequirements, pkg/render/common/components
 * mergeContainers).
 *
 * Not imitated: everything else that can be overridden (labels, affinities, tolerations, grace periods).
 */
export function resourcesOf(
  spec: InstallationSpec,
  { component, overrides, container }: Place,
): Partial<ContainerDef> {
  const listed = spec.componentResources?.find(({ componentName }) => componentName === component)
  const own = spec[overrides]?.spec?.template?.spec?.containers?.find(({ name }) => name === container)
  const resources = own?.resources ?? listed?.resourceRequirements
  return resources === undefined ? {} : { resources: resources }
}
