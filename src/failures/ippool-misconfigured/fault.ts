import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { rollOutWorkload } from '#lab/owner-acts.ts'

const usual = { type: resources.ipPools, name: 'default-ipv4-ippool' }
const small = { type: resources.ipPools, name: 'rack-3' }

const setDisabled = (lab: LabControl, disabled: boolean): Promise<void> =>
  lab.kube.patch(usual, { type: 'merge', body: { spec: { disabled } } })

/** Pods move to a new pool that is smaller than one of its blocks: kubectl writes what calicoctl would refuse. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  // The new pool has no tunnel: nodes would lose their tunnels' addresses with the old one, which breaks more than this.
  lab: { encapsulation: 'none' },
  variants: { 'smaller-than-block': 'the pool that replaces the old one is a /28 with blocks of /26' },
  change: async (lab) => {
    const spec = { cidr: '10.245.0.0/28', blockSize: 26, natOutgoing: true, nodeSelector: 'all()' }
    const more = { ipipMode: 'Never', vxlanMode: 'Never', allowedUses: ['Workload', 'Tunnel'] }
    await lab.kube.create(small.type, calicoObject('IPPool', small.name, { ...spec, ...more }))
    await setDisabled(lab, true)
  },
  trigger: rollOutWorkload,
  settleMs: () => 5 * 60_000,
  undo: async (lab) => {
    await setDisabled(lab, false)
    await lab.kube.delete(small)
  },
  subjects: () => [clusterSubject],
}
