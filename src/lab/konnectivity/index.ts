import type { Program } from '#lab/host/ports.ts'
import { konnectivityAgent } from '#lab/konnectivity/agent.ts'
import { konnectivityServer } from '#lab/konnectivity/server.ts'

export {
  egressConfiguration,
  egressConfigurationPath,
  konnectivityImages,
  konnectivityManifests,
  konnectivityServerManifest,
} from '#lab/konnectivity/manifests.ts'

export const konnectivityPrograms: Readonly<Record<string, Program>> = {
  'konnectivity-agent': konnectivityAgent,
  'konnectivity-server': konnectivityServer,
}
