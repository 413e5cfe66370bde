import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { annotateNode, calicoObject, setBgpConfiguration } from '#lab/calico-acts.ts'
import type { Fault, LabControl, Strike } from '#lab/fault.ts'

const clusterId = 'projectcalico.org/RouteReflectorClusterID'
const right = 64_512
const wrong = 64_513

const mesh = { type: resources.bgpConfigurations, name: 'default' }
const peer = (name: string) => ({ type: resources.bgpPeers, name })

/**
 * Somebody replaces the mesh by a route reflector, and a number is wrong: what all nodes expect of the reflector, or what the
 * reflector expects of one node.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: {
    member: 'a route reflector expects another AS number of one node than it has',
    reflector: 'all nodes expect another AS number of their route reflector than it has',
  },
  change: async (lab, strike) => {
    const { kube } = lab
    const reflector = await reflectorOf(lab, strike)
    await annotateNode(lab, reflector.name, { [clusterId]: '244.0.0.1' })
    const expected = strike.variant === 'reflector' ? wrong : right
    await kube.create(
      resources.bgpPeers,
      calicoObject('BGPPeer', 'to-reflector', { peerIP: reflector.address, asNumber: expected }),
    )
    if (strike.variant === 'member') {
      const { address } = await nodeAt(lab, strike.node)
      const spec = { node: reflector.name, peerIP: address, asNumber: wrong }
      await kube.create(resources.bgpPeers, calicoObject('BGPPeer', 'to-member', spec))
    }
    await setBgpConfiguration(lab, { asNumber: right, nodeToNodeMeshEnabled: false })
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: async (lab, strike) => {
    await lab.kube.delete(mesh)
    await lab.kube.delete(peer('to-reflector'))
    if (strike.variant === 'member') await lab.kube.delete(peer('to-member'))
    await annotateNode(lab, (await reflectorOf(lab, strike)).name, { [clusterId]: null })
  },
  subjects: () => [clusterSubject],
}

interface Place {
  readonly name: string
  readonly address: string
}

/** The last node that is not struck. */
const reflectorOf = (lab: LabControl, { node }: Strike): Promise<Place> =>
  nodeAt(lab, lab.nodes.findLast((name) => name !== node) as string) // a lab has two nodes at least

async function nodeAt(lab: LabControl, name: string): Promise<Place> {
  const { metadata } = await lab.kube.get({ type: resources.nodes, name })
  const [address = ''] = (metadata.annotations?.['projectcalico.org/IPv4Address'] ?? '').split('/')
  return { name, address }
}
