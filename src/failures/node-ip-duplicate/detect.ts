import type { Fact, Reads } from '#cluster/facts.ts'
import { isOfHostLocalNetwork, registeredAddresses } from '#cluster/node-addresses.ts'
import { isSameMachine, ownNamesAt } from '#cluster/node-names.ts'
import { nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isStartHeldUp } from '#diagnosis/start-up.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface DuplicateState {
  readonly address: string | undefined
  /** The node that has it already. */
  readonly other: string | undefined
}

type Names = 'messages' | 'pods' | 'nodes' | 'calicoNodes' | 'settings' | 'attempts' | 'remarks'

/**
 * Finds nodes that want an address under which another node is registered: the second one refuses to start. The other may be a
 * machine of now, or the entry of one that is gone. An entry of the same machine under another name is not this.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/startup.go (checkConflicts)
 */
export const detector = defineDetector<DuplicateState, Names>({
  needs: ['messages', 'calicoNodes'],
  uses: ['pods', 'nodes', 'settings', 'attempts', 'remarks'],
  judges: 'node',
  detect: (view) => {
    const signs = [...said(view), ...registeredTwice(view), ...chosenTwice(view), ...saidTaken(view)]
    return findingsOf([...signs, ...(signs.length === 0 ? [] : told(view))], {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['calico-node-start-failing'])
          ? {
              says: 'another node is registered with the address that this one wants',
              state: stateOf(view),
            }
          : undefined,
    })
  },
  explains: explainsPeers,
  // Start-up looks for the address of others near its end: what fails before keeps it from saying so.
  isHidden: (about, view) => isStartHeldUp(view, about),
})

const said = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(
    view,
    {
      'startup/address-in-use': (row) => {
        const { other = '', family = 'IP', address = '' } = row.message.params
        if (isOwn(view, row)) return undefined
        const says = `${other} is already registered with the ${family} address ${address}`
        return [isOtherMachine(view, row) && !isTwiceNamed(view) ? 'decisive' : 'strong', says]
      },
      'startup/address-conflict': (row) =>
        complaintsAt(view, row).some((one) => isOwn(view, one))
          ? undefined
          : ['decisive', 'start-up detected a conflicting node'],
      'felix/node-address-shared': ({ message: { params } }) => [
        'decisive',
        `several nodes share ${params.address ?? 'an address'}: ${params.nodes ?? ''}`,
      ],
      'bird/next-hop-local': ({ message: { params } }) => [
        'strong',
        `a route’s next hop ${params.nextHop ?? ''} is an address of this very node`,
      ],
      'bgp/bad-identifier': ['weak', 'both ends of a session have one router id'],
      'startup/address-changed': ['weak', 'the node was registered with another address before'],
      'startup/node-ip-changed': ['weak', 'start-up looks for nodes with the same address'],
    },
    { endedBy: ['startup/succeeded', 'startup/using-node-name'] },
  )

/** The “other” node is this very machine under a name that it had before. */
const isOwn = (view: Reads<Names>, row: Fact<MessageRow>): boolean =>
  ownNamesAt(view, row).some((name) => isSameMachine(name, row.message.params.other ?? ''))

/** It has another name than this one, or the address is one that many machines have. While neither is known, it may be this one. */
const isOtherMachine = (view: Reads<Names>, row: Fact<MessageRow>): boolean =>
  ownNamesAt(view, row).some((name) => name !== row.message.params.other) ||
  isOfHostLocalNetwork(row.message.params.address ?? '') ||
  view.rows('nodes').some(({ name }) => name === row.message.params.other)

const complaintsAt = (view: Reads<Names>, row: Fact<MessageRow>): readonly Fact<MessageRow>[] =>
  view
    .rows('messages')
    .filter(
      (one) =>
        one.message.id === 'startup/address-in-use' &&
        isSameSubject(placeOfMessage(view, one), placeOfMessage(view, row)),
    )

/** Two entries with one address. */
function registeredTwice(view: Reads<Names>): readonly Sign[] {
  const named = registeredAddresses(view).filter(({ node }) => node !== '')
  return named.flatMap(({ node, address, from }) => {
    const other = named.find((one) => one.address === address && one.node !== node)?.node
    return other === undefined || isSameMachine(node, other)
      ? []
      : [
          sign(
            { from },
            'decisive',
            `${[node, other].toSorted().join(' and ')} are both registered with ${address}`,
            nodeSubject(node),
          ),
        ]
  })
}

/** Two machines that say that they chose one address. */
function chosenTwice(view: Reads<Names>): readonly Sign[] {
  const rows = view
    .rows('messages')
    .filter(({ message }) => message.id === 'startup/address-autodetected')
    .map((row) => ({ row, node: nodeOfMessage(view, row), address: row.message.params.address }))
  const byAddress = Map.groupBy(rows, ({ address }) => address)
  return rows.flatMap(({ row, node, address }) => {
    const other = byAddress.get(address)?.find((one) => one.node !== undefined && one.node !== node)?.node
    return node === undefined || other === undefined || isSameMachine(node, other)
      ? []
      : [
          sign(
            row,
            'decisive',
            `${[node, other].toSorted().join(' and ')} both chose ${address ?? ''}`,
            nodeSubject(node),
          ),
        ]
  })
}

/** Somebody says so; the same machine under another name would be told alike. */
const saidTaken = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('remarks')
    .filter(({ says }) => says === 'address-is-taken')
    .map((row) =>
      sign(row, isTwiceNamed(view) ? 'weak' : 'strong', 'another node is said to have this node’s address'),
    )

const isTwiceNamed = (view: Reads<Names>): boolean =>
  view.rows('remarks').some(({ says }) => says === 'known-by-two-names')

const told = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('attempts')
    .flatMap((row) =>
      row.act === 'delete-node-entry' && row.outcome === 'cured'
        ? [sign(row, 'strong', 'it was cured by deleting the other entry')]
        : row.act === 'change-autodetection' && row.outcome === 'cured'
          ? [sign(row, 'weak', 'it was cured by another way to look for the address')]
          : [],
    )

function stateOf(view: Reads<Names>): DuplicateState {
  const params = view.rows('messages').find(({ message }) => message.id === 'startup/address-in-use')
    ?.message.params
  return { address: params?.address, other: params?.other }
}
