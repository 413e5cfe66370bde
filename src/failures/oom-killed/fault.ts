import { takeBack, tryOnOneNode } from '#failures/calico-node-canary.ts'
import type { Fault } from '#lab/fault.ts'

const minutes = 60_000
const limited = (memory: string | null) => ({
  containers: [{ name: 'calico-node', resources: { limits: memory === null ? null : { memory } } }],
})

/** Somebody gives calico-node a memory limit that it does not fit in, on one node first. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: { limit: 'calico-node may take 32 MiB' },
  change: (lab, { node }) => tryOnOneNode(lab, node, limited('32Mi')),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * minutes,
  undo: (lab, { node }) => takeBack(lab, node, limited(null)),
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}
