import { clusterSubject } from '#cluster/subjects.ts'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { restartCalicoNode } from '#lab/owner-acts.ts'

const burstable = '/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/cgroup.max.descendants'

/**
 * Something is rolled out to the workers of one zone only, and limits how many control groups pods get there. Nothing shows until
 * Calico is rolled out, by a patch of the master: the new pods come up everywhere else.
 */
export const fault: Fault<readonly string[]> = {
  flavours: ['iks-classic'],
  // Of five workers, two of one zone may be chance.
  lab: { nodes: 12 },
  variants: {
    tuning: 'a tuning script ran on the workers of one zone, and calico-node is restarted everywhere',
  },
  change: async (lab, { node }) => {
    const struck = await zoneOf(lab, node)
    for (const each of struck) await lab.exec(each, `echo 0 > ${burstable}`)
    return struck
  },
  trigger: (lab) => restartCalicoNode(lab),
  settleMs: () => 10 * 60_000,
  undo: async (lab, _, struck) => {
    for (const each of struck) await lab.exec(each, `echo max > ${burstable}`)
  },
  subjects: () => [clusterSubject],
}

/** The nodes of this one's zone. */
async function zoneOf(lab: LabControl, node: string): Promise<readonly string[]> {
  const nodes = await lab.kube.list<Node>({ type: resources.nodes })
  const zone = (each: Node | undefined): string | undefined =>
    each?.metadata.labels?.['topology.kubernetes.io/zone']
  const own = zone(nodes.find(({ metadata }) => metadata.name === node))
  return nodes.filter((each) => zone(each) === own).map(({ metadata }) => metadata.name)
}
