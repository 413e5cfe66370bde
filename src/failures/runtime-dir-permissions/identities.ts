import type { Provenance, Reads, Subject } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodAt } from '#cluster/queries.ts'
import type { ContainerRow, ProcessRow } from '#cluster/relations.ts'
import type { Identity } from '#failures/runtime-dir-permissions/access.ts'

/** Who calico-node's programs may be on a node. Several, when what was read leaves it open. */
export interface Identities {
  readonly all: readonly Identity[]
  readonly from: Provenance
}

/**
 * From the process where it was seen; else from the pod's spec, which leaves open whether the image's binaries are
 * setuid root. `undefined` when neither was read.
 *
 * @see projectcalico/calico:node/Dockerfile.amd64 (setuid bits of bird, calico-node in stock images up to 3.31)
 */
export function identitiesAt(view: Reads<'pods' | 'processes'>, about: Subject): Identities | undefined {
  const node = nodeNameOf(about)
  const processes = view.rows('processes').filter((row) => row.node === node)
  const process =
    processes.find((row) => row.program === 'bird') ?? processes.find((row) => row.program === 'calico-node')
  if (process?.capabilities !== undefined) return { all: [identityOf(process)], from: process.from }
  const pod = calicoNodePodAt(view, about)
  const container = pod === undefined ? undefined : calicoNodeContainer(pod)
  const all = container === undefined ? undefined : possible(container)
  return pod === undefined || all === undefined ? undefined : { all, from: pod.from }
}

/** Rows of a place that nobody named have an empty node. */
export const nodeNameOf = (about: Subject): string => (about.kind === 'node' ? about.name : '')

const identityOf = ({ uid, gid, capabilities }: ProcessRow): Identity => ({
  uid,
  gid: gid ?? 0,
  overridesModes: (capabilities ?? []).some(isDacOverride),
})

const isDacOverride = (capability: string): boolean =>
  capability.toUpperCase().replace(/^CAP_/, '') === 'DAC_OVERRIDE'

/** What a container's security context lets its programs be; `undefined` when it was not shown. */
export function possible(container: ContainerRow): readonly Identity[] | undefined {
  const { privileged, runAsUser, runAsGroup, capabilities } = container
  if (privileged === undefined && runAsUser === undefined && capabilities === undefined) return undefined
  const gid = runAsGroup ?? 0
  const mayOverride = privileged === true || leavesDacOverride(capabilities)
  const root: Identity = { uid: 0, gid, overridesModes: mayOverride }
  if (runAsUser === undefined || runAsUser === 0) return [root]
  // Without setuid a user's programs have file capabilities at most; the usual ones are those of the network.
  return [{ uid: runAsUser, gid, overridesModes: false }, root]
}

/** DAC_OVERRIDE is among the container runtimes' default capabilities (containerd/containerd:pkg/oci/spec.go). */
function leavesDacOverride(capabilities: ContainerRow['capabilities']): boolean {
  const { add = [], drop = [] } = capabilities ?? {}
  const isAdded = add.some((one) => isDacOverride(one) || one.toUpperCase() === 'ALL')
  const isDropped = drop.some((one) => isDacOverride(one) || one.toUpperCase() === 'ALL')
  return isAdded || !isDropped
}
