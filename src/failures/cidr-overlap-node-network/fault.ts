import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { removed, rollOutWorkload } from '#lab/owner-acts.ts'

const usual = { type: resources.ipPools, name: 'default-ipv4-ippool' }
const second = { type: resources.ipPools, name: 'second' }

const setDisabled = (lab: LabControl, disabled: boolean): Promise<void> =>
  lab.kube.patch(usual, { type: 'merge', body: { spec: { disabled } } })

/**
 * Pods move to a new pool, and it holds the nodes' own network. The node whose block has the nodes' addresses in it draws what is
 * meant for them, and drops it.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: { pool: 'a second pool, from which new pods get their addresses, holds the nodes’ network' },
  change: async (lab) => {
    const spec = { cidr: '10.0.0.0/24', blockSize: 28, natOutgoing: true, nodeSelector: 'all()' }
    await lab.kube.create(
      second.type,
      calicoObject('IPPool', second.name, {
        ...spec,
        ipipMode: 'Never',
        vxlanMode: 'Never',
        allowedUses: ['Workload', 'Tunnel'],
      }),
    )
    await setDisabled(lab, true)
  },
  trigger: rollOutWorkload,
  settleMs: () => 8 * 60_000,
  undo: async (lab) => {
    await setDisabled(lab, false)
    await lab.kube.delete(second)
    for (const type of [resources.ipamBlocks, resources.blockAffinities])
      for (const { metadata } of await lab.kube.list({ type }))
        if (metadata.name.includes('10-0-0-')) await removed(lab, { type, name: metadata.name })
    await rollOutWorkload(lab)
  },
  subjects: () => [clusterSubject],
}
