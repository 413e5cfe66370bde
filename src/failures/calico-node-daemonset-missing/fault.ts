import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { draftOf, taken } from '#lab/owner-acts.ts'

const daemonSet = { type: resources.daemonSets, namespace: 'kube-system', name: 'calico-node' }

/** Somebody deletes the DaemonSet. The garbage collector takes its pods; in a cluster by manifest nobody makes it again. */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened'],
  variants: { deleted: 'kubectl delete daemonset calico-node' },
  change: (lab) => taken(lab, daemonSet),
  trigger: () => Promise.resolve(),
  settleMs: () => 5 * 60_000,
  undo: (lab, _, object) => lab.kube.create(daemonSet.type, draftOf(object)),
  subjects: () => [clusterSubject],
}
