import { nodeSubject } from '#cluster/subjects.ts'
import { annotateNode, setCalicoEnv } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

/** Calico looks for addresses in a way that fits no interface. Where one is registered it stays; a node that joins gets none. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: {
    interface: 'IP_AUTODETECTION_METHOD names interfaces that no node has; one node joins anew',
    misspelt: 'IP_AUTODETECTION_METHOD is spelt wrong; calico-node starts anew on all nodes',
  },
  change: async (lab, { variant }) => {
    await setCalicoEnv(lab, {
      IP_AUTODETECTION_METHOD: variant === 'misspelt' ? 'first_found' : 'interface=ens.*',
    })
    if (variant === 'interface') await lab.advance(5 * 60_000) // the DaemonSet has rolled
  },
  trigger: async (lab, { node, variant }) => {
    if (variant === 'misspelt') return restartCalicoNode(lab)
    await annotateNode(lab, node, { 'projectcalico.org/IPv4Address': null })
    await restartCalicoNode(lab, node)
  },
  settleMs: () => 8 * 60_000,
  undo: async (lab) => {
    await setCalicoEnv(lab, { IP_AUTODETECTION_METHOD: null })
    await restartCalicoNode(lab)
  },
  subjects: ({ node, variant }, nodes) => (variant === 'misspelt' ? nodes : [node]).map(nodeSubject),
}
