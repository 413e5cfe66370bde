import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { rollOutWorkload } from '#lab/owner-acts.ts'

const pool = { type: resources.ipPools, name: 'default-ipv4-ippool' }

const setDisabled = (lab: LabControl, disabled: boolean): Promise<void> =>
  lab.kube.patch(pool, { type: 'merge', body: { spec: { disabled } } })

/** The only pool is disabled: running pods keep their addresses, the next rollout's get none. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: { disabled: 'spec.disabled is set on the only IPPool' },
  change: (lab) => setDisabled(lab, true),
  // Somebody rolls the application out anew.
  trigger: (lab) => rollOutWorkload(lab),
  settleMs: () => 5 * 60_000,
  undo: (lab) => setDisabled(lab, false),
  subjects: () => [clusterSubject],
}
