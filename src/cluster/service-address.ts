/** The Service `kubernetes`, by which everything in a cluster finds the API server. */
import { familyOf } from '#cluster/addresses.ts'
import type { Reads } from '#cluster/facts.ts'

/**
 * Whether an address and port are those of the Service `kubernetes`: as a listing says; else the first address of a range, at
 * 443, that is no node's (the control plane itself mostly listens at 6443).
 *
 * @see kubernetes/kubernetes:pkg/controlplane/instance.go (the first address of the service range, port 443)
 */
export function isServiceAddress(
  view: Reads<'services' | 'nodes'>,
  { address, port }: { readonly address?: string | undefined; readonly port?: string | undefined },
): boolean {
  if (address === undefined || familyOf(address) === undefined) return false
  const known = serviceAddress(view)
  if (known !== undefined) return address === known
  const isOfNode = view.rows('nodes').some((node) => [node.internalIp, node.externalIp].includes(address))
  return port === '443' && !isOfNode && /(?:\.|:)1$/.test(address)
}

/** The address of the Service `kubernetes`, where a listing shows it. */
export const serviceAddress = (view: Reads<'services'>): string | undefined =>
  view
    .rows('services')
    .find(({ name, namespace }) => name === 'kubernetes' && (namespace === 'default' || namespace === ''))
    ?.clusterIp
