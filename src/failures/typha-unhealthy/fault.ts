import { clusterSubject } from '#cluster/subjects.ts'
import { installTypha } from '#failures/install-typha.ts'
import { type ObjectRef, resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { calicoNamespace, restartCalicoNode } from '#lab/owner-acts.ts'

const minutes = 60_000
const operator = { type: resources.deployments, namespace: 'tigera-operator', name: 'tigera-operator' }

/**
 * Typha goes, and nobody brings it back: the operator was put to rest for somebody's work, or there is none, and Typha came by its
 * manifest.
 */
export const fault: Fault = {
  flavours: ['operator'],
  only: { 'manifest-scaled-down': ['plain', 'hardened', 'iks-classic'] },
  variants: {
    deleted: 'the Deployment calico-typha is deleted while the operator rests',
    'scaled-down': 'the Deployment calico-typha is scaled to nothing while the operator rests',
    'manifest-scaled-down': 'a Typha that came by manifest (kube-system) is scaled to nothing',
  },
  change: async (lab, { variant }) => {
    if (variant.startsWith('manifest')) await installTypha(lab)
    else await scale(lab, operator, 0)
    await lab.advance(3 * minutes)
    await breakTypha(lab, variant)
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 12 * minutes,
  undo: async (lab, { variant }) => {
    if (variant === 'manifest-scaled-down') return scale(lab, await typha(lab), 2)
    return scale(lab, operator, 1) // it renders Typha as it was
  },
  subjects: () => [clusterSubject],
}

const typha = async (lab: LabControl): Promise<ObjectRef> => ({
  type: resources.deployments,
  namespace: await calicoNamespace(lab),
  name: 'calico-typha',
})

async function breakTypha(lab: LabControl, variant: string): Promise<void> {
  if (variant === 'deleted') await lab.kube.delete(await typha(lab))
  else await scale(lab, await typha(lab), 0)
}

const scale = (lab: LabControl, ref: ObjectRef, replicas: number): Promise<void> =>
  lab.kube.patch(ref, { type: 'merge', body: { spec: { replicas } } })
