import { isWithoutControlGroup, sickFew, type Tried, triedRungs } from '#cluster/ladder.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'

type Names = 'pods' | 'attempts' | 'events' | 'messages'

/**
 * Finds a worker on which a new calico-node pod was tried and did not help, while the others are well, and which nobody has
 * rebooted yet. It names the next rung of the ladder, not the mechanism; any cause that is found beside it says more.
 */
export const detector = defineDetector<undefined, Names>({
  needs: ['pods', 'attempts'],
  uses: ['events', 'messages'],
  judges: 'node',
  detect: (view) => {
    const tried = triedRungs(view)
    const signs = [...tried.flatMap((one) => signsOf(one, view)), ...messageSigns(view, said)]
    const rebooted = tried.filter(({ rung, outcome }) => rung !== 'new-pod' && outcome !== 'cured')
    return findingsOf(signs, {
      judges: 'node',
      conclude: (_, about) =>
        rebooted.some(({ node }) => node === undefined || about.kind !== 'node' || node === about.name)
          ? undefined
          : {
              says: 'a new pod did not help, and the others are well: the worker itself needs a reboot',
              state: undefined,
            },
    })
  },
  explains: explainsHere,
})

/** What only the end of the running kernel gives back. */
const said: Readonly<Record<string, MessageSign>> = {
  'kubelet/pod-cgroup-failed': (row) =>
    isWithoutControlGroup(row)
      ? ['strong', 'the kernel gives no more control groups: a new pod gets none']
      : undefined,
}

function signsOf({ rung, outcome, node, by, from }: Tried, view: View<Names>): readonly Sign[] {
  const sick = sickFew(view)
  const place = node ?? (sick.length === 1 ? sick[0]?.node : undefined)
  const isSickHere = sick.some((pod) => pod.node === place)
  const at = (weight: Sign['weight'], says: string): readonly Sign[] => [
    sign({ from }, weight, says, nodeSubject(place)),
  ]
  if (rung === 'reboot' && outcome === 'cured') return at('strong', 'a reboot cured it, as somebody says')
  if (rung !== 'new-pod') return []
  if (by === 'seen') return isSickHere ? at('weak', 'its calico-node was made anew and is not ready') : []
  if (outcome !== 'no-change') return []
  // Told and seen agree: the pod was replaced, it is not ready, and the others are.
  return [
    ...at('strong', 'deleting its calico-node pod changed nothing, as somebody says'),
    ...sick
      .filter((pod) => pod.node === place)
      .map((pod) => sign(pod, 'decisive', 'after that its calico-node is not ready, and the others are')),
  ]
}
