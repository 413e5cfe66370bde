import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const everywhere = async (lab: LabControl, allowedSources: 'any' | readonly string[]): Promise<void> => {
  for (const machine of lab.nodes) await lab.changeUnderlay({ op: 'port', machine, allowedSources })
}

/** The network begins to check that machines send from their own addresses: pods' addresses are none of these. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'none' },
  variants: { 'source-check': 'every port drops packets whose source is not the machine’s own address' },
  change: (lab) => everywhere(lab, []),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: (lab) => everywhere(lab, 'any'),
  subjects: () => [clusterSubject],
}
