import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault } from '#lab/fault.ts'

const rule = 'drop IPIP'

/** The network under the nodes lets TCP, UDP and ICMP through, and no IP in IP. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'ipip' },
  variants: { dropped: 'IP protocol 4 is dropped between all nodes' },
  change: (lab) => lab.addUnderlayRule({ name: rule, protocol: 'ipip', action: 'drop' }),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: (lab) => lab.removeUnderlayRule(rule),
  subjects: () => [clusterSubject],
}
