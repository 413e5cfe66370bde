/**
 * The tunnel devices, who is at their other ends, and the routes over them (projectcalico/calico:felix/dataplane/linux/
 * ipip_mgr.go, vxlan_mgr.go). IPIP's routes are BIRD's up to 3.32.
 *
 * Not imitated: WireGuard, IPv6, removal of tunl0 (the kernel's own device stays when its module is loaded).
 */

import type { IPAMBlock, IPPool, Node } from '#lab/api/objects.ts'
import { type ClusterNode, clusterNodes } from '#lab/calico/felix/cluster-nodes.ts'
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import type { Encapsulation } from '#lab/calico/felix/static-chains.ts'
import { fdbChanges, neighbourChanges } from '#lab/calico/felix/vxlan-peers.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { NetChange } from '#lab/network/ports.ts'

export interface TunnelInputs {
  readonly node: string
  readonly config: FelixConfig
  readonly encapsulation: Encapsulation
  readonly mtu: { readonly ipip: number; readonly vxlan: number }
  readonly nodes: readonly Node[]
  readonly blocks: readonly IPAMBlock[]
  readonly pools: readonly IPPool[]
}

export const ipipDevice = 'tunl0'
export const vxlanDevice = 'vxlan.calico'

/** Addresses of every host, and of those that may send VXLAN. */
export const hostSets = ({
  node,
  nodes,
}: TunnelInputs): { readonly all: readonly string[]; readonly others: readonly string[] } => {
  const known = [...clusterNodes(nodes).values()]
  return {
    all: known.map(({ address }) => address).sort(),
    others: known
      .filter(({ name }) => name !== node)
      .map(({ address }) => address)
      .sort(),
  }
}

export class Tunnels {
  readonly #p: Process
  readonly #log: Log
  readonly #made = new Set<string>()

  constructor(p: Process, log: Log) {
    this.#p = p
    this.#log = log
  }

  /**
   * Makes tunl0 what it should be. Felix has a thread of its own for that, which waits for no set, chain or route.
   *
   * @see projectcalico/calico:felix/dataplane/linux/int_dataplane.go (KeepIPIPDeviceInSync)
   */
  async applyIpip({ node, nodes, encapsulation, mtu }: TunnelInputs): Promise<void> {
    if (!encapsulation.ipip) return
    const link = this.#p.net.links().find(({ name }) => name === ipipDevice)
    const address = clusterNodes(nodes).get(node)?.ipipAddress
    await this.#try('Failed configure IPIP tunnel device, retrying...', 'ipip_mgr.go 98', async () => {
      if (!link) await this.#p.net.apply([{ op: 'link-add', name: ipipDevice, kind: 'ipip' }])
      await this.#settle(ipipDevice, { mtuBytes: mtu.ipip, address })
    })
  }

  /**
   * Makes the device of VXLAN what it should be, as {@link applyIpip} does in a thread of its own; what is refused is logged and tried again
   * at the next call. Answers those that it made anew.
   *
   * @see projectcalico/calico:felix/dataplane/linux/vxlan_mgr.go (KeepVXLANDeviceInSync), int_dataplane.go (cleanUpVXLANDevice)
   */
  async applyVxlan(inputs: TunnelInputs): Promise<ReadonlySet<string>> {
    this.#made.clear()
    if (inputs.encapsulation.vxlan) await this.#vxlan(inputs, ownOf(inputs))
    else await this.#removeVxlan()
    return new Set(this.#made)
  }

  /** Who is at the other ends: written with the routes, once sets and chains are. */
  async applyVxlanPeers(inputs: TunnelInputs): Promise<void> {
    const own = ownOf(inputs)
    if (!inputs.encapsulation.vxlan || own?.vxlanAddress === undefined) return
    if (this.#parentOf(own) === undefined) return
    await this.#try('Failed to synchronize VXLAN FDB entries, will retry...', 'vxlan_fdb.go 263', () =>
      this.#peers(inputs),
    )
  }

  async #vxlan(inputs: TunnelInputs, own: ClusterNode | undefined): Promise<void> {
    if (own?.vxlanAddress === undefined) {
      this.#log.info('vxlan_mgr.go 465', 'Missing local VTEP information, retrying...')
      return
    }
    const parent = this.#parentOf(own)
    if (parent === undefined) {
      this.#log.warn('vxlan_mgr.go 470', 'Failed to find parent device, retrying...', {
        error: raw(`unable to find parent interface with address ${own.address}`),
      })
      return
    }
    await this.#try('Failed to configure tunnel device, retrying...', 'vxlan_mgr.go 486', async () => {
      await this.#device(inputs, own, parent)
      await this.#settle(vxlanDevice, { mtuBytes: inputs.mtu.vxlan, address: own.vxlanAddress })
    })
  }

  #parentOf({ address }: ClusterNode): string | undefined {
    return this.#p.net.addresses().find((each) => each.address === address)?.link
  }

  /** Another device of our name is replaced; one of another name with our network is in the way. */
  async #device({ config, mtu }: TunnelInputs, own: ClusterNode, parent: string): Promise<void> {
    const wanted = {
      vni: config.vxlanVni,
      port: config.vxlanPort,
      local: own.address,
      parent,
      txChecksumOffload: false,
    }
    const link = this.#p.net.links().find(({ name }) => name === vxlanDevice)
    const problem = link && incompatibility(link, wanted, own)
    if (link && problem === undefined) return
    if (link) {
      this.#log.warn(
        'vxlan_mgr.go 600',
        `"${vxlanDevice}" exists with incompatible configuration: ${problem}; recreating device`,
      )
      await this.#p.net.apply([{ op: 'link-del', name: vxlanDevice }])
    }
    try {
      await this.#p.net.apply([
        {
          op: 'link-add',
          name: vxlanDevice,
          kind: 'vxlan',
          mac: own.vxlanMac,
          mtuBytes: mtu.vxlan,
          tunnel: wanted,
        },
      ])
      this.#made.add(vxlanDevice)
    } catch (error) {
      if (isErrno(error, 'EEXIST'))
        this.#log.error(
          'vxlan_mgr.go 578',
          'Failed to create VXLAN device. Another device with this VNI may already exist',
          { error: raw('file exists') },
        )
      throw error
    }
  }

  /** MTU, state and the one address. */
  async #settle(
    name: string,
    { mtuBytes, address }: { readonly mtuBytes: number; readonly address: string | undefined },
  ): Promise<void> {
    const { net } = this.#p
    const link = net.links().find((each) => each.name === name)
    const changes: NetChange[] = []
    if (link?.mtuBytes !== mtuBytes) changes.push({ op: 'link-set', name, mtuBytes })
    if (!link?.up) changes.push({ op: 'link-set', name, up: true })
    const present = net.addresses().filter((each) => each.link === name)
    for (const { address: foreign, prefixLength } of present)
      if (foreign !== address) changes.push({ op: 'address-del', link: name, address: foreign, prefixLength })
    if (address !== undefined && !present.some((each) => each.address === address))
      changes.push({ op: 'address-add', link: name, address, prefixLength: 32 })
    if (changes.length > 0) await net.apply(changes)
  }

  async #peers(inputs: TunnelInputs): Promise<void> {
    const { net } = this.#p
    const peers = [...clusterNodes(inputs.nodes).values()].filter(
      ({ name, vxlanAddress }) => name !== inputs.node && vxlanAddress !== undefined,
    )
    const changes = [
      ...neighbourChanges(
        net.neighbours().filter(({ link }) => link === vxlanDevice),
        peers,
      ),
      ...fdbChanges(
        net.fdb().filter(({ link }) => link === vxlanDevice),
        peers,
      ),
    ]
    if (changes.length > 0) await net.apply(changes)
  }

  async #removeVxlan(): Promise<void> {
    if (!this.#p.net.hasLink(vxlanDevice)) return
    await this.#try('Failed to clean up VXLAN device', 'vxlan_mgr.go 540', () =>
      this.#p.net.apply([{ op: 'link-del', name: vxlanDevice }]),
    )
  }

  async #try(says: string, at: string, act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#log.warn(at, says, { error: raw(error.message.toLowerCase()) })
    }
  }
}

const ownOf = ({ nodes, node }: TunnelInputs): ClusterNode | undefined => clusterNodes(nodes).get(node)

function incompatibility(
  link: {
    readonly mac: string
    readonly tunnel?: {
      readonly vni?: number
      readonly port?: number
      readonly local?: string
      readonly parent?: string
    }
  },
  wanted: { readonly vni: number; readonly port: number; readonly local: string; readonly parent: string },
  own: ClusterNode,
): string | undefined {
  const { vni, port, local, parent } = link.tunnel ?? {}
  if (vni !== wanted.vni) return `vni: ${wanted.vni} vs ${vni ?? 0}`
  if (port !== wanted.port) return `port: ${wanted.port} vs ${port ?? 0}`
  if (local !== wanted.local) return `vtep (external) IP: ${wanted.local} vs ${local ?? '<nil>'}`
  if (parent !== wanted.parent) return `vtep (external) interface: ${wanted.parent} vs ${parent ?? ''}`
  return link.mac === own.vxlanMac ? undefined : `vtep MAC: ${own.vxlanMac} vs ${link.mac}`
}
