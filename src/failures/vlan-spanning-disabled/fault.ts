import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault } from '#lab/fault.ts'

/** Somebody with rights on the account switches VLAN spanning off; the provider's routers hear of it minutes later. */
export const fault: Fault = {
  flavours: ['iks-classic'],
  variants: { off: 'the account has no VRF, and VLAN spanning is switched off' },
  change: async (lab) => {
    await lab.cloud(['sl', 'vlan', 'spanning', 'set', 'off'])
  },
  trigger: () => Promise.resolve(), // the routers learn it by themselves
  settleMs: () => 20 * 60_000,
  undo: async (lab) => {
    await lab.cloud(['sl', 'vlan', 'spanning', 'set', 'on'])
    await lab.advance(propagationMs)
  },
  subjects: () => [clusterSubject],
}

/** As the provider says: up to a quarter of an hour. */
const propagationMs = 15 * 60_000
