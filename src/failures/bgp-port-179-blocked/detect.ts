import { accusedPeers, bgpComplaints, downReason, isComplainer } from '#cluster/bgp-complaints.ts'
import { isOfHostLocalNetwork } from '#cluster/node-addresses.ts'
import { calicoNodePods } from '#cluster/queries.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { findingsOf } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { ofPeople, ofRules, ofSessions, ofTests } from '#failures/bgp-port-179-blocked/evidence.ts'
import { closedInputs, rulesAgainstBgp } from '#failures/bgp-port-179-blocked/filters.ts'
import type { Names } from '#failures/bgp-port-179-blocked/names.ts'

export interface BlockedState {
  /** The peers with which no session comes up. */
  readonly peers: readonly string[]
}

/**
 * Finds TCP 179 that does not get through between nodes: the peers' addresses are right, their machines are up, and BIRD dials
 * without an answer.
 *
 * @see bird:proto/bgp/bgp.c (bgp_get_status: a dropped connection leaves no error text)
 */
export const detector = defineDetector<BlockedState, Names>({
  needs: ['bgpSessions', 'messages'],
  uses: [
    'pods',
    'nodes',
    'filterRules',
    'filterChains',
    'reachability',
    'cloudRules',
    'captures',
    'units',
    'attempts',
    'remarks',
  ],
  judges: 'cluster',
  detect: (view) => {
    const peers = accusedPeers(view).filter(
      ({ node, address }) =>
        downReason(node) === undefined && !isOfHostLocalNetwork(address) && !isWithoutBird(view, node?.name),
    )
    const signs = [
      ...ofRules(rulesAgainstBgp(view), closedInputs(view), peers.length > 0),
      ...ofTests(view),
      ...ofSessions(view, peers),
      ...ofPeople(view, peers.length > 0),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['bgp-session-down']) && !isRestingOnOdd(view, peers.length)
          ? {
              says: 'TCP 179 (BGP) does not get through between nodes',
              state: { peers: peers.map(({ address }) => address) },
            }
          : undefined,
    })
  },
  explains: (_, symptom, view) => {
    const isDown = (name: string): boolean =>
      downReason(view.rows('nodes').find((node) => node.name === name)) !== undefined
    if (symptom.id === 'bgp-session-down')
      return !(symptom.involves ?? []).some((one) => one.kind === 'node' && isDown(one.name))
    if (symptom.id !== 'calico-node-not-ready' || symptom.about.kind !== 'node') return true
    const complaints = bgpComplaints(view)
    // Who complains of nothing is not ready for another reason.
    return complaints.length === 0 || isComplainer(complaints, symptom.about)
  },
})

/** Calico-node of that node does not run: nobody is there to answer, whatever lets port 179 through. */
function isWithoutBird(view: View<Names>, node: string | undefined): boolean {
  if (node === undefined) return false
  const pods = calicoNodePods(view).filter((pod) => pod.node === node)
  const states = pods.map(
    ({ containers }) => containers.find(({ name }) => name === 'calico-node')?.state ?? 'unknown',
  )
  return states.length > 0 && states.every((state) => state === 'waiting' || state === 'terminated')
}

/** Every complaint is about a machine that is off, or an address that only its own host knows. */
const isRestingOnOdd = (view: View<Names>, peers: number): boolean =>
  peers === 0 && accusedPeers(view).length > 0 && rulesAgainstBgp(view).length === 0
