import type { BlockAffinity, DaemonSet, Deployment, Node, Pod } from '#lab/api/objects.ts'
import type { Lab } from '#lab/lab.ts'

/**
 * What keeps a lab from being well, in words; empty when every node is Ready, every pod of every set is ready and every BIRD
 * has all its sessions. Looks at the store and at the machines' connections, changes nothing.
 */
export function whatIsMissing(lab: Lab): readonly string[] {
  const { store } = lab.api.state
  const all = <T>(key: string): readonly T[] => store.list(key, {}) as unknown as readonly T[] // objects of that type only
  const nodes = all<Node>('/nodes')
  return [
    ...(nodes.length < lab.nodes.length
      ? [`${lab.nodes.length - nodes.length} nodes have not registered`]
      : []),
    ...nodes
      .filter((node) => !isTrue(node, 'Ready'))
      .map(({ metadata }) => `node ${metadata.name} is not Ready`),
    ...nodes
      .filter(
        (node) =>
          node.status.conditions?.every(
            ({ type, status }) => type !== 'NetworkUnavailable' || status !== 'False',
          ) ?? true,
      )
      .map(({ metadata }) => `calico-node has not started on ${metadata.name}`),
    ...all<DaemonSet>('apps/daemonsets')
      .filter(({ status }) => (status?.numberReady ?? 0) < Math.max(1, status?.desiredNumberScheduled ?? 1))
      .map(({ metadata }) => `DaemonSet ${metadata.name} is not ready everywhere`),
    ...all<Deployment>('apps/deployments')
      .filter(({ spec, status }) => Number(status?.availableReplicas ?? 0) < (spec.replicas ?? 1))
      .map(({ metadata }) => `Deployment ${metadata.name} is not available`),
    ...all<Pod>('/pods')
      .filter((pod) => !isTrue(pod, 'Ready') && pod.status.phase !== 'Succeeded')
      .map(({ metadata }) => `pod ${metadata.namespace}/${metadata.name} is not ready`),
    ...unestablished(lab, all<BlockAffinity>('crd.projectcalico.org/blockaffinities')),
  ]
}

const isTrue = ({ status }: Node | Pod, type: string): boolean =>
  status.conditions?.some((each) => each.type === type && each.status === 'True') === true

/** Machines that lack a BGP session with some other machine, or a route to some other machine's block. */
function unestablished(lab: Lab, affinities: readonly BlockAffinity[]): readonly string[] {
  return lab.nodes.flatMap((name) => {
    const machine = lab.machine(name)
    if (!machine.up) return [`${name} is down`]
    const peers = new Set(
      machine.net
        .connections()
        .filter(
          ({ local, remote, state }) =>
            state === 'ESTAB' && (local.endsWith(':179') || remote.endsWith(':179')),
        )
        .map(({ remote }) => remote.replace(/:\d+$/, '')),
    )
    const routes = new Set(machine.net.routes().map(({ destination }) => destination))
    return [
      ...(peers.size < lab.nodes.length - 1 ? [`${name} has BGP sessions with ${peers.size} nodes`] : []),
      ...affinities
        .filter(({ spec }) => spec.node !== name && !routes.has(spec.cidr))
        .map(({ spec }) => `${name} has no route to ${spec.cidr}`),
    ]
  })
}
