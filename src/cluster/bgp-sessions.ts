/** What BGP sessions say of why they are down, wherever it stands: a table's last column, or BIRD's log. */
import type { Fact, Provenance, Reads, Subject } from '#cluster/facts.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { Message } from '#cluster/messages.ts'
import { innerMessage, nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { BgpSessionRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'

export interface BgpError {
  readonly message: Message
  /** Where it was read. */
  readonly about: Subject
  /** With whom the session is, where that was shown. */
  readonly peer: string | undefined
  readonly from: Provenance
}

type Reading = Reads<'messages' | 'pods' | 'bgpSessions'>

/** Errors of these ids: of sessions that are down, and of what was printed within ten minutes. */
export const bgpErrors = (facts: Reading, ...ids: readonly string[]): readonly BgpError[] => [
  ...facts.rows('bgpSessions').flatMap((row) => {
    const message = row.up ? undefined : errorOf(row, ids)
    return message === undefined
      ? []
      : [{ message, about: nodeSubject(row.node), peer: row.peer || undefined, from: row.from }]
  }),
  ...facts.rows('messages').flatMap((row) => {
    const message = ids.includes(row.message.id) ? row.message : innerMessage(row, ...ids)
    return message === undefined || !isRecent(facts, row.atMs)
      ? []
      : [
          {
            message,
            about: placeOfMessage(facts, row),
            peer: addressOfProtocol(row.message.params.protocol),
            from: row.from,
          },
        ]
  }),
]

/**
 * `Mesh_10_0_0_2` is the peer 10.0.0.2: confd names BIRD's protocols after the peers' addresses.
 *
 * @see projectcalico/calico:node/filesystem/etc/calico/confd/templates/bird.cfg.template
 */
export function addressOfProtocol(protocol: string | undefined): string | undefined {
  const m = /^(?:Mesh|Global|Node)_(?<address>\d{1,3}(?:_\d{1,3}){3})(?:_port_\d{1,5})?$/.exec(protocol ?? '')
  return m?.groups?.address?.replaceAll('_', '.')
}

function errorOf({ info }: BgpSessionRow, ids: readonly string[]): Message | undefined {
  return info === undefined ? undefined : recogniseAll(info).find(({ id }) => ids.includes(id))
}

export interface Peer {
  readonly address: string
  /** The node that complains of it, where it was named. */
  readonly by: string | undefined
  readonly from: Provenance
}

/** What BIRD logs of one session that does not come up. */
const sessionTrouble = new Set(['bird/session-error', 'bird/session-received', 'bird/peer-socket-error'])

/** The peers with which sessions are down, by tables, by BIRD's log and by the readiness probe's list. */
export const peersDown = (facts: Reading): readonly Peer[] => [
  ...facts
    .rows('bgpSessions')
    .filter(({ up, peer }) => !up && peer !== '')
    .map((row: Fact<BgpSessionRow>) => ({ address: row.peer, by: row.node || undefined, from: row.from })),
  ...facts.rows('messages').flatMap((row) => {
    const isTrouble = sessionTrouble.has(row.message.id) && isRecent(facts, row.atMs)
    const address = isTrouble ? addressOfProtocol(row.message.params.protocol) : undefined
    return address === undefined ? [] : [{ address, by: nodeOfMessage(facts, row), from: row.from }]
  }),
  ...facts
    .rows('messages')
    .filter((row) => row.message.id === 'health/bgp-not-established' && isRecent(facts, row.atMs))
    .flatMap((row) =>
      (row.message.params.peers ?? '')
        .split(',')
        .filter((address) => address !== '')
        .map((address) => ({ address, by: nodeOfMessage(facts, row), from: row.from })),
    ),
]
