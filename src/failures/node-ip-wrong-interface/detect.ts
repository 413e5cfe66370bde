import { bareAddress, isTunnelInterface, oddInterface } from '#cluster/addresses.ts'
import { autodetectionMethods, isChosen } from '#cluster/autodetection.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { unreachableAddress } from '#cluster/node-addresses.ts'
import { nodeNamed, nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { peerSigns, registeredSigns } from '#failures/node-ip-wrong-interface/registered.ts'

export interface WrongInterfaceState {
  /** The interface from which the address came, where calico-node said so. */
  readonly chosen: string | undefined
}

type Names =
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'calicoNodes'
  | 'settings'
  | 'links'
  | 'bgpSessions'
  | 'attempts'
  | 'remarks'
  | 'routes'

/**
 * Finds nodes that are registered with an address that their peers cannot reach: autodetection took the one of a bridge, a tunnel
 * or another card. At start, or later, since the address is looked for again every minute.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/autodetection/autodetection_methods.go
 */
export const detector = defineDetector<WrongInterfaceState, Names>({
  needs: ['nodes', 'calicoNodes'],
  uses: ['messages', 'pods', 'settings', 'links', 'bgpSessions', 'attempts', 'remarks', 'routes'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...detected(view),
      ...moved(view),
      ...registeredSigns(view),
      ...peerSigns(view),
      ...tunnels(view),
      ...told(view),
      ...routed(view),
    ]
    return findingsOf(signs.length === 0 ? [] : [...signs, ...methods(view)], {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['bgp-session-down'])
          ? {
              says: 'this node is registered with Calico under an address that its peers do not reach',
              state: { chosen: chosenIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsPeers,
})

/** What calico-node says that it chose, and old calicoctl. */
const detected = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(
    view,
    {
      'startup/address-autodetected': (row) => chosenSign(view, row),
      'calicoctl/address-detected': (row) => chosenSign(view, row),
      'bird/router-id': (row) => chosenSign(view, row),
      'felix/parent-changed': (row) => chosenSign(view, row),
      'bird/unexpected-connect': [
        'weak',
        'a peer calls from another address than the one it is registered with',
      ],
    },
    // What was chosen stays chosen until something changes it.
    { ofAnyAge: true },
  )

function chosenSign(view: Reads<Names>, row: Fact<MessageRow>): readonly [Weight, string] | undefined {
  const { interface: name = '', address = '' } = row.message.params
  const own = bareAddress(address)
  if (view.rows('nodes').some(({ internalIp }) => internalIp === own)) return undefined
  const why = oddInterface(name)
  if (why !== undefined && !isChosen(autodetectionMethods(view), name))
    return [
      isOnPurpose(view, row, name) ? 'strong' : 'decisive',
      `chose ${own === '' ? '' : `${own} of `}${name}: ${why}`,
    ]
  const shared = unreachableAddress(own)
  return shared === undefined ? undefined : ['strong', `chose ${own}: ${shared}`]
}

/** A VPN between nodes may be what somebody wants, until Kubernetes is known to use another address. */
const isOnPurpose = (view: Reads<Names>, row: Fact<MessageRow>, name: string): boolean =>
  isTunnelInterface(name) && nodeNamed(view, nodeOfMessage(view, row) ?? '')?.internalIp === undefined

/** Every minute the address is looked for again: one calico-node that names several interfaces changed its mind. */
function moved(view: Reads<Names>): readonly Sign[] {
  const rows = view
    .rows('messages')
    .filter(({ message }) => message.id === 'startup/address-autodetected' && message.params.interface)
  const byPlace = Map.groupBy(
    rows,
    (row) => `${renderSubject(placeOfMessage(view, row))} ${row.message.params.family}`,
  )
  return [...byPlace.values()].flatMap((own) => {
    const names = [...new Set(own.map(({ message }) => message.params.interface))]
    const last = own.at(-1)
    return names.length < 2 || last === undefined
      ? []
      : [sign(last, 'strong', `the address moved between ${names.join(' and ')}`, placeOfMessage(view, last))]
  })
}

/** The VXLAN device says by which card, and from which address, this node sends. */
const tunnels = (view: Reads<Names>): readonly Sign[] =>
  view.rows('links').flatMap((row) => {
    const parent = row.name === 'vxlan.calico' ? row.vxlan?.parent : undefined
    const why = parent === undefined ? undefined : oddInterface(parent)
    return parent === undefined || why === undefined || isChosen(autodetectionMethods(view), parent)
      ? []
      : [
          sign(
            row,
            isTunnelInterface(parent) ? 'strong' : 'decisive',
            `vxlan.calico sends through ${parent}: ${why}`,
          ),
        ]
  })

/** BIRD's routes lead where a peer said that it is. */
const routed = (view: Reads<Names>): readonly Sign[] =>
  view.rows('routes').flatMap((row) => {
    const why = row.proto === 'bird' && row.via !== undefined ? unreachableAddress(row.via) : undefined
    return why === undefined
      ? []
      : [sign({ from: row.from }, 'strong', `routes lead to a peer known by ${row.via}: ${why}`)]
  })

const told = (view: Reads<Names>): readonly Sign[] => [
  ...view
    .rows('remarks')
    .filter(({ says }) => says === 'address-of-odd-interface')
    .map((row) => sign(row, 'strong', 'the node is said to be known by an address of the wrong interface')),
  ...view.rows('attempts').flatMap((row) => {
    if (row.act !== 'change-autodetection') return []
    if (row.outcome === 'cured') return [sign(row, 'strong', 'another way to look for the address cured it')]
    return row.outcome === 'no-change'
      ? [sign(row, 'against', 'another way to look for the address changed nothing')]
      : [sign(row, 'weak', 'the way to look for the address was changed')]
  }),
]

/** Beside other signs: ways that leave the choice to the order of interfaces, or somebody’s wish to steer it. */
const methods = (view: Reads<Names>): readonly Sign[] =>
  autodetectionMethods(view).flatMap(({ kind, written, from }) =>
    kind === 'first-found' || kind === 'interface' || kind === 'skip-interface'
      ? [sign({ from }, 'weak', `the address is looked for by ${written || 'first-found'}`)]
      : [],
  )

const chosenIn = (view: Reads<Names>): string | undefined =>
  view.rows('messages').find(({ message }) => message.id === 'startup/address-autodetected')?.message.params
    .interface
