import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoObject, setBgpConfiguration } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'

const mesh = { type: resources.bgpConfigurations, name: 'default' }
const rack = { type: resources.bgpPeers, name: 'rack' }

/** The node-to-node mesh is switched off, and nothing that works stands in for it. */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    'mesh-off': 'the mesh is switched off, and there is no other peer',
    selector: 'the mesh gave way to a BGPPeer whose selector is written wrongly',
  },
  change: async (lab, { variant }) => {
    if (variant === 'selector') {
      const spec = { nodeSelector: 'all()', peerSelector: 'rack = 3', asNumber: 64_512 }
      await lab.kube.create(resources.bgpPeers, calicoObject('BGPPeer', rack.name, spec))
    }
    await setBgpConfiguration(lab, { nodeToNodeMeshEnabled: false })
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: async ({ kube }, { variant }) => {
    await kube.delete(mesh)
    if (variant === 'selector') await kube.delete(rack)
  },
  subjects: () => [clusterSubject],
}
