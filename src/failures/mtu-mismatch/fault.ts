import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const minutes = 60_000
const usualBytes = 9000

const carry = (lab: LabControl, machine: string, mtuBytes: number): Promise<void> =>
  lab.changeUnderlay({ op: 'port', machine, mtuBytes })

/**
 * The network behind one machine's card carries less than the card says, and tells nobody: Felix takes the pods' MTU from the card,
 * the host its segments. What is small passes; lists, reports and answers of some size vanish.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened', 'operator'],
  variants: { port: 'a switch carries 1400 bytes at most to and from the machine, whose card says 1500' },
  change: (lab, { node }) => carry(lab, node, 1400),
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * minutes,
  undo: (lab, { node }) => carry(lab, node, usualBytes),
  subjects: () => [clusterSubject],
}
