import { assert } from '#base/assert.ts'
import { type Random, seeded } from '#base/random.ts'
import type { Subject } from '#cluster/facts.ts'
import { clusterSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { faults } from '#failures/generated/faults.ts'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { type Fault, flavoursOf, type Strike } from '#lab/fault.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'

/** One of two faults of a lab. */
interface Half {
  readonly id: string
  readonly fault: Fault
  readonly strike: Strike
}

/** Two faults that one lab can have, and neither on what the other strikes. */
export interface Pair {
  readonly title: string
  readonly halves: readonly [Half, Half]
  readonly flavour: Flavour
  readonly seed: string
}

/** Names of the nodes are the flavour's; a pair names places. */
const places = [3, 2] as const // of five, two workers

/**
 * Every pair, drawn: which variants, in which flavour, in which order. The order is a shuffle, so that the first few are a
 * sample.
 */
export async function pairsOf(draw: string): Promise<readonly Pair[]> {
  const loaded = await Promise.all(
    Object.entries(faults).map(async ([id, load]) => ({ id, fault: await load() })),
  )
  return loaded
    .flatMap((one, index) =>
      loaded.slice(index + 1).flatMap((other) => drawn([one, other], `${draw}/${one.id}/${other.id}`)),
    )
    .map((pair) => ({ pair, at: seeded(`${draw}/${pair.title}`).next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ pair }) => pair)
}

type Candidate = Pick<Half, 'id' | 'fault'>

/** The pair with what chance chose for it; none where no lab can have both, or both strike the cluster. */
function drawn(both: readonly [Candidate, Candidate], seed: string): readonly Pair[] {
  const [one, other] = both
  if (!isOneLab(one.fault, other.fault)) return []
  const chance = seeded(seed)
  const half = ({ id, fault }: Candidate, place: number): Half => {
    const strike = { node: String(place), variant: chance.pick(Object.keys(fault.variants)) }
    return { id, fault, strike }
  }
  const placed = [half(one, places[0]), half(other, places[1])] as const
  const [mine, theirs] = placed.map(({ fault, strike }) => flavoursOf(fault, strike.variant))
  const flavours = mine?.filter((each) => theirs?.includes(each)) ?? []
  if (flavours.length === 0 || !areApart(placed)) return []
  const flavour = chance.pick(flavours)
  const halves = inOrder(placed, chance)
  const title = halves.map(({ id, strike }) => `${id} (${strike.variant})`).join(' + ')
  return [{ title, halves, flavour, seed }]
}

const isOneLab = ({ lab: one }: Fault, { lab: other }: Fault): boolean =>
  one?.encapsulation === undefined ||
  other?.encapsulation === undefined ||
  one.encapsulation === other.encapsulation

/**
 * What these change is rolled out with calico-node's DaemonSet, is read by every new calico-node, or is mended by one: two of them are
 * on one subject, whatever node each is meant for.
 */
const rolledOut: ReadonlySet<string> = new Set([
  'cpu-starved',
  'health-endpoint-unreachable',
  'image-host-incompatible',
  'image-unavailable',
  'ipam-tunnel-ip-conflict',
  'node-condition-misleading',
  'node-ip-autodetect-none',
  'node-ip-duplicate',
  'node-ip-not-on-host',
  'node-ip-wrong-interface',
  'node-name-mismatch',
  'oom-killed',
  'operator-migration-stuck',
  'pod-ip-forwarding-off',
  'sa-token-rejected',
])

/** New pods of the application, by which these are felt, end what is wrong about the pods that there were. */
const replacingPods: ReadonlySet<string> = new Set([
  'cidr-overlap-node-network',
  'cni-conf-conflict',
  'cni-http-proxy',
  'cni-token-expired',
  'ipam-blocks-exhausted',
  'ipam-no-pool',
  'nodename-file-missing',
])
const ofOnePod: ReadonlySet<string> = new Set(['ipam-tunnel-ip-conflict'])

/** A pool that goes takes the tunnels' addresses of its nodes along: in a lab with tunnels these are about the tunnels, too. */
const takingPools: ReadonlySet<string> = new Set([
  'cidr-overlap-node-network',
  'ipam-blocks-exhausted',
  'ipam-no-pool',
  'ippool-misconfigured',
])
const isOfTunnels = ({ fault }: Half): boolean =>
  fault.lab?.encapsulation !== undefined && fault.lab.encapsulation !== 'none'

/** Of these the second ends, or makes right, what the first is. */
const overtaken: readonly (readonly [string, string])[] = [
  // Its limit stands in the template, which goes with the DaemonSet.
  ['cpu-starved', 'calico-node-daemonset-missing'],
  // Whose nodes peer with the rack's router may do without a mesh, for all that the configuration says.
  ['bgp-peer-misconfigured', 'bgp-session-timers'],
  // calico-node, started anew everywhere, writes what was away or wrong: its plug-ins, their token, the node's name.
  ['image-host-incompatible', 'zone-common-cause'],
  ['cni-token-expired', 'zone-common-cause'],
  ['nodename-file-missing', 'zone-common-cause'],
  // Without a Typha it is ended and started anew every few minutes: it gives the tunnel another address than the pod's.
  ['ipam-tunnel-ip-conflict', 'typha-unhealthy'],
  // Its rollout goes on whenever the pod that keeps ending has come up for a moment.
  ['cni-token-expired', 'node-name-mismatch'],
  ['nodename-file-missing', 'node-name-mismatch'],
  ['cni-token-expired', 'operator-migration-stuck'],
  ['nodename-file-missing', 'operator-migration-stuck'],
]

/** These change what all nodes get: one that the other fault makes start anew has it as well. */
export const spreading: ReadonlySet<string> = new Set([
  ...rolledOut,
  'kube-proxy-down',
  'runtime-dir-permissions',
])

/** True of every node that is cut off, whatever cut it off: beside the fault that did it, it is no invention. */
export const consequences: ReadonlySet<string> = new Set(['kubelet-lost-contact'])

/** What is true, too, where one of these was done: as it is no invention, it may be found. */
const truths: ReadonlyMap<string, Truth> = new Map([
  // The kernel of each worker of that zone gives no more control groups until it is rebooted.
  ['zone-common-cause', { mode: 'worker-needs-reboot', on: zoneMates }],
  // The folder goes with the file that its image had prepared for a user without rights; the installer's own is root's alone.
  [
    'containerd-cni-dir-watch-lost',
    {
      mode: 'install-cni-host-write-failed',
      on: (lab, node) => Promise.resolve(lab.options.flavour === 'hardened' ? [nodeSubject(node)] : []),
    },
  ],
  // The folder goes with what Felix wrote for the plug-in: pods that come before a Felix does have an interface's own MTU.
  ['nodename-file-missing', { mode: 'mtu-mismatch', on: () => Promise.resolve([clusterSubject]) }],
])

interface Truth {
  readonly mode: string
  readonly on: (lab: Lab, node: string) => Promise<readonly Subject[]>
}

/** The nodes of this one's zone. */
async function zoneMates(lab: Lab, name: string): Promise<readonly Subject[]> {
  const nodes = await lab.kube.list<Node>({ type: resources.nodes })
  const zoneOf = (node: Node | undefined) => node?.metadata.labels?.['topology.kubernetes.io/zone']
  const zone = zoneOf(nodes.find(({ metadata }) => metadata.name === name))
  return nodes.filter((node) => zoneOf(node) === zone).map(({ metadata }) => nodeSubject(metadata.name))
}

const anyNodes = ['0', '1', '2', '3', '4']

const subjectsOf = ({ fault, strike }: Half, nodes: readonly string[]): readonly string[] =>
  fault.subjects(strike, nodes).map(renderSubject)

function areApart([one, other]: Pair['halves']): boolean {
  if (rolledOut.has(one.id) && rolledOut.has(other.id)) return false
  if ([one, other].some(({ id }) => ofOnePod.has(id)) && [one, other].some(({ id }) => replacingPods.has(id)))
    return false
  if (takingPools.has(one.id) && isOfTunnels(other)) return false
  if (takingPools.has(other.id) && isOfTunnels(one)) return false
  if (overtaken.some((both) => both.includes(one.id) && both.includes(other.id))) return false
  const taken = subjectsOf(one, anyNodes)
  return !subjectsOf(other, anyNodes).some((subject) => taken.includes(subject))
}

/** A machine that is off takes no command more; one whose kubelet makes no pod is given new ones all the same, and they never start. */
const disabling = ['runtime-cgroup-driver-mismatch', 'bgp-peer-node-down']

/**
 * A Typha that comes by manifest is rolled out with calico-node, as is what an update of the master brings: and a rollout waits for
 * each that is not ready.
 */
const rollsOut = ({ variant }: Strike): boolean =>
  variant.startsWith('manifest-') || variant === 'left-behind'

/** calico-node writes anew, when it starts, what was away or wrong: its file, its plug-ins, their token, its tunnel's address. */
const mendedByStart: ReadonlySet<string> = new Set([
  'cni-token-expired',
  'image-host-incompatible',
  'ipam-tunnel-ip-conflict',
  'nodename-file-missing',
])

const comesBefore = (one: Half, other: Half): boolean =>
  one.id === withProvidersWork ||
  rollsOut(one.strike) ||
  (one.strike.variant === ofOperator && cuttingOff.has(other.id)) ||
  ((rolledOut.has(one.id) || one.id === withoutPriority) && mendedByStart.has(other.id))

/**
 * An hour of the provider's work goes by: a refresh of the master writes anew what the provider keeps in a cluster, and what was tried
 * on a node before is in no event any more.
 */
const withProvidersWork = 'private-endpoint-without-vrf'

/** The operator carries it out, and may be on the node that is cut off from the API server's Service afterwards. */
const ofOperator = 'typha-limit'
const cuttingOff: ReadonlySet<string> = new Set([
  'apiserver-port-6443-blocked',
  'kube-proxy-down',
  'no-default-route',
  'service-ip-unreachable',
])

/** calico-node is rolled out without its priority, and nothing is wrong with it until a disk is full. */
const withoutPriority = 'disk-pressure-eviction'

/** Every Felix that starts switches it on again, and those of other nodes start when the machine of their Typha does: it comes last. */
const isEndedByFelix = ({ id }: Half): boolean => id === 'pod-ip-forwarding-off'

/**
 * What strikes the whole cluster comes second: it may take away what the other has to be done with (a DaemonSet, say); what
 * leaves a machine of no use comes after that.
 */
const inOrder = ([one, other]: Pair['halves'], chance: Random): Pair['halves'] => {
  const [mine, theirs] = [one, other].map(({ id }) => disabling.indexOf(id)) as [number, number]
  if (isEndedByFelix(one) || isEndedByFelix(other)) return isEndedByFelix(one) ? [other, one] : [one, other]
  if (comesBefore(one, other)) return [one, other]
  if (comesBefore(other, one)) return [other, one]
  if (mine !== theirs) return mine > theirs ? [other, one] : [one, other]
  const isLast = (half: Half): boolean => subjectsOf(half, anyNodes).includes('cluster')
  return isLast(one) || (!isLast(other) && chance.next() < 0.5) ? [other, one] : [one, other]
}

/** A mode, and on what it is found. */
export interface Named {
  readonly mode: string
  readonly subject: string
}

/** A healthy lab to which both have happened, one after the other, when every symptom is there; and who has what. */
export async function struckTwice({ halves, flavour, seed }: Pair): Promise<{
  readonly lab: Lab
  readonly expected: readonly Named[]
  /** What is true as well because of them. */
  readonly beside: readonly Named[]
}> {
  const [first, second] = halves
  const nodes = Math.max(5, first.fault.lab?.nodes ?? 0, second.fault.lab?.nodes ?? 0)
  const lab = await Lab.boot({ seed, flavour, ...first.fault.lab, ...second.fault.lab, nodes })
  const placed = halves.map((half) => ({ ...half, strike: placedIn(lab, half.strike) }))
  for (const { fault, strike } of placed) {
    await fault.change(lab, strike)
    await fault.trigger(lab, strike)
    await lab.advance(fault.settleMs(strike.variant))
  }
  const expected = placed.flatMap((half) =>
    subjectsOf(half, lab.nodes).map((subject) => ({ mode: half.id, subject })),
  )
  const beside = await Promise.all(placed.map((half) => besideOf(lab, half)))
  return { lab, expected, beside: beside.flat() }
}

async function besideOf(lab: Lab, { id, strike }: Half): Promise<readonly Named[]> {
  const truth = truths.get(id)
  const subjects = (await truth?.on(lab, strike.node)) ?? []
  return subjects.map((subject) => ({ mode: truth?.mode ?? id, subject: renderSubject(subject) }))
}

function placedIn(lab: Lab, strike: Strike): Strike {
  const node = lab.nodes[Number(strike.node)]
  assert(node !== undefined, 'labs of the laws have five nodes')
  return { ...strike, node }
}
