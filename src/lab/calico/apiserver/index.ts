import { calicoApiServer } from '#lab/calico/apiserver/calico-apiserver.ts'
import type { Program } from '#lab/host/ports.ts'

export { calicoApiServerImage, calicoApiServerManifests } from '#lab/calico/apiserver/manifests.ts'

export const calicoApiServerPrograms: Readonly<Record<string, Program>> = {
  'calico-apiserver': calicoApiServer,
}
