import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault } from '#lab/fault.ts'

const daemonSet = { type: resources.daemonSets, namespace: 'kube-system', name: 'calico-node' }

/** Somebody deletes the DaemonSet. The garbage collector takes its pods; in a cluster by manifest nobody makes it again. */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened'],
  variants: { deleted: 'kubectl delete daemonset calico-node' },
  change: async (lab) => {
    const object = await lab.kube.get(daemonSet)
    await lab.kube.delete(daemonSet)
    return object
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 5 * 60_000,
  undo: async (lab, _, { metadata, ...rest }) => {
    const { name, namespace, labels, annotations } = metadata
    const kept = {
      name,
      ...(namespace && { namespace }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    }
    await lab.kube.create(daemonSet.type, { ...rest, metadata: kept })
  },
  subjects: () => [clusterSubject],
}
