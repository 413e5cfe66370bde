import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault } from '#lab/fault.ts'
import type { UnderlayRule } from '#lab/network/ports.ts'

const minutes = 60_000

/** The way from all workers to the master is closed; who asks the master from elsewhere gets an answer. */
export const fault: Fault = {
  flavours: ['iks-classic', 'plain'],
  variants: { 'cut-off': 'the network drops what the nodes send to the API server' },
  change: async (lab) => {
    for (const rule of rules) await lab.addUnderlayRule(rule)
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 6 * minutes,
  undo: async (lab) => {
    for (const { name } of rules) await lab.removeUnderlayRule(name)
  },
  subjects: () => [clusterSubject],
}

/** kubeadm's API server, and the port at which the provider's master is reached. */
const rules: readonly UnderlayRule[] = [6443, 30_526].map((port) => ({
  name: `no TCP ${port}`,
  protocol: 'tcp',
  port,
  action: 'drop',
}))
