import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { calicoDaemonSet } from '#lab/owner-acts.ts'

const file = '/var/lib/core.dump'

/** An old manifest left calico-node without its priority, and a node's disk fills up. */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: { full: 'a file fills the disk of the node, and calico-node has no priority class' },
  change: async (lab, { node }) => {
    await setPriority(lab, null)
    await lab.advance(4 * 60_000)
    const size = `$(df -k /var/lib | awk 'NR == 2 { print int($4 * 0.97) * 1024 }')`
    await lab.exec(node, `fallocate -l ${size} ${file}`)
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: async (lab, { node }) => {
    await lab.exec(node, `rm -f ${file}`)
    await setPriority(lab, 'system-node-critical')
  },
  subjects: ({ node }) => [{ kind: 'node', name: node }],
}

async function setPriority(lab: LabControl, priorityClassName: string | null): Promise<void> {
  const { metadata } = await calicoDaemonSet(lab)
  const ref = { type: resources.daemonSets, namespace: metadata.namespace ?? '', name: metadata.name }
  await lab.kube.patch(ref, {
    type: 'strategic',
    body: { spec: { template: { spec: { priorityClassName } } } },
  })
}
