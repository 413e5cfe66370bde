import { accessOf } from '#sources/live/kubeconfig/credentials.ts'
import { chooseContext, type KubeconfigOptions } from '#sources/live/kubeconfig/load.ts'
import { socketTransport } from '#sources/live/socket-transport.ts'
import type { ClusterIdentity, Transport } from '#sources/live/transport.ts'

/**
 * A way to the cluster that a kubeconfig names. Sends nothing yet. Rejects with a Trouble when the file, the context or
 * the credentials are no good.
 */
export async function openCluster(
  options: KubeconfigOptions & { readonly nowMs: number },
): Promise<{ readonly transport: Transport; readonly identity: ClusterIdentity }> {
  const context = await chooseContext(options)
  const access = await accessOf(context, { nowMs: options.nowMs, env: options.env })
  const { server } = context.cluster
  return {
    transport: socketTransport(server, access),
    identity: { server, context: context.name, user: context.userName },
  }
}
