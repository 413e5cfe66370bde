import { isWithoutControlGroup, sickFew, type Tried, triedRungs } from '#cluster/ladder.ts'
import { calicoNodePods } from '#cluster/queries.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'pods' | 'attempts' | 'events' | 'messages'

/**
 * Finds a worker on which a reboot was tried and did not help, while the others are well. It names the last rung of the ladder, not
 * the mechanism; any cause that is found beside it says more.
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['pods', 'attempts'],
  uses: ['events', 'messages'],
  judges: 'node',
  detect: (view) =>
    findingsOf(
      triedRungs(view).flatMap((one) => signsOf(one, view)),
      {
        judges: 'node',
        conclude: (own) =>
          hasSign(own, 'decisive') || hasSign(own, 'strong')
            ? { says: 'neither a new pod nor a reboot cures this worker', state: undefined }
            : undefined,
      },
    ),
  explains: explainsHere,
})

function signsOf({ rung, outcome, node, by, from }: Tried, view: View<Names>): readonly Sign[] {
  const sick = sickFew(view)
  const place = node ?? (sick.length === 1 ? sick[0]?.node : undefined)
  const isSickHere = sick.some((pod) => pod.node === place)
  const at = (weight: Sign['weight'], says: string): readonly Sign[] => [
    sign({ from }, weight, says, nodeSubject(place)),
  ]
  if (rung === 'reload')
    return outcome === 'cured' ? at('strong', 'a reload or a new machine cured it, as somebody says') : []
  if (rung === 'new-pod')
    return by === 'said' && outcome === 'no-change'
      ? at('weak', 'a new pod changed nothing, as somebody says')
      : []
  if (outcome === 'cured') return at('against', 'a reboot cured it, as somebody says')
  // It was rebooted within the record and calico-node is not ready there, while the others are.
  if (by === 'seen' && isSickHere)
    return at(
      areOthersInTrouble(view, place) ? 'weak' : 'strong',
      'the worker was rebooted, and its calico-node is not ready',
    )
  if (by === 'seen')
    return isLimited(view, place)
      ? at('strong', 'the worker was rebooted, and its kernel gives no more control groups')
      : []
  if (outcome !== 'no-change') return []
  // Told and seen agree: it was rebooted, it is not ready, and the others are.
  return [
    ...at('strong', 'a reboot changed nothing, as somebody says'),
    ...sick
      .filter((pod) => pod.node === place)
      .map((pod) => sign(pod, 'decisive', 'after that its calico-node is not ready, and the others are')),
  ]
}

/** Pods of most other nodes are not ready either, whatever their calico-nodes say: then it is not this machine. */
function areOthersInTrouble(view: View<Names>, place: string | undefined): boolean {
  const nodes = new Set(calicoNodePods(view).flatMap(({ node }) => (node === place ? [] : (node ?? []))))
  const troubled = new Set(
    view.symptoms
      .filter(({ id, when }) => id === 'pods-not-ready-on-node' && when === 'now')
      .flatMap(({ about }) => (about.kind === 'node' && nodes.has(about.name) ? [about.name] : [])),
  )
  return troubled.size >= 2 && troubled.size * 2 > nodes.size
}

/** What the reboot did not take away, however many other workers are sick as well. */
const isLimited = (view: View<Names>, place: string | undefined): boolean =>
  view
    .rows('messages')
    .some((row) => row.node === place && isWithoutControlGroup(row) && isRecent(view, row.atMs))
