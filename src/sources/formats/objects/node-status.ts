import { z } from 'zod'
import { list, part, text } from '#sources/formats/lenient.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'

const peers = list(z.object({ peerIP: z.string(), type: text, state: text, since: text }))
const shape = z.object({
  spec: part({ node: text }),
  status: part({ bgp: part({ peersV4: peers, peersV6: peers }) }),
})

/**
 * The BGP sessions that a CalicoNodeStatus reports. States that it cannot name are left empty: they are not up.
 *
 * @see projectcalico/calico:api/pkg/apis/projectcalico/v3/caliconodestatus.go
 */
export function nodeStatusRows(object: unknown): readonly Told[] {
  const { spec, status } = shape.safeParse(object).data ?? {}
  const seen = [...(status?.bgp?.peersV4 ?? []), ...(status?.bgp?.peersV6 ?? [])]
  return seen.map(({ peerIP, type, state }) =>
    told('bgpSessions', {
      node: spec?.node ?? '',
      peer: peerIP,
      kind: type === 'NodePeer' ? 'node' : type === 'GlobalPeer' ? 'global' : 'mesh',
      up: state === 'Established',
      state: state ?? '',
    }),
  )
}
