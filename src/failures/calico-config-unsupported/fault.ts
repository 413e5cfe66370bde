import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const pool = { type: resources.ipPools, name: 'default-ipv4-ippool' }

const setMode = (lab: LabControl, ipipMode: string): Promise<void> =>
  lab.kube.patch(pool, { type: 'merge', body: { spec: { ipipMode } } })

/** Somebody takes the tunnel out of the provider's pool, as a guide for other clusters says: zones are routed, pods' addresses are not. */
export const fault: Fault = {
  flavours: ['iks-classic'],
  variants: { 'no-tunnel': 'the pool of the provider is set to no encapsulation' },
  change: (lab) => setMode(lab, 'Never'),
  trigger: () => Promise.resolve(),
  settleMs: () => 10 * 60_000,
  undo: (lab) => setMode(lab, 'CrossSubnet'),
  subjects: () => [clusterSubject],
}
