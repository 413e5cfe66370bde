import type { KubeObject } from '#lab/api/objects.ts'
import { isKubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { specOf } from '#lab/calico/calicoctl/resources.ts'
import type { Process } from '#lab/host/ports.ts'

/** The version of the binary on the nodes. */
const clientVersion = 'v3.29.3'

/** `calicoctl version`. */
export async function version(p: Process): Promise<number> {
  p.stdout.write(`Client Version:    ${clientVersion}\nGit commit:        4d8b5c9e3\n`)
  try {
    const kube = await datastore(p)
    const info = await kube.get<KubeObject>({ type: resources.clusterInformations, name: 'default' })
    const spec = specOf(info)
    p.stdout.write(
      `Cluster Version:   ${spec['calicoVersion'] ?? 'unknown'}\nCluster Type:      ${spec['clusterType'] ?? 'unknown'}\n`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof KubeUnreachable) && !isKubeError(error)) throw error
    p.stderr.write(
      `Unable to retrieve Cluster Version or Type: ${error instanceof Error ? error.message : ''}\n`,
    )
    return 1
  }
}
