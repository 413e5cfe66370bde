/** HostEndpoints that the provider makes for each worker: by them policies know the worker's interfaces and addresses. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { HostEndpointRow, NodeRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type EndpointReads = 'nodes' | 'hostEndpoints'

/**
 * Workers without the endpoints that others have, and endpoints with an address that their worker does not have (any more).
 * Neither disturbs traffic by itself: policies for workers do not guard the one, and do not know the other as a sender.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-network_policies (host endpoints of workers)
 */
export function endpointSigns(view: Reads<EndpointReads>): readonly Sign[] {
  if (!isComplete(view.coverage('hostEndpoints')) || !isComplete(view.coverage('nodes'))) return []
  const endpoints = view.rows('hostEndpoints').filter(({ labels }) => labels[role]?.startsWith('worker_'))
  // Where no worker has any, the provider does not make them.
  if (endpoints.length === 0) return []
  return view.rows('nodes').flatMap((node) =>
    ofWorker(
      node,
      endpoints.filter((endpoint) => endpoint.node === node.name),
    ),
  )
}

const role = 'ibm.role'

function ofWorker(node: Fact<NodeRow>, own: readonly Fact<HostEndpointRow>[]): readonly Sign[] {
  const known = own.find(({ labels }) => labels[role] === 'worker_private')
  if (known === undefined) return [differs(node, `worker ${node.name} has no private HostEndpoint`)]
  const { internalIp } = node
  if (internalIp === undefined || known.expectedIps.length === 0 || known.expectedIps.includes(internalIp))
    return []
  const expected = known.expectedIps.join(', ')
  return [
    differs(known, `the HostEndpoint ${known.name} expects ${expected}, and the worker has ${internalIp}`),
  ]
}

const differs = ({ from }: Pick<Sign, 'from'>, says: string): Sign =>
  sign({ from }, 'strong', says, clusterSubject)
