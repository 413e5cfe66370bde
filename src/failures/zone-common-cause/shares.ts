/** What affected nodes have in common, and how likely that is by chance. */
import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import type { NodeRow, WorkerRow } from '#cluster/relations.ts'

/** A node, as whatever listed it tells. */
export interface Member {
  readonly name: string
  readonly isAffected: boolean
  /** By what it is called: `zone` → `dal12`. */
  readonly traits: ReadonlyMap<string, string>
  readonly from: Provenance
}

export interface Share {
  readonly trait: string
  readonly value: string
  /** Affected nodes: all of them have it. */
  readonly affected: readonly Member[]
  /** Nodes that have it and are well. */
  readonly well: number
  readonly nodes: number
  /** How likely it is that as many nodes, picked blindly, all have this; times the number of traits that were looked at. */
  readonly chance: number
}

const affectedMin = 3
const chanceMax = 0.01

/** Traits that all affected nodes share, and that chance does not explain; the least likely first. */
export function sharesOf(members: readonly Member[]): readonly Share[] {
  const affected = members.filter(({ isAffected }) => isAffected)
  if (affected.length < affectedMin || affected.length === members.length) return []
  const traits = [...new Set(members.flatMap((one) => [...one.traits.keys()]))].filter((trait) =>
    differs(members, trait),
  )
  return traits
    .flatMap((trait) => shareOf(trait, { members, affected, looks: traits.length }))
    .filter(({ chance }) => chance <= chanceMax)
    .toSorted((a, b) => a.chance - b.chance || (a.trait < b.trait ? -1 : 1))
}

/** Whether one affected node more, which may be so for a reason of its own, is all that stands against a share. */
export function isSpoiltByOne(members: readonly Member[]): boolean {
  const affected = members.filter(({ isAffected }) => isAffected)
  const traits = [...new Set(affected.flatMap((one) => [...one.traits.keys()]))]
  const outsiders = new Set(traits.flatMap((trait) => outsiderOf(affected, trait)))
  return [...outsiders].some((outsider) => sharesOf(members.filter((one) => one !== outsider)).length > 0)
}

/** Whether no node is well, of several that differ: what some of them share has nothing to be held against. */
export const isWithoutWell = (members: readonly Member[]): boolean =>
  members.length > affectedMin &&
  members.every(({ isAffected }) => isAffected) &&
  [...new Set(members.flatMap(({ traits }) => [...traits.keys()]))].some((trait) => differs(members, trait))

/** The only one with another value than all others have. */
function outsiderOf(affected: readonly Member[], trait: string): readonly Member[] {
  const groups = [...Map.groupBy(affected, ({ traits }) => traits.get(trait)).values()]
  const [alone] = groups.filter(({ length }) => length === 1)
  return groups.length === 2 && alone?.[0] !== undefined ? [alone[0]] : []
}

const differs = (members: readonly Member[], trait: string): boolean =>
  new Set(members.map(({ traits }) => traits.get(trait))).size > 1

function shareOf(
  trait: string,
  {
    members,
    affected,
    looks,
  }: { readonly members: readonly Member[]; readonly affected: readonly Member[]; readonly looks: number },
): readonly Share[] {
  const value = affected[0]?.traits.get(trait)
  if (value === undefined || !affected.every(({ traits }) => traits.get(trait) === value)) return []
  // A well node of which the trait is not known may have it.
  const having = members.filter(({ traits }) => (traits.get(trait) ?? value) === value).length
  const chance = looks * chanceOf({ nodes: members.length, having, picked: affected.length })
  return [{ trait, value, affected, well: having - affected.length, nodes: members.length, chance }]
}

/** Hypergeometric: that every one of `picked` nodes, of `nodes`, is among the `having` ones. */
export function chanceOf({
  nodes,
  having,
  picked,
}: {
  readonly nodes: number
  readonly having: number
  readonly picked: number
}): number {
  let chance = 1
  for (let at = 0; at < picked; at++) chance *= Math.max(0, having - at) / (nodes - at)
  return chance
}

/** All nodes that were listed, by Kubernetes or by the provider's own list of workers. */
export function membersOf(
  view: Reads<'nodes' | 'workers'>,
  isAffected: (name: string) => boolean,
): readonly Member[] {
  const workers = new Map(view.rows('workers').map((row) => [row.node ?? row.id, row]))
  const nodes = view.rows('nodes').filter(({ name }) => name !== '')
  const ofNodes = nodes.map((node): Member => {
    const worker = workers.get(node.name)
    return {
      name: node.name,
      isAffected: isAffected(node.name) || (worker !== undefined && isBad(worker)),
      traits: new Map([...(worker === undefined ? [] : traitsOfWorker(worker)), ...traitsOfNode(node)]),
      from: node.from,
    }
  })
  const known = new Set(nodes.map(({ name }) => name))
  const others = [...workers].filter(([name]) => !known.has(name))
  return [
    ...ofNodes,
    ...others.map(
      ([name, row]): Member => ({
        name,
        isAffected: isAffected(name) || isBad(row),
        traits: new Map(traitsOfWorker(row)),
        from: row.from,
      }),
    ),
  ]
}

/** @see https://cloud.ibm.com/docs/containers?topic=containers-worker-node-state-reference */
const isBad = ({ state, status = 'Ready' }: WorkerRow): boolean =>
  state === 'critical' || state === 'warning' || (state === 'normal' && status !== 'Ready')

type Trait = readonly [trait: string, value: string]

const traitsOfWorker = ({ zone, pool, vlan, version }: WorkerRow): readonly Trait[] =>
  told([
    ['zone', zone],
    ['worker pool', pool],
    ['VLAN or subnet', vlan],
    ['worker version', version],
  ])

function traitsOfNode({
  labels,
  kubeletVersion,
  kernelVersion,
  osImage,
  containerRuntime,
  internalIp,
  createdAtMs,
}: Fact<NodeRow>): readonly Trait[] {
  const isV4 = internalIp !== undefined && internalIp.split('.').length === 4
  return told([
    ...labelled.map(([key, trait]): readonly [string, string | undefined] => [trait, labels[key]]),
    ['kubelet version', kubeletVersion],
    ['kernel version', kernelVersion],
    ['operating system', osImage],
    ['container runtime', containerRuntime],
    ['network', isV4 ? `${internalIp.split('.').slice(0, 3).join('.')}.0/24` : undefined],
    ['day of creation', createdAtMs === undefined ? undefined : String(Math.floor(createdAtMs / dayMs))],
  ])
}

const dayMs = 86_400_000

const told = (traits: readonly (readonly [string, string | undefined])[]): readonly Trait[] =>
  traits.flatMap(([trait, value]) => (value === undefined || value === '' ? [] : [[trait, value] as const]))

/** Later ones win: the general labels over a provider's own. */
const labelled: readonly Trait[] = [
  ['ibm-cloud.kubernetes.io/zone', 'zone'],
  ['failure-domain.beta.kubernetes.io/zone', 'zone'],
  ['topology.kubernetes.io/zone', 'zone'],
  ['topology.kubernetes.io/region', 'region'],
  ['ibm-cloud.kubernetes.io/worker-pool-id', 'worker pool'],
  ['ibm-cloud.kubernetes.io/worker-pool-name', 'worker pool'],
  ['eks.amazonaws.com/nodegroup', 'node group'],
  ['cloud.google.com/gke-nodepool', 'node pool'],
  ['kubernetes.azure.com/agentpool', 'agent pool'],
  ['agentpool', 'agent pool'],
  ['ibm-cloud.kubernetes.io/subnet-id', 'VLAN or subnet'],
  ['privateVLAN', 'VLAN or subnet'],
  ['ibm-cloud.kubernetes.io/worker-version', 'worker version'],
  ['ibm-cloud.kubernetes.io/machine-type', 'machine type'],
  ['node.kubernetes.io/instance-type', 'machine type'],
  ['kubernetes.io/arch', 'processor'],
  ['rack', 'rack'],
]
