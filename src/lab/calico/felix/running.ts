/** Felix once it has its configuration: from what it watches to what its node is. */
import { equal } from '#base/equal.ts'
import type { FelixConfiguration, IPPool } from '#lab/api/objects.ts'
import type { Datastore } from '#lab/calico/datastore.ts'
import { Calm } from '#lab/calico/felix/calm.ts'
import { Renderer } from '#lab/calico/felix/chains.ts'
import { sameClusterNodes } from '#lab/calico/felix/cluster-nodes.ts'
import { type FelixConfig, felixConfig } from '#lab/calico/felix/config.ts'
import { Dataplane, type Desired } from '#lab/calico/felix/dataplane.ts'
import { configSources, nodeName } from '#lab/calico/felix/felix.ts'
import type { FelixHealth } from '#lab/calico/felix/health-server.ts'
import { resolveHostEndpoints } from '#lab/calico/felix/host-endpoint-chains.ts'
import { Inputs } from '#lab/calico/felix/inputs.ts'
import type { Sets } from '#lab/calico/felix/ip-sets.ts'
import { felixMemory } from '#lab/calico/felix/memory.ts'
import { serveMetrics } from '#lab/calico/felix/metrics.ts'
import { determineMtu, type Mtus } from '#lab/calico/felix/mtu.ts'
import { sets } from '#lab/calico/felix/names.ts'
import { FelixRestart } from '#lab/calico/felix/panic.ts'
import type { Policy } from '#lab/calico/felix/policy/model.ts'
import { neededSets } from '#lab/calico/felix/policy/sets.ts'
import type { Encapsulation } from '#lab/calico/felix/static-chains.ts'
import { Throttle } from '#lab/calico/felix/throttle.ts'
import { hostSets, type TunnelInputs } from '#lab/calico/felix/tunnels.ts'
import { Workloads } from '#lab/calico/felix/workloads.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import type { Wakeup } from '#lab/calico/wakeup.ts'
import type { Process } from '#lab/host/ports.ts'

interface Context {
  readonly log: Log
  readonly health: FelixHealth
  readonly config: FelixConfig
  /** What was configured, by parameter. */
  readonly values: Readonly<Record<string, string>>
  readonly datastore: Datastore
  readonly wakeup: Wakeup
  /** Whether Felix must end, since the datastore is lost for good. */
  readonly ended: () => boolean
}

export class RunningFelix {
  readonly #p: Process
  readonly #o: Context
  readonly #node: string
  readonly #wakeup: Wakeup
  readonly #inputs: Inputs
  readonly #calm: Calm
  readonly #dataplane: Dataplane
  readonly #renderer = new Renderer()
  readonly #workloads = new Workloads()
  readonly #throttle: Throttle
  /** What the node was made to be last. */
  #applied: Desired | undefined
  /** Interfaces of pods have come or gone since. */
  #relinked = false
  #encapsulation: Encapsulation = { ipip: false, vxlan: false }
  #mtus: Mtus = { ipip: 0, vxlan: 0, pod: 0 }
  #links = ''
  /** Whether the kernel's routes are to be read anew: at the start, and every RouteRefreshInterval. */
  #resync = true
  #seen: readonly FelixConfiguration[] | undefined
  /** For the metrics. */
  active: { readonly endpoints: number; readonly policies: readonly Policy[] } = {
    endpoints: 0,
    policies: [],
  }

  constructor(p: Process, o: Context) {
    this.#p = p
    this.#o = o
    this.#node = nodeName(p)
    this.#calm = new Calm(p, o.log)
    this.#throttle = new Throttle(p, o.log)
    this.#dataplane = new Dataplane(p, this.#calm.log, o.config)
    this.#wakeup = o.wakeup
    this.#inputs = new Inputs(o.datastore, {
      node: this.#node,
      release: releaseOf(p.version),
      onChange: () => this.#wakeup.tell(),
    })
  }

  /** Until it has ended. Throws FelixRestart, FelixPanic. */
  async run(): Promise<void> {
    const { log, health, config } = this.#o
    log.info('daemon.go 629', 'Started the processing graph')
    if (!(await this.#known((self) => this.#inputs.untilSynced(self)))) return
    this.#encapsulation = encapsulationOf(config, this.#inputs.pools.list())
    const { ipip, vxlan } = this.#encapsulation
    const forTunnels = (self: Process): Promise<void> => this.#inputs.watchForTunnels(self, { blocks: vxlan })
    if ((ipip || vxlan) && !(await this.#known(forTunnels))) return
    log.info('daemon.go 1266', 'Datastore now in sync.')
    health.ready('CalculationGraph')
    this.#mtus = await determineMtu(this.#p, log, { config, encapsulation: this.#encapsulation })
    if (config.metricsEnabled)
      await serveMetrics(this.#p, log, { config, felix: this, dataplane: this.#dataplane })
    this.#p.thread('interfaces', (self) => this.#watchInterfaces(self))
    this.#p.thread('refresh', (self) => this.#refresh(self))
    for (;;) {
      await this.#restartIfNeeded()
      const forPolicies = (self: Process): Promise<void> => this.#inputs.untilPolicyInputs(self)
      if (!this.#inputs.knowsPolicyInputs && !(await this.#known(forPolicies))) return
      const desired = this.#desired()
      const isNeeded = this.#needsSync(desired)
      if (isNeeded && !this.#throttle.admits()) await this.#p.sleep(this.#throttle.waitMs)
      else {
        if (isNeeded) await this.#apply(desired)
        await this.#wakeup.wait(this.#p)
      }
      if (this.#o.ended()) return
    }
  }

  /** Whether the node may be another one than it should be: not if what would change nothing has already been seen to change nothing. */
  #needsSync(desired: Desired): boolean {
    const applied = this.#applied
    return (
      applied === undefined || this.#resync || this.#relinked || !this.#calm.is || !isSame(applied, desired)
    )
  }

  async #apply(desired: Desired): Promise<void> {
    this.#p.useMemory(felixMemory(desired, this.active.policies.length))
    const resync = this.#resync
    this.#resync = false
    this.#relinked = false
    await this.#calm.looking(() => this.#dataplane.apply(desired, { resync }))
    if (this.#applied === undefined) this.#started()
    this.#applied = desired
  }

  /** Waits for what is asked of the datastore; false when Felix must end before it came. */
  async #known(ask: (self: Process) => Promise<void>): Promise<boolean> {
    let done = false
    this.#p.thread('sync', async (self) => {
      await ask(self)
      done = true
      this.#wakeup.tell()
    })
    while (!done) {
      await this.#wakeup.wait(this.#p)
      if (this.#o.ended()) return false
    }
    return true
  }

  #started(): void {
    this.#o.log.info('int_dataplane.go 1998', 'Completed first update to dataplane.')
    this.#o.health.ready('InternalDataplaneMainLoop')
  }

  /** Felix takes a changed configuration, or another encapsulation, by starting anew. */
  async #restartIfNeeded(): Promise<void> {
    const { log, config } = this.#o
    const configurations = this.#inputs.configurations.list()
    if (configurations !== this.#seen) await this.#compare(configurations)
    this.#seen = configurations
    const { ipip, vxlan } = encapsulationOf(config, this.#inputs.pools.list())
    if (ipip === this.#encapsulation.ipip && vxlan === this.#encapsulation.vxlan) return
    log.warn('daemon.go 1240', 'IPIP and/or VXLAN encapsulation changed, need to restart.')
    this.#restart('encapsulation changed', 'Exiting for encapsulation change')
  }

  async #compare(configurations: readonly FelixConfiguration[]): Promise<void> {
    const { log, values } = this.#o
    const { raw: now } = felixConfig(await configSources(this.#p, configurations), releaseOf(this.#p.version))
    for (const name of new Set([...Object.keys(values), ...Object.keys(now)]))
      if (values[name] !== now[name]) {
        log.info('daemon.go 1195', 'Configuration value changed; change DOES require Felix to restart.', {
          key: name,
          old: values[name] ?? '',
          new: now[name] ?? '',
        })
        this.#restart('config changed', 'Exiting for config change')
      }
  }

  #restart(reason: string, says: string): never {
    const { log } = this.#o
    log.warn('daemon.go 739', 'Felix is shutting down', { reason: raw(reason) })
    log.info('daemon.go 825', says)
    throw new FelixRestart(reason)
  }

  #desired(): Desired {
    const { config } = this.#o
    const { policies, tiers, directory, selectables, hostEndpoints, pods } = this.#inputs
    const workloads = this.#workloads.of(pods.list(), this.#node, directory)
    const pools = this.#inputs.pools.list()
    const masquerades = pools.some(({ spec }) => spec.natOutgoing)
    const hosts = resolveHostEndpoints(hostEndpoints.list(), this.#node, this.#p.net.addresses())
    const encapsulation = this.#encapsulation
    const { tables, active } = this.#renderer.render({
      config,
      encapsulation,
      workloads,
      hostEndpoints: hosts,
      policies,
      tiers,
      masquerades,
    })
    this.active = { endpoints: workloads.length + hosts.length, policies: active }
    const tunnels: TunnelInputs = {
      node: this.#node,
      config,
      encapsulation,
      mtu: this.#mtus,
      nodes: this.#inputs.nodes,
      blocks: this.#inputs.blocks,
      pools,
    }
    const forPolicies = neededSets(active).map(({ name, members }) => [name, members(selectables)] as const)
    return {
      tables,
      workloads,
      tunnels,
      sets: { ...this.#staticSets(pools, tunnels), ...Object.fromEntries(forPolicies) },
    }
  }

  #staticSets(pools: readonly IPPool[], tunnels: TunnelInputs): Sets {
    const { all, others } = hostSets(tunnels)
    const cidrs = (some: readonly IPPool[]): readonly string[] => some.map(({ spec }) => spec.cidr).sort()
    return {
      [sets.allPools]: cidrs(pools),
      [sets.masqueraded]: cidrs(pools.filter(({ spec }) => spec.natOutgoing)),
      [sets.thisHost]: this.#ownAddresses(),
      ...(this.#encapsulation.ipip ? { [sets.allHosts]: all } : {}),
      ...(this.#encapsulation.vxlan ? { [sets.allVxlan]: others } : {}),
    }
  }

  /** Those of the host's own interfaces (felix/dataplane/linux/hostip_mgr.go). */
  #ownAddresses(): readonly string[] {
    const { interfacePrefixes } = this.#o.config
    const isHosts = (link: string): boolean => !interfacePrefixes.some((prefix) => link.startsWith(prefix))
    return this.#p.net
      .addresses()
      .flatMap(({ link, address }) => (isHosts(link) ? [address] : []))
      .sort()
  }

  /** Interfaces that come and go are answered at once; other changes wait for the refresh. */
  async #watchInterfaces(self: Process): Promise<void> {
    for (;;) {
      await self.net.changed(self.task)
      const { interfacePrefixes } = this.#o.config
      const links = self.net
        .links()
        .filter(({ name, up }) => up && interfacePrefixes.some((prefix) => name.startsWith(prefix)))
        .map((link) => link.name)
        .join()
      if (links === this.#links) continue
      this.#links = links
      this.#relinked = true
      this.#wakeup.tell()
    }
  }

  async #refresh(self: Process): Promise<void> {
    for (;;) {
      await this.#calm.pause(self, this.#o.config.routeRefreshMs)
      this.#resync = true
      this.#wakeup.tell()
    }
  }
}

/** Lists are told by their identity: who makes them keeps those that say the same. */
const isSame = (a: Desired, b: Desired): boolean =>
  a.tables === b.tables &&
  a.workloads === b.workloads &&
  a.tunnels.mtu === b.tunnels.mtu &&
  sameClusterNodes(a.tunnels.nodes, b.tunnels.nodes) &&
  a.tunnels.blocks === b.tunnels.blocks &&
  a.tunnels.pools === b.tunnels.pools &&
  equal(a.sets, b.sets)

/** As configured; else as some pool asks (felix/calc/encapsulation_resolver.go). */
function encapsulationOf(
  { ipipEnabled, vxlanEnabled }: FelixConfig,
  pools: readonly IPPool[],
): Encapsulation {
  const asks = (mode: 'ipipMode' | 'vxlanMode'): boolean =>
    pools.some(({ spec }) => (spec[mode] ?? 'Never') !== 'Never')
  return { ipip: ipipEnabled ?? asks('ipipMode'), vxlan: vxlanEnabled ?? asks('vxlanMode') }
}
