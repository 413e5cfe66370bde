import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const pool = (name: string) => ({ type: resources.ipPools, name })
const usual = pool('default-ipv4-ippool')
const small = pool('small')

const setDisabled = (lab: LabControl, disabled: boolean): Promise<void> =>
  lab.kube.patch(usual, { type: 'merge', body: { spec: { disabled } } })

/** Pods move to a new pool, which has two blocks of four addresses: more pods than that get none. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  // The new pool has no tunnel: nodes would lose their tunnels' addresses with the old one, which breaks more than this.
  lab: { encapsulation: 'none' },
  variants: { small: 'the pool that replaces the old one has eight addresses' },
  change: async (lab) => {
    const spec = { cidr: '10.245.0.0/29', blockSize: 30, natOutgoing: true, nodeSelector: 'all()' }
    await lab.kube.create(
      small.type,
      calicoObject('IPPool', small.name, {
        ...spec,
        ipipMode: 'Never',
        vxlanMode: 'Never',
        allowedUses: ['Workload', 'Tunnel'],
      }),
    )
    await setDisabled(lab, true)
  },
  trigger: rolledOut,
  settleMs: () => 6 * 60_000,
  undo: async (lab) => {
    await setDisabled(lab, false)
    await lab.kube.patch(small, { type: 'merge', body: { spec: { disabled: true } } })
    await rolledOut(lab)
    await lab.advance(3 * 60_000) // nobody has one of its addresses any more
    await lab.kube.delete(small)
  },
  subjects: () => [clusterSubject],
}

/** Somebody rolls the application out anew. */
async function rolledOut(lab: LabControl): Promise<void> {
  const pods = await lab.kube.list({ type: resources.pods, namespace: 'shop' })
  for (const { metadata } of pods)
    await lab.kube.delete({ type: resources.pods, namespace: 'shop', name: metadata.name })
}
