import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

const minutes = 60_000

/**
 * Somebody enables the private service endpoint of a cluster whose account has neither VRF nor service endpoints, and does what the
 * documents ask for then: a refresh of the master, a reload of the workers, beginning with one.
 */
export const fault: Fault = {
  flavours: ['iks-classic'],
  variants: {
    reloaded: 'the first worker was reloaded; Konnectivity does not know the endpoint yet',
    refreshed: 'the master was refreshed as well, so that Konnectivity goes that way',
  },
  change: async (lab) => {
    await lab.cloud(['ks', 'cluster', 'master', 'private-service-endpoint', 'enable', '--cluster', 'shop'])
  },
  trigger: async (lab, { node, variant }) => {
    if (variant === 'refreshed') await refresh(lab)
    await reload(lab, node)
  },
  settleMs: () => 10 * minutes,
  undo: async (lab, { node, variant }) => {
    await lab.cloud(['ks', 'cluster', 'master', 'private-service-endpoint', 'disable', '--cluster', 'shop'])
    if (variant === 'refreshed') await refresh(lab)
    await reload(lab, node)
  },
  subjects: () => [clusterSubject],
}

async function refresh(lab: LabControl): Promise<void> {
  await lab.cloud(['ks', 'cluster', 'master', 'refresh', '--cluster', 'shop'])
  await lab.advance(45 * minutes)
}

async function reload(lab: LabControl, node: string): Promise<void> {
  await lab.cloud(['ks', 'worker', 'reload', '--worker', node, '--cluster', 'shop', '-f'])
  await lab.advance(40 * minutes)
}
