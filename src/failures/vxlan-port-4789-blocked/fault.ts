import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault } from '#lab/fault.ts'

const rule = 'drop VXLAN'

/** A firewall between the nodes drops what VXLAN sends. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'vxlan' },
  variants: { dropped: 'UDP 4789 is dropped between all nodes' },
  change: (lab) => lab.addUnderlayRule({ name: rule, protocol: 'udp', port: 4789, action: 'drop' }),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: (lab) => lab.removeUnderlayRule(rule),
  subjects: () => [clusterSubject],
}
