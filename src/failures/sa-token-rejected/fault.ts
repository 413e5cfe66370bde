import { clusterSubject } from '#cluster/subjects.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { calicoNamespace, draftOf, restartCalicoNode, taken } from '#lab/owner-acts.ts'

/**
 * calico-node's ServiceAccount is deleted and applied again, under the same name: the tokens of the pods that run are those of an
 * account that is gone. Who runs goes on with what it knows; a container that starts anew in its pod is refused, until kubelet
 * renews the pod's token (most of an hour) or the pod is made anew.
 */
export const fault: Fault<KubeObject> = {
  flavours: ['plain', 'hardened', 'iks-classic'],
  variants: { 'account-made-anew': 'the ServiceAccount calico-node is deleted and applied again' },
  change: async (lab) => {
    const namespace = await calicoNamespace(lab)
    const account = await taken(lab, { type: resources.serviceAccounts, namespace, name: 'calico-node' })
    await lab.kube.create(resources.serviceAccounts, draftOf(account))
    return account
  },
  trigger: async (lab) => {
    for (const node of lab.nodes) await lab.exec(node, 'crictl stop $(crictl ps -q --name "^calico-node$")')
  },
  settleMs: () => 8 * 60_000,
  undo: (lab) => restartCalicoNode(lab),
  subjects: () => [clusterSubject],
}
