import { clusterSubject } from '#cluster/subjects.ts'
import { takeBack, tryOnOneNode } from '#failures/calico-node-canary.ts'
import { installTypha } from '#failures/install-typha.ts'
import {
  freeTypha,
  freeTyphaOfManifest,
  limitTypha,
  limitTyphaOfManifest,
} from '#failures/oom-killed/typha-limit.ts'
import type { Fault, LabControl, Strike } from '#lab/fault.ts'

const minutes = 60_000
const limited = (memory: string | null) => ({
  containers: [{ name: 'calico-node', resources: { limits: memory === null ? null : { memory } } }],
})

/** Somebody gives calico-node a memory limit that it does not fit in, on one node first; or Typha one that its clients burst. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  only: {
    'typha-limit': ['operator', 'iks-vpc', 'roks'],
    'manifest-typha-limit': ['iks-classic', 'plain', 'hardened'],
  },
  variants: {
    limit: 'calico-node may take 32 MiB',
    'typha-limit': 'the Installation lets Typha take what it takes without clients',
    'manifest-typha-limit': 'the same limit for a Typha that came by manifest (kube-system)',
  },
  change: async (lab, { node, variant }) => {
    if (variant === 'limit') return tryOnOneNode(lab, node, limited('32Mi'))
    if (variant === 'typha-limit') return limitTypha(lab)
    await installTypha(lab)
    await lab.advance(3 * minutes)
    await limitTyphaOfManifest(lab)
  },
  trigger: () => Promise.resolve(),
  settleMs: (variant) => (variant === 'limit' ? 8 : 12) * minutes,
  undo: (lab, strike) => takenBack(lab, strike),
  // Whose limit is the Deployment's is the cluster's trouble, wherever its pods are.
  subjects: ({ node, variant }) => [variant === 'limit' ? { kind: 'node', name: node } : clusterSubject],
}

function takenBack(lab: LabControl, { node, variant }: Strike): Promise<void> {
  if (variant === 'limit') return takeBack(lab, node, limited(null))
  return variant === 'typha-limit' ? freeTypha(lab) : freeTyphaOfManifest(lab)
}
