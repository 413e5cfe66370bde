/**
 * Init containers that stay: with `restartPolicy: Always` they start in their place, run beside the others, and end after them
 * (kubernetes/kubernetes:pkg/kubelet/types/pod_update.go, IsRestartableInitContainer; KEP-753). On by default from 1.29 on.
 */
import type { ContainerDef, Pod } from '#lab/api/objects.ts'

export const isSidecar = (def: ContainerDef, minor: number): boolean =>
  minor >= 29 && def.restartPolicy === 'Always'

export const sidecarsOf = ({ spec }: Pod, minor: number): readonly ContainerDef[] =>
  spec.initContainers?.filter((def) => isSidecar(def, minor)) ?? []
