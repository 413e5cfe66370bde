import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { setBgpConfiguration } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const label = 'route-reflector'
const clusterId = 'projectcalico.org/RouteReflectorClusterID'

/**
 * Two nodes reflect the routes of all, found by their label, and there is no mesh. An upgrade writes the nodes' labels anew and
 * forgets this one: nobody has a peer left, and nobody complains.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: {
    'label-removed': 'the label is taken from both reflectors',
    'label-renamed': 'the reflectors get another label than the peer’s selector asks for',
  },
  change: async (lab, { variant }) => {
    await useReflectors(lab)
    await mark(lab, { [label]: null, ...(variant === 'label-renamed' && { 'bgp-role': 'reflector' }) })
  },
  // The upgrade goes on with a worker.
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: () => 8 * 60_000,
  undo: (lab) => mark(lab, { [label]: 'true', 'bgp-role': null }),
  subjects: () => [clusterSubject],
}

async function mark(lab: LabControl, labels: Readonly<Record<string, string | null>>): Promise<void> {
  for (const name of lab.nodes.slice(0, 2))
    await lab.kube.patch({ type: resources.nodes, name }, { type: 'merge', body: { metadata: { labels } } })
}

/** What the owner does beforehand, in the order of Calico's own instructions: reflectors, peers, and then no more mesh. */
async function useReflectors(lab: LabControl): Promise<void> {
  for (const name of lab.nodes.slice(0, 2))
    await lab.kube.patch(
      { type: resources.nodes, name },
      { type: 'merge', body: { metadata: { annotations: { [clusterId]: '244.0.0.1' } } } },
    )
  await mark(lab, { [label]: 'true' })
  await lab.kube.create(resources.bgpPeers, {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'BGPPeer',
    metadata: { name: 'peer-with-route-reflectors' },
    ...{ spec: { nodeSelector: 'all()', peerSelector: `${label} == 'true'` } },
  })
  await lab.advance(60_000)
  await setBgpConfiguration(lab, { nodeToNodeMeshEnabled: false })
  await lab.advance(5 * 60_000)
}
