import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault } from '#lab/fault.ts'

const rule = 'drop BGP'

/** A firewall between the nodes drops BGP. Sessions end with their hold timers, and routes with them. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: {
    all: 'everything to port 179 is dropped, between all nodes',
    rejected: 'everything to port 179 is refused with an ICMP message',
  },
  change: (lab, { variant }) =>
    lab.addUnderlayRule({
      name: rule,
      protocol: 'tcp',
      port: 179,
      action: variant === 'all' ? 'drop' : 'reject',
    }),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: (lab) => lab.removeUnderlayRule(rule),
  subjects: () => [clusterSubject],
}
