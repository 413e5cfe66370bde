import { bareAddress, isHostLocalNetwork } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { isNumberedAsGateway, registeredAddresses } from '#cluster/node-addresses.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface NatState {
  /** From where the peer's packets arrive. */
  readonly gateway: string | undefined
}

type Names =
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'calicoNodes'
  | 'settings'
  | 'routes'
  | 'captures'
  | 'bgpSessions'

/**
 * Finds nodes whose packets reach their peers with a gateway's address: BIRD knows its peers by their addresses and refuses a call
 * from any other.
 *
 * @see bird:proto/bgp/bgp.c (bgp_incoming_connection)
 */
export const detector = defineDetector<NatState, Names>({
  needs: ['messages', 'routes'],
  uses: ['pods', 'nodes', 'calicoNodes', 'settings', 'captures', 'bgpSessions'],
  judges: 'cluster',
  detect: (view) =>
    findingsOf([...calls(view), ...captured(view)], {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, ['bgp-session-down'])
          ? {
              says: 'nodes reach each other through a gateway that puts its own address on their packets',
              state: { gateway: callsIn(view)[0]?.message.params.address },
            }
          : undefined,
    }),
  explains: explainsPeers,
})

const callsIn = (view: Reads<Names>): readonly Fact<MessageRow>[] =>
  view.rows('messages').filter(({ message }) => message.id === 'bird/unexpected-connect')

/** Who calls without being a peer: a gateway, or a machine that has several addresses. */
const calls = (view: Reads<Names>): readonly Sign[] =>
  callsIn(view).flatMap((row) => {
    const caller = bareAddress(row.message.params.address ?? '')
    const about = placeOfMessage(view, row)
    if (isNodes(view, caller))
      return [sign(row, 'against', `${caller} is an address of a node itself`, about)]
    const gateway = gatewayOf(view, caller)
    return gateway === undefined
      ? [sign(row, 'weak', `${caller}, which is no peer’s address, dials BGP`, about)]
      : [sign(row, gateway.weight, `${caller}, ${gateway.what}, dials BGP`, about)]
  })

const isNodes = (view: Reads<Names>, address: string): boolean =>
  registeredAddresses(view).some((one) => one.address === address) ||
  view.rows('nodes').some(({ internalIp }) => internalIp === address)

function gatewayOf(
  view: Reads<Names>,
  address: string,
): { readonly weight: Sign['weight']; readonly what: string } | undefined {
  // Nodes were excluded: whom a route of the host goes through then is a router, be it the default one or another.
  if (view.rows('routes').some(({ in: where, via }) => where === 'host' && via === address))
    return { weight: 'decisive', what: 'the gateway of the nodes' }
  const isFirst = isNumberedAsGateway(address)
  if (isHostLocalNetwork(address) && isFirst)
    return { weight: 'decisive', what: 'the gateway of a network inside one host' }
  return isFirst ? { weight: 'strong', what: 'as gateways are numbered' } : undefined
}

/** BGP packets on the wire that carry the address of a gateway: the default one's, or another's that the host routes through. */
const captured = (view: Reads<Names>): readonly Sign[] =>
  view.rows('captures').flatMap((row) => {
    const isBgp = row.protocol === 'bgp' || (row.protocol === 'tcp' && row.port === 179)
    const source = row.source === undefined ? undefined : bareAddress(row.source)
    if (!isBgp || source === undefined || isNodes(view, source)) return []
    const isGateway = view
      .rows('routes')
      .some(
        ({ in: where, destination, via }) =>
          via === source && (where === 'host' || destination === 'default'),
      )
    return isGateway
      ? [sign(row, 'decisive', `BGP packets arrive from ${source}, the gateway of the nodes`)]
      : []
  })
