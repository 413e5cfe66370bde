import { nodeSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { setCalicoEnv } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

/** After so long a new pod of calico-node runs, and its probe has not passed. */
const notReadyYetMs = 8_000

/**
 * The address of one node is written into the DaemonSet, where it holds for all. The rollout begins where calico-node is not
 * ready at that moment, finds the address taken, and stops there.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: { prescribed: 'the DaemonSet’s variable IP holds the address of another node' },
  change: async (lab, { node }) => {
    const other = lab.nodes.find((name) => name !== node) as string // a lab has two nodes at least
    const { metadata } = await lab.kube.get({ type: resources.nodes, name: other })
    await restartCalicoNode(lab, node)
    await lab.advance(notReadyYetMs)
    await setCalicoEnv(lab, { IP: metadata.annotations?.['projectcalico.org/IPv4Address'] ?? '' })
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node }) => {
    await setCalicoEnv(lab, { IP: 'autodetect' })
    await restartCalicoNode(lab, node)
  },
  subjects: ({ node }) => [nodeSubject(node)],
}
