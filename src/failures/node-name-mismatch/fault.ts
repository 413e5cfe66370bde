import { nodeSubject } from '#cluster/subjects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { calicoDaemonSet, restartCalicoNode } from '#lab/owner-acts.ts'

/**
 * A node is rebuilt without its name, and the DaemonSet does not tell calico-node whom it runs on: with neither the variable nor
 * the file of the last start, the machine’s own name counts.
 */
export const fault: Fault = {
  flavours: ['plain', 'hardened'],
  variants: { localhost: 'the machine is called localhost, and NODENAME was taken out of the DaemonSet' },
  change: async (lab, { node }) => {
    await lab.exec(node, 'hostnamectl set-hostname localhost && rm -f /var/lib/calico/nodename')
    await setNodename(lab, { name: 'NODENAME', $patch: 'delete' })
  },
  trigger: (lab, { node }) => restartCalicoNode(lab, node),
  settleMs: () => 12 * 60_000,
  undo: async (lab, { node }) => {
    await lab.exec(node, `hostnamectl set-hostname ${node}`)
    await setNodename(lab, { name: 'NODENAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } })
    await restartCalicoNode(lab, node)
  },
  subjects: ({ node }) => [nodeSubject(node)],
}

/** `kubectl edit daemonset calico-node`: one variable of the main container. */
async function setNodename(lab: LabControl, variable: object): Promise<void> {
  const { metadata } = await calicoDaemonSet(lab)
  const ref = { type: resources.daemonSets, namespace: metadata.namespace ?? '', name: metadata.name }
  const containers = [{ name: 'calico-node', env: [variable] }]
  await lab.kube.patch(ref, { type: 'strategic', body: { spec: { template: { spec: { containers } } } } })
}
