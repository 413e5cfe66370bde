import { nodeSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { annotateNode, setCalicoEnv } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const annotation = 'projectcalico.org/IPv4Address'

/**
 * Nobody looks for addresses any more (`IP` is empty, as some installers have it), and what is registered for one node is an address
 * that its machine once had. It bites when calico-node starts there.
 */
export const fault: Fault<{ readonly address: string }> = {
  flavours: ['plain', 'hardened'],
  variants: { stale: 'the registered address is one of before, and autodetection is off' },
  change: async (lab, { node }) => {
    const { metadata } = await lab.kube.get({ type: resources.nodes, name: node })
    const address = metadata.annotations?.[annotation] ?? ''
    await setCalicoEnv(lab, { IP: '' })
    await lab.advance(5 * 60_000) // the DaemonSet has rolled
    await annotateNode(lab, node, { [annotation]: address.replace(/\d+(?=\/)/, '199') })
    return { address }
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 10 * 60_000,
  undo: async (lab, { node }, { address }) => {
    await annotateNode(lab, node, { [annotation]: address })
    await setCalicoEnv(lab, { IP: 'autodetect' })
  },
  subjects: ({ node }) => [nodeSubject(node)],
}
