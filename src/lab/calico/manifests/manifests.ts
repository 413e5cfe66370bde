import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { calicoConfig } from '#lab/calico/manifests/config.ts'
import { daemonSet, type ManifestOptions } from '#lab/calico/manifests/daemonset.ts'
import { kubeControllers } from '#lab/calico/manifests/kube-controllers.ts'
import { rbac } from '#lab/calico/manifests/rbac.ts'
import { releaseOf } from '#lab/calico/release.ts'

/**
 * Everything that the cluster's owner applied to install Calico, in the order of projectcalico/calico:manifests/calico.yaml.
 * The resource definitions are not among it: the lab's API server brings them (api/types/calico.ts).
 */
export const calicoManifests = (o: ManifestOptions): readonly Draft<KubeObject>[] => [
  calicoConfig({
    release: releaseOf(o.version ?? ''),
    backend: o.backend ?? 'bird',
    mtuBytes: o.mtuBytes ?? 0,
  }),
  ...rbac(releaseOf(o.version ?? '')),
  daemonSet(o),
  ...kubeControllers(o.version),
]
