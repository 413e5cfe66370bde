import type { Fact, Provenance, Reads, Subject } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodAt, calicoNodePods } from '#cluster/queries.ts'
import type { ContainerRow, ProcessRow } from '#cluster/relations.ts'
import type { Identity } from '#failures/runtime-dir-permissions/access.ts'

/** Who calico-node's programs may be on a node. Several, when what was read leaves it open. */
export interface Identities {
  readonly all: readonly Identity[]
  readonly from: Provenance
}

/**
 * From the process where it was seen; else from its twin's on another node, which runs the same image with the same
 * security context (BIRD may just not be running here); else from the pod's spec, which leaves open whether the
 * image's binaries are setuid root. `undefined` when none of them was read.
 *
 * @see projectcalico/calico:node/Dockerfile.amd64 (setuid bits of bird, calico-node in stock images up to 3.31)
 */
export function identitiesAt(view: Reads<'pods' | 'processes'>, about: Subject): Identities | undefined {
  const own = processOn(view, nodeNameOf(about))
  if (own !== undefined) return { all: [identityOf(own)], from: own.from }
  const pod = calicoNodePodAt(view, about)
  const container = pod === undefined ? undefined : calicoNodeContainer(pod)
  const all = container === undefined ? undefined : possible(container)
  if (pod === undefined || container === undefined || all === undefined) return undefined
  const twin = twinsOf(view, container)
    .map((node) => processOn(view, node))
    .find((process) => process !== undefined)
  return twin === undefined ? { all, from: pod.from } : { all: [identityOf(twin)], from: twin.from }
}

/** BIRD's process, else calico-node's; only with its capabilities does it tell what modes mean to it. */
function processOn(view: Reads<'processes'>, node: string): Fact<ProcessRow> | undefined {
  const seen = view.rows('processes').filter((row) => row.node === node && row.capabilities !== undefined)
  return seen.find((row) => row.program === 'bird') ?? seen.find((row) => row.program === 'calico-node')
}

/** Nodes whose calico-node is made of the same image and security context. */
const twinsOf = (view: Reads<'pods'>, container: ContainerRow): readonly string[] =>
  calicoNodePods(view).flatMap((pod) => {
    const other = calicoNodeContainer(pod)
    return pod.node && other !== undefined && makeOf(other) === makeOf(container) ? [pod.node] : []
  })

const makeOf = ({ image, privileged, runAsUser, runAsGroup, capabilities }: ContainerRow): string =>
  JSON.stringify([image, privileged, runAsUser, runAsGroup, capabilities?.add, capabilities?.drop])

/** Rows of a place that nobody named have an empty node. */
export const nodeNameOf = (about: Subject): string => (about.kind === 'node' ? about.name : '')

const identityOf = ({ uid, gid, groups, capabilities }: ProcessRow): Identity => ({
  uid,
  gid: gid ?? 0,
  ...(groups !== undefined && { groups }),
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
