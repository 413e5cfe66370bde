import { nodeSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { setBgpConfiguration } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const settings = { type: resources.bgpConfigurations, name: 'default' }

/**
 * A prefix that is none is written with kubectl, which does not check it. Everywhere BIRD refuses what confd renders: who runs keeps
 * the old file, and the next calico-node that starts has no other.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: { 'unmasked-prefix': 'a BGPConfiguration advertises a prefix with bits behind its length' },
  change: (lab) =>
    setBgpConfiguration(lab, {
      prefixAdvertisements: [{ cidr: '10.244.7.0/16', communities: ['64512:300'] }],
    }),
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node }) => {
    await lab.kube.delete(settings)
    await restartCalicoNode(lab, node)
  },
  subjects: (_, nodes) => nodes.map(nodeSubject),
}
