import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { calicoDaemonSet, draftOf } from '#lab/owner-acts.ts'

const minutes = 60_000

/**
 * Somebody deletes the DaemonSet, and the garbage collector takes its pods. In a cluster by manifest nobody makes it again, on IKS
 * not before the next refresh of the master; the operator makes it again at once, unless it rests.
 */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened', 'iks-classic'],
  only: { 'operator-at-rest': ['operator', 'iks-vpc'] },
  variants: {
    deleted: 'kubectl delete daemonset calico-node',
    'operator-at-rest': 'the operator was scaled to nothing, and then the DaemonSet is deleted',
  },
  change: async (lab, { variant }) => {
    if (variant === 'operator-at-rest') {
      await scaleOperator(lab, 0)
      await lab.advance(2 * minutes)
    }
    const set = await calicoDaemonSet(lab)
    const { name, namespace = '' } = set.metadata
    await lab.kube.delete({ type: resources.daemonSets, namespace, name })
    return set
  },
  trigger: () => Promise.resolve(),
  settleMs: () => 5 * minutes,
  undo: (lab, { variant }, object) =>
    variant === 'operator-at-rest'
      ? scaleOperator(lab, 1)
      : lab.kube.create(resources.daemonSets, draftOf(object)),
  subjects: () => [clusterSubject],
}

const scaleOperator = (lab: LabControl, replicas: number): Promise<void> =>
  lab.kube.patch(
    { type: resources.deployments, namespace: 'tigera-operator', name: 'tigera-operator' },
    { type: 'merge', body: { spec: { replicas } } },
  )
