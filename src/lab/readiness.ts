import { asObject } from '#lab/api/json.ts'
import type { BlockAffinity, Node, Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import type { Lab } from '#lab/lab.ts'
import type { Route } from '#lab/network/ports.ts'
import { stored } from '#lab/stored.ts'

/** Whether nothing is missing. Stops looking at the first thing that is. */
export const isWell = (lab: Lab): boolean => missing(lab).next().done === true

/**
 * What keeps a lab from being well, in words; empty when every node is Ready, every pod of every set is ready and every BIRD
 * has all its sessions. Looks at the store and at the machines' connections, changes nothing.
 */
export const whatIsMissing = (lab: Lab): readonly string[] => [...missing(lab)]

/** What is there early in a boot comes first, what takes long to look at last. */
function* missing(lab: Lab): Generator<string, undefined> {
  const nodes = stored(lab, '/nodes')
  if (nodes.length < lab.nodes.length) yield `${lab.nodes.length - nodes.length} nodes have not registered`
  for (const node of nodes) if (!isTrue(node, 'Ready')) yield `node ${node.metadata.name} is not Ready`
  for (const node of nodes)
    if (!hasNetwork(node)) yield `calico-node has not started on ${node.metadata.name}`
  for (const { metadata, status } of stored(lab, 'apps/daemonsets'))
    if ((status?.numberReady ?? 0) < Math.max(1, status?.desiredNumberScheduled ?? 1))
      yield `DaemonSet ${metadata.name} is not ready everywhere`
  for (const { metadata, spec, status } of stored(lab, 'apps/deployments'))
    if (Number(status?.availableReplicas ?? 0) < (spec.replicas ?? 1))
      yield `Deployment ${metadata.name} is not available`
  for (const pod of stored(lab, '/pods'))
    if (!isTrue(pod, 'Ready') && !hasEnded(pod))
      yield `pod ${pod.metadata.namespace}/${pod.metadata.name} is not ready`
  const affinities = stored(lab, 'crd.projectcalico.org/blockaffinities')
  const sessions = sessionsWanted(lab)
  for (const name of lab.nodes) yield* unconnected(lab, name, { affinities, sessions })
  return undefined
}

/**
 * The nodes that nobody can count on now: switched off, not Ready, or without a single way to the others (no BGP session
 * where there are some, no route to any block of theirs). Looks as {@link isWell} does.
 */
export function nodesCutOff(lab: Lab): readonly string[] {
  const ready = new Set(
    stored(lab, '/nodes')
      .filter((node) => isTrue(node, 'Ready') && hasNetwork(node))
      .map(({ metadata }) => metadata.name),
  )
  const affinities = stored(lab, 'crd.projectcalico.org/blockaffinities')
  const sessions = sessionsWanted(lab)
  return lab.nodes.filter((name) => {
    const machine = lab.machine(name)
    if (!machine.up || !ready.has(name)) return true // one that is being built anew has never had a network
    if (sessions > 0 && neighbours(machine.net).size === 0) return true
    const foreign = affinities.filter(({ spec }) => spec.node !== name)
    const routes = destinations(machine.net.routes())
    return foreign.length > 0 && !foreign.some(({ spec }) => routes.has(spec.cidr))
  })
}

/** How many pods are to run and are not ready; those that are being deleted are not counted. */
export const podsNotReady = (lab: Lab): number =>
  stored(lab, '/pods').filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      pod.status.phase !== 'Succeeded' &&
      !isTrue(pod, 'Ready'),
  ).length

const isTrue = ({ status }: Node | Pod, type: string): boolean =>
  status.conditions?.some((each) => each.type === type && each.status === 'True') === true

const hasNetwork = ({ status }: Node): boolean =>
  status.conditions?.some((each) => each.type === 'NetworkUnavailable' && each.status === 'False') === true

/** How many neighbours each BIRD has at least: everybody in a mesh, somebody where BGPPeers say who. */
function sessionsWanted(lab: Lab): number {
  if (lab.options.backend === 'vxlan') return 0
  const { store } = lab.api.state
  const spec = store.get('crd.projectcalico.org/bgpconfigurations', 'default')?.spec
  if (asObject(spec).nodeToNodeMeshEnabled !== false) return lab.nodes.length - 1
  return store.list('crd.projectcalico.org/bgppeers').length > 0 ? 1 : 0
}

/** What a machine lacks: a BGP session with some other machine, a route to some other machine's block. */
function* unconnected(
  lab: Lab,
  name: string,
  { affinities, sessions }: { readonly affinities: readonly BlockAffinity[]; readonly sessions: number },
): Generator<string> {
  const machine = lab.machine(name)
  if (!machine.up) {
    yield `${name} is down`
    return
  }
  const peers = neighbours(machine.net)
  if (peers.size < sessions) yield `${name} has BGP sessions with ${peers.size} nodes`
  const routes = destinations(machine.net.routes())
  for (const { spec } of affinities)
    if (spec.node !== name && !routes.has(spec.cidr)) yield `${name} has no route to ${spec.cidr}`
}

/** The addresses with which a BGP session is established. */
const neighbours = (net: LabMachine['net']): ReadonlySet<string> =>
  new Set(
    net
      .connections()
      .filter(
        ({ local, remote, state }) =>
          state === 'ESTAB' && (local.endsWith(':179') || remote.endsWith(':179')),
      )
      .map(({ remote }) => remote.replace(/:\d+$/, '')),
  )

const known = new WeakMap<readonly Route[], ReadonlySet<string>>()

/** A namespace answers the same list until a route changes. */
function destinations(routes: readonly Route[]): ReadonlySet<string> {
  let found = known.get(routes)
  if (found === undefined) {
    found = new Set(routes.map(({ destination }) => destination))
    known.set(routes, found)
  }
  return found
}
