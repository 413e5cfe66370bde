import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoObject } from '#lab/calico-acts.ts'
import type { Fault } from '#lab/fault.ts'

const minutes = 60_000
const type = resources.felixConfigurations

/**
 * A setting from the days when pods travelled without VXLAN comes back with a configuration that somebody had saved. Felix takes the
 * device and its routes away, whatever the pool says.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  lab: { encapsulation: 'vxlan' },
  variants: {
    everywhere: 'vxlanEnabled: false in the FelixConfiguration of all nodes',
    'one-node': 'the same in the FelixConfiguration of one node',
  },
  change: async ({ kube }, { node, variant }) => {
    if (variant === 'everywhere')
      await kube.patch({ type, name: 'default' }, { type: 'merge', body: { spec: off } })
    else await kube.create(type, calicoObject('FelixConfiguration', ofNode(node), off))
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 5 * minutes,
  undo: async ({ kube }, { node, variant }) => {
    if (variant === 'everywhere')
      await kube.patch({ type, name: 'default' }, { type: 'merge', body: { spec: { vxlanEnabled: null } } })
    else await kube.delete({ type, name: ofNode(node) })
  },
  subjects: ({ node, variant }) => [variant === 'everywhere' ? clusterSubject : { kind: 'node', name: node }],
}

const off = { vxlanEnabled: false }
const ofNode = (node: string): string => `node.${node}`
