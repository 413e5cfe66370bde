/**
 * `calico-node -allocate-tunnel-addrs`: an address from a pool for each tunnel device of this node, kept in an annotation of
 * the Node, from where every Felix and BIRD reads it (projectcalico/calico:node/pkg/allocateip/allocateip.go).
 *
 * Not imitated: WireGuard's and IPv6's addresses.
 */
import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { informer } from '#lab/api/informer.ts'
import type { IPAMBlock, IPPool, Node } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { contains, toPrefix } from '#lab/calico/bird/prefix.ts'
import { datastoreError } from '#lab/calico/errors.ts'
import { addressOf } from '#lab/calico/ipam/block.ts'
import { Ipam, IpamError } from '#lab/calico/ipam/ipam.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { Exit, exiting } from '#lab/calico/node/exit.ts'
import { serviceLog } from '#lab/calico/node/service-log.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import type { Process } from '#lab/host/ports.ts'

interface TunnelKind {
  readonly mode: 'ipipMode' | 'vxlanMode'
  readonly annotation: string
  readonly handle: string
  readonly type: string
}

const kinds: readonly TunnelKind[] = [
  {
    mode: 'ipipMode',
    annotation: 'projectcalico.org/IPv4IPIPTunnelAddr',
    handle: 'ipip-tunnel-addr',
    type: 'ipipTunnelAddress',
  },
  {
    mode: 'vxlanMode',
    annotation: 'projectcalico.org/IPv4VXLANTunnelAddr',
    handle: 'vxlan-tunnel-addr',
    type: 'vxlanTunnelAddress',
  },
]

const retryMs = 10_000

export const allocateTunnelAddresses = (p: Process, once: boolean): Promise<number> =>
  exiting(async () => {
    const log = serviceLog(p, 'tunnel-ip-allocator')
    const node = p.env.NODENAME
    if (node === undefined || node === '') {
      log.fatal('allocateip.go 79', 'NODENAME environment is not set')
      throw new Exit(1)
    }
    const allocator = new Allocator(inClusterKube(p), log, node)
    if (!once) return follow(p, allocator)
    try {
      await allocator.reconcile()
    } catch (error) {
      if (!isRefusal(error)) throw error
      log.fatal('allocateip.go 235', wordsOf(error), {})
      throw new Exit(1)
    }
    return 0
  })

/**
 * Looks again whenever a pool changes, and at nothing else: an annotation that somebody changes, or an address that somebody gives
 * back, stays so until the next start (the Node counts for WireGuard's keys only; releases from 2026 on look every five minutes).
 */
async function follow(p: Process, allocator: Allocator): Promise<number> {
  const wakeup = new Wakeup()
  const onChange = (): void => wakeup.tell()
  const pools = informer<IPPool>(p, inClusterKube(p), { type: resources.ipPools }, { onChange })
  await pools.untilSynced(p.task)
  for (;;) {
    try {
      if (pools.list().some(encapsulates)) await allocator.reconcile()
    } catch (error) {
      if (!isRefusal(error)) throw error
      allocator.log.warn('allocateip.go 160', 'failed to reconcile tunnel address', {
        error: raw(error.message),
      })
      p.task.after(retryMs, onChange)
    }
    await wakeup.wait(p)
  }
}

const encapsulates = ({ spec }: IPPool): boolean =>
  kinds.some(({ mode }) => (spec[mode] ?? 'Never') !== 'Never')

const isRefusal = (error: unknown): error is Error =>
  error instanceof IpamError || error instanceof KubeError || error instanceof KubeUnreachable

function wordsOf(error: Error): string {
  if (error instanceof IpamError) return `Unable to autoassign an address: ${error.message}`
  return `Unable to query IP pool configuration: ${datastoreError(error, 'IPPool').text}`
}

class Allocator {
  readonly log: Log
  readonly node: string
  readonly #kube: KubeClient
  readonly #ipam: Ipam

  constructor(kube: KubeClient, log: Log, node: string) {
    this.#kube = kube
    this.log = log
    this.node = node
    this.#ipam = new Ipam(kube)
  }

  async reconcile(): Promise<void> {
    const { items } = await this.#kube.list<IPPool>({ type: resources.ipPools })
    let node: Node | undefined
    for (const kind of kinds) {
      const pools = items.filter(({ spec }) => !spec.disabled && (spec[kind.mode] ?? 'Never') !== 'Never')
      if (pools.length === 0 && !items.some(encapsulates)) continue
      node ??= await this.#kube.get<Node>({ type: resources.nodes, name: this.node })
      await this.#reconcile(kind, pools, node.metadata.annotations?.[kind.annotation])
    }
  }

  async #reconcile(kind: TunnelKind, pools: readonly IPPool[], current: string | undefined): Promise<void> {
    const fields = { currentAddr: current ?? '', type: kind.type }
    if (pools.length === 0) {
      if (current !== undefined) await this.#remove(kind)
      return
    }
    if (current === undefined) {
      this.log.info('allocateip.go 322', 'Assign a new tunnel address', { type: kind.type })
      return this.#assign(kind, pools)
    }
    if (!pools.some(({ spec }) => contains(toPrefix(spec.cidr), toPrefix(`${current}/32`)))) {
      this.log.info(
        'allocateip.go 303',
        'Current address is not in a valid pool, release it and reassign',
        fields,
      )
      await this.#ipam.release(this.#handle(kind))
      return this.#assign(kind, pools)
    }
    const holder = await this.#holder(current)
    if (holder === this.#handle(kind)) {
      this.log.info('allocateip.go 278', 'Current address is still valid, do nothing', fields)
      return
    }
    this.log.info(
      'allocateip.go 290',
      holder === undefined
        ? 'Current address is not assigned, assign a new one'
        : 'Current address is occupied, assign a new one',
      fields,
    )
    await this.#assign(kind, pools)
  }

  #handle({ handle }: TunnelKind): string {
    return `${handle}-${this.node}`
  }

  async #assign(kind: TunnelKind, pools: readonly IPPool[]): Promise<void> {
    const names = new Set(pools.map(({ metadata }) => metadata.name))
    const { address } = await this.#ipam.assign({
      node: this.node,
      handle: this.#handle(kind),
      attributes: { node: this.node, type: kind.type },
      from: { use: 'Tunnel', has: ({ metadata }) => names.has(metadata.name) },
    })
    await this.#annotate(kind, address)
    this.log.info('allocateip.go 494', 'Assigned tunnel address to node', {
      IP: address,
      node: this.node,
      type: kind.type,
    })
  }

  async #remove(kind: TunnelKind): Promise<void> {
    await this.#ipam.release(this.#handle(kind))
    await this.#annotate(kind, null)
  }

  async #annotate({ annotation }: TunnelKind, value: string | null): Promise<void> {
    const body = { metadata: { annotations: { [annotation]: value } } }
    await this.#kube.patch(
      { type: resources.nodes, name: this.node },
      { type: 'merge', body },
      { subresource: 'status' },
    )
  }

  /** By which handle an address is held; undefined when by none. */
  async #holder(address: string): Promise<string | undefined> {
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    for (const { spec } of items) {
      if (!contains(toPrefix(spec.cidr), toPrefix(`${address}/32`))) continue
      const ordinal = spec.allocations.findIndex((_, index) => addressOf(spec, index) === address)
      const attribute = spec.allocations[ordinal]
      return attribute === null || attribute === undefined ? undefined : spec.attributes[attribute]?.handle_id
    }
    return undefined
  }
}
