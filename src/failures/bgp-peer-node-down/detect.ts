import { answeringKubelets } from '#cluster/answering-kubelets.ts'
import {
  type AccusedPeer,
  accusedPeers,
  type BgpComplaint,
  bgpComplaints,
  downReason,
  isComplainer,
} from '#cluster/bgp-complaints.ts'
import { endedKubeletCertificates } from '#cluster/kubelet-certificates.ts'
import { masterWays } from '#cluster/master-proxy.ts'
import { isOfHostLocalNetwork } from '#cluster/node-addresses.ts'
import { isFlapping, nodeTransitions } from '#cluster/node-transitions.ts'
import { silenceOf } from '#cluster/silent-nodes.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import { machineSigns, missingNode, type OtherReason } from '#failures/bgp-peer-node-down/machine.ts'
import type { Names } from '#failures/bgp-peer-node-down/names.ts'

export interface PeerDownState {
  /** The peer's address, as it stands in everybody's message. */
  readonly address: string | undefined
}

/**
 * Finds the one node that everybody complains about because its machine is off or gone. The pods that are not ready are the
 * healthy ones.
 *
 * @see projectcalico/calico:node/pkg/health/bird/bird.go (within 30 s of a start every peer must be Established)
 */
export const detector = defineDetector<PeerDownState, Names>({
  needs: ['nodes', 'bgpSessions', 'messages'],
  uses: ['pods', 'calicoNodes', 'reachability', 'workers', 'certificates', 'events'],
  judges: 'node',
  detect: (view) => {
    const accused = accusedPeers(view).filter(({ address }) => !isOfHostLocalNetwork(address))
    const reasons = [...endedKubeletCertificates(view), ...answeringKubelets(view), ...lostMasters(view)]
    return findingsOf(
      accused.flatMap((peer) => signsOf(view, peer, { all: accused, reasons })),
      {
        judges: 'node',
        conclude: (own, about) =>
          hasSign(own, 'decisive') || hasSign(own, 'strong')
            ? {
                says: 'this peer’s machine is off or gone, and the others report it',
                state: {
                  address: accused.find(({ node }) => isSameSubject(nodeSubject(node?.name), about))?.address,
                },
              }
            : undefined,
      },
    )
  },
  explains: (finding, symptom, view) => {
    if (explainsHere(finding, symptom)) return true
    // Healthy nodes that are not ready, or whose pods fail, because this one is missing.
    if (symptom.id === 'node-not-ready') return false
    // A session with another node is none of this one's.
    if (symptom.id === 'bgp-session-down' && (symptom.involves ?? []).length > 0) return false
    return isComplainer(complaintsAbout(view, finding.state.address), symptom.about)
  },
})

const complaintsAbout = (view: View<Names>, address: string | undefined): readonly BgpComplaint[] =>
  bgpComplaints(view).filter(({ peer }) => peer === address)

interface Around {
  readonly all: readonly AccusedPeer[]
  /** Why the API server hears nothing of a node whose machine is on. */
  readonly reasons: readonly OtherReason[]
}

const lostMasters = (view: View<Names>): readonly OtherReason[] =>
  masterWays(view).flatMap(({ way, row: { node, from } }) =>
    way === 'none' && node !== undefined
      ? [{ node, from, says: `the proxy of ${node} has no way to the API server left` }]
      : [],
  )

function signsOf(view: View<Names>, peer: AccusedPeer, { all, reasons }: Around): readonly Sign[] {
  const { node, address, complaints } = peer
  const about = nodeSubject(node?.name)
  const isDeaf = isNobodyHeard(view)
  const own = reasons.filter((one) => one.node !== undefined && one.node === node?.name)
  const down = isDeaf || own.length > 0 ? undefined : downReason(node)
  // Whom somebody has a session with is not off; whom only a machine accuses that is off itself is not meant.
  if (peer.isUpElsewhere || isAccusedByTheDownOnly(peer, all)) return []
  const rest = all.filter((other) => other !== peer && downReason(other.node) === undefined && other.by > 0)
  const isOnlyOne = peer.isByAll && rest.every((other) => isAccusedByTheDownOnly(other, all))
  // A provider judges workers by what their kubelets report.
  const machine = machineSigns(view, peer, { about, reasons: own }).map(
    (one): Sign => (isDeaf && one.weight === 'strong' ? { ...one, weight: 'weak' } : one),
  )
  const isProven = isOnlyOne && !hasSign(machine, 'against')
  const place = (weight: Sign['weight'], says: string): Sign => ({
    ...sign(complaints[0] as BgpComplaint, weight, says),
    about,
  })
  if (down !== undefined && node !== undefined)
    return [
      {
        ...sign(
          node,
          isProven && !isInAndOut(view, node.name) ? 'decisive' : 'strong',
          `${down}, and its peers miss just its address`,
        ),
        about,
      },
      place('weak', told(peer)),
      ...machine,
    ]
  const gone = missingNode(view, address)
  if (gone !== undefined)
    return [
      { ...gone, about, weight: isProven ? gone.weight : 'weak' },
      place('weak', told(peer)),
      ...machine,
    ]
  const isOthersUp = view.rows('bgpSessions').some(({ up }) => up)
  const isSuspect =
    isOnlyOne &&
    all.length === 1 &&
    !isClosedOnly(peer) &&
    (peer.by > 1 || (isOthersUp && isUnreachable(peer)))
  return [place(isSuspect ? 'strong' : 'weak', told(peer)), ...machine]
}

/** A machine that is off does not come back: what is heard of now and then is on, and its network fails. */
const isInAndOut = (view: View<Names>, node: string): boolean => isFlapping(nodeTransitions(view, node))

/** A control plane that hears of no node, or of hardly one, is deaf itself: its silence says nothing of one machine. */
function isNobodyHeard(view: View<Names>): boolean {
  const nodes = view.rows('nodes')
  return (
    silenceOf(view).isEverywhere ||
    (nodes.length > 1 && nodes.every((node) => downReason(node) !== undefined))
  )
}

const isUnreachable = ({ complaints }: AccusedPeer): boolean =>
  complaints.some(({ trouble }) => trouble === 'unreachable')

/** A machine that is off closes nothing. */
const isClosedOnly = ({ complaints }: AccusedPeer): boolean =>
  complaints.every(({ trouble }) => trouble === 'reset')

const told = ({ by, address }: AccusedPeer): string =>
  by > 1 ? `${by} nodes report ${address}` : `a session with ${address} is missing`

/** The one that is off is the other end of these complaints. */
const isAccusedByTheDownOnly = (peer: AccusedPeer, all: readonly AccusedPeer[]): boolean => {
  const down = all.filter(({ node }) => downReason(node) !== undefined).map(({ node }) => node?.name)
  return peer.complaints.every(({ by }) => by.kind === 'node' && down.includes(by.name))
}
