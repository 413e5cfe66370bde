import { type BgpError, bgpErrors } from '#cluster/bgp-sessions.ts'
import type { Reads } from '#cluster/facts.ts'
import { wrongAsNumbers } from '#cluster/peering.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface AsState {
  /** The number that was refused, where it was shown. */
  readonly refused: string | undefined
}

type Names = 'messages' | 'pods' | 'bgpSessions' | 'settings' | 'bgpPeers' | 'calicoNodes'

/**
 * Finds BGP sessions that end because one side sends another AS number than the other expects: TCP works, and OPEN is answered with
 * a reason.
 *
 * @see bird:proto/bgp/packets.c (bgp_rx_open)
 */
export const detector = defineDetector<AsState, Names>({
  needs: ['bgpSessions', 'messages'],
  uses: ['pods', 'settings', 'bgpPeers', 'calicoNodes'],
  judges: 'cluster',
  detect: (view) => {
    const errors = bgpErrors(view, 'bgp/bad-peer-as', ...ofRouters)
    const signs = [...errors.map(refused), ...said(view), ...disagreeing(view)]
    return findingsOf(signs.length === 0 ? [] : [...signs, ...numbers(view)], {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['bgp-session-down'])
          ? {
              says: 'the two ends of a BGP session do not agree about an AS number',
              state: { refused: errors.find(({ message }) => message.params.as)?.message.params.as },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** What routers on the other side log. */
const ofRouters = ['router/remote-as-unexpected', 'router/peer-in-wrong-as', 'router/peer-claims-as']

function refused({ message: { id, params }, peer, about, from }: BgpError): Sign {
  if (ofRouters.includes(id)) {
    const numbers = params.as === undefined ? '' : `: AS ${params.as} instead of ${params.expected ?? ''}`
    return sign({ from }, 'decisive', `the router expects another AS number${numbers}`, about)
  }
  const whom = peer === undefined ? 'the peer' : peer
  const number = params.as === undefined ? 'the AS number' : `AS ${params.as}`
  const says =
    params.by === 'Error'
      ? `this side does not expect ${number} of ${whom}`
      : `${whom} does not expect ${number} of this side`
  return sign({ from }, 'decisive', says, about)
}

const said = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(view, {
    'bird/inconsistent-as': ['strong', 'the peer’s two AS numbers differ'],
    'startup/as-number-invalid': ['weak', 'the environment’s AS number is not valid'],
    'confd/node-value-invalid': ({ message: { params } }) =>
      params.as === undefined
        ? undefined
        : ['strong', `${params.node ?? 'a node'} has an AS number that is none: ${params.as}`],
  })

/** A peer of Calico's own with another number than it is expected to have. */
const disagreeing = (view: Reads<Names>): readonly Sign[] =>
  wrongAsNumbers(view).map(({ peer, node, actual }) =>
    sign(
      { from: peer.from },
      'decisive',
      `${peer.name} expects AS ${peer.asNumber ?? ''} of ${node}, which has ${actual}`,
    ),
  )

/** Numbers that were shown beside it. */
const numbers = (view: Reads<Names>): readonly Sign[] => [
  ...settingsNamed(view, 'bird', 'local as').map((row) =>
    sign(row, 'weak', `BIRD speaks as AS ${row.value}`),
  ),
  ...settingsNamed(view, ['BGPConfiguration', 'Node'], 'asNumber').map((row) =>
    sign(row, 'weak', `${row.of} has AS ${row.value}`),
  ),
  ...view
    .rows('bgpPeers')
    .filter(({ asNumber }) => asNumber !== undefined)
    .map((row) =>
      sign({ from: row.from }, 'weak', `${row.name} expects AS ${row.asNumber ?? ''} of its peer`),
    ),
]
