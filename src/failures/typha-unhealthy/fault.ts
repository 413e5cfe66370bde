import { clusterSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const operator = { type: resources.deployments, namespace: 'tigera-operator', name: 'tigera-operator' }
const typha = { type: resources.deployments, namespace: 'calico-system', name: 'calico-typha' }

const scale = (lab: LabControl, ref: typeof operator, replicas: number): Promise<void> =>
  lab.kube.patch(ref, { type: 'merge', body: { spec: { replicas } } })

/** The operator was put to rest for somebody's work, and Typha went meanwhile: nobody brings it back. */
export const fault: Fault = {
  flavours: ['operator'],
  variants: {
    deleted: 'the Deployment calico-typha is deleted',
    'scaled-down': 'the Deployment calico-typha is scaled to nothing',
  },
  change: async (lab, { variant }) => {
    await scale(lab, operator, 0)
    await lab.advance(3 * 60_000)
    if (variant === 'deleted') await lab.kube.delete(typha)
    else await scale(lab, typha, 0)
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 12 * 60_000,
  undo: (lab) => scale(lab, operator, 1), // it renders Typha as it was
  subjects: () => [clusterSubject],
}
