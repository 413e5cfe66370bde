import type { IPAMBlock, IPAMHandle, IPPool, KubeObject, Pod } from '#lab/api/objects.ts'
import { type Kube, resources } from '#lab/api/ports.ts'
import { optionValue } from '#lab/calico/calicoctl/ipam-change.ts'
import { boxTable } from '#lab/calico/calicoctl/node-status.ts'
import type { Process } from '#lab/host/ports.ts'
import { cidr, contains, ipv4, ipv4Text } from '#lab/network/address.ts'

const addressesOf = (text: string): number => 2 ** (32 - Number(text.split('/')[1] ?? 32))
const share = (part: number, whole: number): string =>
  `${shortly(part)} (${Math.round((100 * part) / whole)}%)`

/** Five digits, as Go's `%.5g` writes them: 65536, 2.6214e+05. */
function shortly(value: number): string {
  if (value < 1e5) return String(value)
  const [digits = '', power = ''] = value.toExponential(4).split('e+')
  return `${digits.replace(/\.?0+$/, '')}e+${power.padStart(2, '0')}`
}
const isIn = (outer: string, inner: string): boolean => contains(cidr(outer), ipv4(inner.split('/')[0] ?? ''))

interface Allocation {
  readonly address: string
  readonly handle: string
  readonly attributes: Readonly<Record<string, string>>
}

/** The addresses that a block gives away. */
function allocationsOf({ spec }: IPAMBlock): Allocation[] {
  const first = ipv4(spec.cidr.split('/')[0] ?? '')
  return spec.allocations.flatMap((index, ordinal) => {
    if (index === null || index === undefined) return []
    const attribute = spec.attributes[index]
    return [
      {
        address: ipv4Text((first + ordinal) >>> 0),
        handle: attribute?.handle_id ?? '',
        attributes: (attribute?.secondary ?? {}) as Readonly<Record<string, string>>, // strings in every version
      },
    ]
  })
}

/** `calicoctl ipam show [--show-blocks | --show-borrowed | --show-configuration | --ip=A]` (projectcalico/calico:calicoctl/calicoctl/commands/ipam/show.go). */
export async function ipamShow(p: Process, kube: Kube, words: readonly string[]): Promise<number> {
  const { items: pools } = await kube.list<IPPool>({ type: resources.ipPools })
  const { items: blocks } = await kube.list<IPAMBlock>({ type: resources.ipamBlocks })
  const ip = optionValue(words, '--ip')
  if (ip !== undefined) return showAddress(p, blocks, ip)
  if (words.includes('--show-borrowed')) return showBorrowed(p, blocks)
  if (words.includes('--show-configuration')) return showConfiguration(p, kube)
  const rows: string[][] = []
  for (const { spec } of pools) {
    const inside = blocks.filter((block) => isIn(spec.cidr, block.spec.cidr))
    const row = (grouping: string, text: string, used: number): string[] => {
      const total = addressesOf(text)
      return [grouping, text, shortly(total), share(used, total), share(total - used, total)]
    }
    const used = inside.reduce((sum, block) => sum + allocationsOf(block).length, 0)
    rows.push(row('IP Pool', spec.cidr, used))
    if (words.includes('--show-blocks'))
      for (const block of inside) rows.push(row('Block', block.spec.cidr, allocationsOf(block).length))
  }
  p.stdout.write(boxTable(['GROUPING', 'CIDR', 'IPS TOTAL', 'IPS IN USE', 'IPS FREE'], rows))
  return 0
}

function showAddress(p: Process, blocks: readonly IPAMBlock[], ip: string): number {
  const found = blocks.flatMap(allocationsOf).find(({ address }) => address === ip)
  if (found === undefined) {
    p.stdout.write(`${ip} is not assigned\n`)
    return 0
  }
  p.stdout.write(`IP ${ip} is in use\nAttributes:\n`)
  for (const [key, value] of Object.entries(found.attributes).sort()) p.stdout.write(`  ${key}: ${value}\n`)
  return 0
}

/** Addresses that a node has out of a block which is not its own. */
function showBorrowed(p: Process, blocks: readonly IPAMBlock[]): number {
  const rows = blocks.flatMap((block) => {
    const owner = (block.spec.affinity ?? '').replace(/^host:/, '')
    return allocationsOf(block)
      .filter(({ attributes }) => attributes['node'] !== undefined && attributes['node'] !== owner)
      .map(({ address, attributes: { node = '', namespace, pod, type = '' } }) => [
        ...[address, node, block.spec.cidr, owner],
        ...(pod === undefined ? [type, ''] : ['pod', `${namespace}/${pod}`]),
      ])
  })
  p.stdout.write(boxTable(['IP', 'BORROWING-NODE', 'BLOCK', 'BLOCK OWNER', 'TYPE', 'ALLOCATED-TO'], rows))
  return 0
}

async function showConfiguration(p: Process, kube: Kube): Promise<number> {
  const { items } = await kube.list<KubeObject & { readonly spec?: Readonly<Record<string, unknown>> }>({
    type: resources.ipamConfigs,
  })
  const spec = items[0]?.spec ?? {}
  p.stdout.write(
    boxTable(
      ['PROPERTY', 'VALUE'],
      [
        ['StrictAffinity', String(spec['strictAffinity'] ?? false)],
        ['AutoAllocateBlocks', String(spec['autoAllocateBlocks'] ?? true)],
        ['MaxBlocksPerHost', String(spec['maxBlocksPerHost'] ?? 0)],
      ],
    ),
  )
  return 0
}

/** `calicoctl ipam check` (projectcalico/calico:calicoctl/calicoctl/commands/ipam/check.go). */
export async function ipamCheck(p: Process, kube: Kube, words: readonly string[]): Promise<number> {
  const say = (line: string): void => p.stdout.write(`${line}\n`)
  const all = words.includes('--show-all-ips')
  const problems = all || words.includes('--show-problem-ips')
  say('Checking IPAM for inconsistencies...\n')
  say('Loading all IPAM blocks...')
  const { items: blocks } = await kube.list<IPAMBlock>({ type: resources.ipamBlocks })
  say(`Found ${blocks.length} IPAM blocks.`)
  for (const { spec } of blocks) say(` IPAM block ${spec.cidr} affinity=${spec.affinity ?? '<unset>'}:`)
  const allocations = blocks.flatMap(allocationsOf)
  say(`IPAM blocks record ${allocations.length} allocations.\n`)
  say('Loading all IPAM pools...')
  const pools = (await kube.list<IPPool>({ type: resources.ipPools })).items.filter(
    ({ spec }) => !spec.disabled,
  )
  for (const { spec } of pools) say(`  ${spec.cidr}`)
  say(`Found ${pools.length} active IP pools.\n`)
  say('Loading all nodes.')
  const { items: nodes } = await kube.list<KubeObject>({ type: resources.nodes })
  const tunnels = nodes.flatMap(({ metadata }) =>
    Object.entries(metadata.annotations ?? {})
      .filter(([key]) => key.endsWith('TunnelAddr'))
      .map(([, address]) => address),
  )
  say(`Found ${tunnels.length} node tunnel IPs.\n`)
  say('Loading all workload endpoints.')
  const pods = (await kube.list<Pod>({ type: resources.pods })).items.filter(
    ({ spec, status }) =>
      !spec.hostNetwork &&
      status?.podIP !== undefined &&
      !['Succeeded', 'Failed'].includes(status.phase ?? ''),
  )
  const workloads = pods.map(({ status }) => status?.podIP ?? '')
  say(`Found ${workloads.length} workload IPs.`)
  const inUse = new Set([...workloads, ...tunnels])
  say(`Workloads and nodes are using ${inUse.size} IPs.\n`)
  say('Loading all handles')
  const { items: handles } = await kube.list<IPAMHandle>({ type: resources.ipamHandles })
  topNodes(say, allocations)
  say('Scanning for IPs that are allocated but not actually in use...')
  const leaked = allocations.filter(({ address }) => !inUse.has(address))
  if (problems)
    for (const { address, attributes, handle } of leaked)
      say(`  ${address} leaked; attrs ${JSON.stringify(attributes)} handle ${handle}`)
  say(`Found ${leaked.length} IPs that are allocated in IPAM but not actually in use.`)
  say('Scanning for IPs that are in use by a workload or node but not allocated in IPAM...')
  const allocated = new Set(allocations.map(({ address }) => address))
  const unallocated = [...inUse].filter((address) => !allocated.has(address))
  const foreign = unallocated.filter((address) => !pools.some(({ spec }) => isIn(spec.cidr, address)))
  const missing = unallocated.filter((address) => !foreign.includes(address))
  if (problems) for (const address of missing) say(`  ${address} in use in a pool but not allocated`)
  say(`Found ${foreign.length} in-use IPs that are not in active IP pools.`)
  say(
    `Found ${missing.length} in-use IPs that are in active IP pools but have no corresponding IPAM allocation.\n`,
  )
  say('Scanning for IPAM handles with no matching IPs...')
  const used = new Set(allocations.map(({ handle }) => handle.toLowerCase()))
  const idle = handles.filter(({ metadata }) => !used.has(metadata.name))
  say(
    `Found ${idle.length} handles with no matching IPs (and ${handles.length - idle.length} handles with matches).`,
  )
  say('Scanning for IPs with missing handle...')
  const names = new Set(handles.map(({ metadata }) => metadata.name))
  const lost = [...used].filter((handle) => handle !== '' && !names.has(handle))
  say(`Found ${lost.length} handles mentioned in blocks with no matching handle resource.`)
  say(
    `Check complete; found ${leaked.length + foreign.length + missing.length + idle.length + lost.length} problems.`,
  )
  return 0
}

function topNodes(say: (line: string) => void, allocations: readonly Allocation[]): void {
  say('Looking for top (up to 20) nodes by allocations...')
  const counts = new Map<string, number>()
  for (const { attributes } of allocations) {
    const node = attributes['node'] ?? ''
    counts.set(node, (counts.get(node) ?? 0) + 1)
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a)
  for (const [node, count] of sorted.slice(0, 20)) say(`  ${node} has ${count} allocations`)
  const median = sorted[Math.floor(sorted.length / 2)]?.[1] ?? 0
  if (sorted.length > 0) say(`Node with most allocations has ${sorted[0]?.[1] ?? 0}; median is ${median}\n`)
}
