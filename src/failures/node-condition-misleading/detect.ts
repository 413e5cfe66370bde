import type { Fact } from '#cluster/facts.ts'
import { calicoNodePodAt, conditionOf, innerMessage, isHeardOf, isReady } from '#cluster/queries.ts'
import type { ConditionRow, NodeRow } from '#cluster/relations.ts'
import { isSameSubject, nodeSubject } from '#cluster/subjects.ts'
import { conditionSource } from '#cluster/symptoms/node-conditions.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  hasSign,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

export interface ConditionState {
  /** `True` although calico-node works, or `False` although it does not. */
  readonly says: 'True' | 'False'
}

type Names = 'nodes' | 'pods' | 'messages' | 'bgpSessions'

/**
 * Finds a NetworkUnavailable condition that tells nothing: calico-node writes it at its start and its end only, and a cloud's
 * route controller may set it and wait for routes that Calico does not need.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/utils/utils.go (SetNodeNetworkUnavailableCondition)
 * @see kubernetes/cloud-provider:controllers/route/route_controller.go (NoRouteCreated)
 */
export const detector = defineDetector<ConditionState, Names>({
  needs: ['nodes', 'pods'],
  uses: ['messages', 'bgpSessions'],
  judges: 'node',
  detect: (view) => {
    const conditions = view.rows('nodes').flatMap((node) => {
      const condition = conditionOf(node, 'NetworkUnavailable')
      return condition === undefined ? [] : [{ node, condition }]
    })
    const stuck = conditions.flatMap((one) => ofStuck(view, one))
    const signs = [
      ...stuck,
      // A person asks why all looks well; a look at a cluster has better things to say.
      ...(view.isComplaint === true ? conditions.flatMap((one) => ofStale(view, one)) : []),
      ...messageSigns(view, said(stuck.length > 0), { endedBy: ['cloud/route-created'] }),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) => {
        const isTrue = stuck.some((one) => own.includes(one)) || own.every((one) => !isOfCalm(one))
        if (!hasSign(own, 'decisive') && !hasSign(own, 'strong') && !isTrue) return undefined
        return {
          says: isTrue
            ? 'NetworkUnavailable is True though the pod network works: nobody has lifted it'
            : 'NetworkUnavailable is False only because calico-node started once; it is no proof of health',
          state: { says: isTrue ? 'True' : 'False' },
        }
      },
    })
  },
  explains: (finding, symptom) =>
    finding.state.says === 'True' && symptom.id === 'network-unavailable' && explainsHere(finding, symptom),
  // Whether it would be lifted shows once calico-node is Ready there.
  isHidden: (about, view) =>
    view
      .rows('nodes')
      .some(
        (node) =>
          isSameSubject(nodeSubject(node.name), about) &&
          conditionOf(node, 'NetworkUnavailable')?.reason === ofRouteController,
      ),
})

/** @see kubernetes/cloud-provider:controllers/route/route_controller.go (updateNetworkingCondition) */
const ofRouteController = 'NoRouteCreated'

interface OnNode {
  readonly node: Fact<NodeRow>
  readonly condition: ConditionRow
}

function ofStuck(view: View<Names>, { node, condition }: OnNode): readonly Sign[] {
  if (condition.status !== 'True') return []
  const about = nodeSubject(node.name)
  const pod = calicoNodePodAt(view, about)
  // Of a node that nobody hears of, the node controller says that no pod is ready.
  const ready = pod === undefined || !isHeardOf(view, node.name) ? undefined : isReady(pod)
  if (ready === false) return []
  const isOfCloud = condition.reason === ofRouteController
  const from = conditionSource(node, condition)
  if (ready === true)
    return [sign({ from }, 'decisive', 'NetworkUnavailable is True, and calico-node there is Ready', about)]
  return [
    sign(
      { from },
      isOfCloud ? 'strong' : 'weak',
      isOfCloud
        ? 'the cloud’s route controller waits for a route to this node, which Calico does not need'
        : 'NetworkUnavailable is True',
      about,
    ),
  ]
}

const calm =
  'the condition says CalicoIsUp beside errors of BIRD or Felix: it is written at start and end only'
const isOfCalm = ({ says }: Sign): boolean => says === calm

function ofStale(view: View<Names>, { node, condition }: OnNode): readonly Sign[] {
  if (condition.status !== 'False') return []
  const about = nodeSubject(node.name)
  if (!hasErrors(view, about)) return []
  const from = conditionSource(node, condition)
  // Who shows this condition and no other asks about it.
  const isPicked = node.conditions.length === 1
  return [
    sign({ from }, 'strong', calm, about),
    ...(isPicked ? [sign({ from }, 'weak', 'of all conditions it is the one that was shown', about)] : []),
  ]
}

/** BIRD or Felix say there that they do not work. */
function hasErrors(view: View<Names>, about: ReturnType<typeof nodeSubject>): boolean {
  const isHere = (node: string | undefined): boolean =>
    node === undefined || about.kind === 'cluster' || isSameSubject(nodeSubject(node), about)
  return (
    view
      .rows('messages')
      .some((row) => errors.has(row.message.id) && isRecent(view, row.atMs) && isHere(row.node)) ||
    view.rows('bgpSessions').some((row) => !row.up && isHere(row.node || undefined))
  )
}

const errors: ReadonlySet<string> = new Set([
  'bird/cannot-create-control-socket',
  'bird/cannot-open-listening-socket',
  'bird/listen-failed',
  'bird/peer-socket-error',
  'bird/config-error',
  'bird/kernel-route-refused',
  'felix/ipset-gave-up',
  'felix/iptables-gave-up',
  'health/bird-not-running',
  'health/bird-socket-unreachable',
  'health/bgp-not-established',
  'health/felix-not-live',
  'health/felix-not-ready',
])

const said = (isStuck: boolean): Readonly<Record<string, MessageSign>> => ({
  'startup/network-unavailable-failed': (row) =>
    innerMessage(row, 'api/forbidden', 'api/unauthorized') === undefined
      ? ['decisive', 'calico-node could not write its condition']
      : ['strong', 'calico-node may not write its condition'],
  'hearsay/condition-not-lifted': ['strong', 'calico-node works and the condition stays, as somebody says'],
  'cloud/route-condition': [isStuck ? 'strong' : 'weak', 'the cloud’s route controller set the condition'],
  'cloud/route-waiting': [isStuck ? 'strong' : 'weak', 'the cloud’s route controller waits for a route'],
})
