import { askAccount } from '#cluster/account-question.ts'
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import { nodeOfMessage, nodeWithAddress, placeOfMessage } from '#cluster/queries.ts'
import type { BgpSessionRow, MessageRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { askCalicoLog, askNode } from '#cluster/symptoms/asking.ts'
import { isProbeStillSo } from '#cluster/symptoms/probe-still-so.ts'
import type { Symptom, SymptomEntry } from '#cluster/symptoms.ts'

type Names = 'nodes' | 'pods' | 'messages' | 'bgpSessions'

/**
 * A BGP session is not Established. It is about the node that complains and involves the peer; in a mesh it is mostly
 * the peer that is broken.
 */
export const bgpSessionDown: SymptomEntry<Names> = {
  id: 'bgp-session-down',
  title: 'a BGP session is down',
  reads: ['nodes', 'pods', 'messages', 'bgpSessions'],
  see: (facts) => {
    const sessions = facts.rows('bgpSessions').filter((session) => !session.up)
    const readOn = new Set(facts.rows('bgpSessions').map((session) => session.node))
    const complaints = facts
      .rows('messages')
      .filter((row) => row.message.id === 'health/bgp-not-established')
      .filter((row) => !readOn.has(nodeOfMessage(facts, row) ?? ''))
    return [
      ...sessions.map((row) => ofSession(facts, row)),
      ...complaints.map((row) => ofComplaint(facts, row)),
    ]
  },
  questions: ({ about, involves }, facts) => [
    ...askAccount(facts),
    ...(involves ?? [])
      .slice(0, 1)
      .map((peer) => askNode(peer, 'whether the peer that is complained about is well')),
    askCalicoLog(facts, about, 'what BIRD says about the session'),
  ],
}

function ofSession(facts: Reads<'nodes'>, row: Fact<BgpSessionRow>): Symptom {
  const peer = nodeWithAddress(facts, row.peer)
  const whom = peer === undefined ? row.peer : `${row.peer} (${peer.name})`
  return {
    id: 'bgp-session-down',
    about: nodeSubject(row.node),
    says: `session with ${whom} is ${[row.state, row.info].filter(Boolean).join(', ')}`,
    from: row.from,
    when: 'now',
    involves: peer === undefined ? [] : [nodeSubject(peer.name)],
  }
}

function ofComplaint(facts: Reads<'nodes' | 'pods'>, row: Fact<MessageRow>): Symptom {
  const peers = (row.message.params.peers ?? '').split(',').filter(Boolean)
  const involves = peers.flatMap((peer): readonly Subject[] => {
    const node = nodeWithAddress(facts, peer)
    return node === undefined ? [] : [nodeSubject(node.name)]
  })
  return {
    id: 'bgp-session-down',
    about: placeOfMessage(facts, row),
    says: `BGP is not established with ${peers.join(', ')}`,
    from: row.from,
    when: isProbeStillSo(facts, row) ? 'now' : 'past',
    involves,
  }
}
