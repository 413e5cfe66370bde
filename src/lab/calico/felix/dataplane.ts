import type { Tables } from '#lab/calico/felix/chains.ts'
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { IpSets, type Sets } from '#lab/calico/felix/ip-sets.ts'
import { FelixRoutes } from '#lab/calico/felix/routes.ts'
import { FelixTables } from '#lab/calico/felix/tables.ts'
import { type TunnelInputs, Tunnels } from '#lab/calico/felix/tunnels.ts'
import { vxlanRoutes } from '#lab/calico/felix/vxlan-routes.ts'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** What Felix wants its node to be. */
export interface Desired {
  readonly tables: Tables
  readonly sets: Sets
  readonly workloads: readonly Workload[]
  readonly tunnels: TunnelInputs
}

/**
 * Brings the machine to what is desired (projectcalico/calico:felix/dataplane/linux/int_dataplane.go): sets, tables, devices,
 * routes. What already is so is not touched.
 */
export class Dataplane {
  readonly #p: Process
  readonly #log: Log
  readonly #configured = new Set<string>()
  readonly sets: IpSets
  readonly tables: FelixTables
  readonly #routes: FelixRoutes
  readonly #tunnels: Tunnels

  constructor(p: Process, log: Log, config: FelixConfig) {
    this.#p = p
    this.#log = log
    this.sets = new IpSets(p, log, releaseOf(p.version))
    this.tables = new FelixTables(p, log, config)
    this.#routes = new FelixRoutes(p, log, config)
    this.#tunnels = new Tunnels(p, log)
  }

  /** Throws FelixPanic when the kernel goes on refusing sets or rules. */
  async apply(
    { tables, sets, workloads, tunnels }: Desired,
    { resync }: { readonly resync: boolean },
  ): Promise<void> {
    await this.#tunnels.applyIpip(tunnels)
    const made = await this.#tunnels.applyVxlan(tunnels)
    const links = this.#routes.notice()
    for (const link of [...this.#configured]) if (!links.has(link)) this.#configured.delete(link)
    await this.sets.update(sets)
    await this.tables.apply(tables)
    await this.sets.removeOthers(sets)
    await this.#configureInterfaces(workloads, links)
    await this.#tunnels.applyVxlanPeers(tunnels)
    this.#routes.notice()
    await this.#routes.apply({ workloads, others: vxlanRoutes(tunnels), resync, made })
  }

  async #configureInterfaces(
    workloads: readonly Workload[],
    links: ReadonlyMap<string, boolean>,
  ): Promise<void> {
    for (const { interface: link } of workloads) {
      if (!links.has(link) || this.#configured.has(link)) continue
      try {
        for (const name of ['route_localnet', 'proxy_arp', 'forwarding'])
          await this.#p.files.write(`/proc/sys/net/ipv4/conf/${link}/${name}`, '1')
        this.#configured.add(link)
      } catch (error) {
        if (!isErrno(error)) throw error
        this.#log.warn('endpoint_mgr.go 853', 'Failed to configure interface, will retry', {
          error: raw(error.message.toLowerCase()),
          ifaceName: link,
        })
      }
    }
  }
}
