import { nodeFault } from '#lab/node-fault.ts'
import { calicoNamespace, deletePods } from '#lab/owner-acts.ts'

/** Under which calico-node's pod belongs: it asks for a share of a CPU. */
const burstable = '/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/cgroup.max.descendants'

/**
 * A tuning script forbade the kernel new control groups for pods; the running ones stayed. Then somebody deletes calico-node's
 * pod, as the first thing to try: the new one gets no control group. The limit is the running kernel's, and goes with it.
 */
export const fault = nodeFault({
  flavours: ['iks-classic', 'plain'],
  variants: {
    'cgroup-limit': {
      says: 'the running kernel gives pods of this class no more control groups',
      change: `echo 0 > ${burstable}`,
      undo: `echo max > ${burstable}`,
    },
  },
  trigger: async (lab, { node }) =>
    deletePods(lab, { namespace: await calicoNamespace(lab), labelSelector: 'k8s-app=calico-node', node }),
  settleMs: 10 * 60_000,
})
