import { equal } from '#base/equal.ts'
import { filterChains, filterHooks, natChains, natHooks } from '#lab/calico/felix/chains.ts'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { NetChange, Route, Rule, Table } from '#lab/network/ports.ts'

/** What Felix wants its node to be. */
export interface Desired {
  readonly workloads: readonly Workload[]
  /** CIDRs of every pool, and of those whose pods are masqueraded when they leave the pools. */
  readonly pools: readonly string[]
  readonly masqueraded: readonly string[]
}

/** How long a route that the CNI plugin made may wait for its pod to become known (felix/routetable). */
const graceMs = 10_000

/**
 * Brings the machine to what is desired (projectcalico/calico:felix/dataplane/linux). What already is so is not
 * touched. Refusals are logged and tried again at the next refresh.
 */
export class Dataplane {
  readonly #p: Process
  readonly #log: Log
  readonly #seenMs = new Map<string, number>()
  readonly #configured = new Set<string>()

  constructor(p: Process, log: Log) {
    this.#p = p
    this.#log = log
  }

  async apply(desired: Desired): Promise<void> {
    this.#noticeInterfaces()
    await this.applyFilters(desired)
    await this.#configureInterfaces(desired.workloads)
    await this.applyRoutes(desired.workloads)
  }

  async applyFilters({ workloads, pools, masqueraded }: Desired): Promise<void> {
    await this.#try('Failed to execute iptables-restore command', 'table.go 1291', async () => {
      const { net } = this.#p
      await this.#set('cali40all-ipam-pools', pools)
      await this.#set('cali40masq-ipam-pools', masqueraded)
      await restore(net.filter, filterChains(workloads), filterHooks)
      await restore(net.nat, natChains, natHooks)
    })
  }

  /** Routes to this node's pods: those missing are added, foreign ones on workload interfaces removed after a grace time. */
  async applyRoutes(workloads: readonly Workload[]): Promise<void> {
    const changes = this.#routeChanges(workloads)
    if (changes.length === 0) return
    for (const change of changes)
      await this.#try(
        'First attempt at updating routing table failed.  Retrying...',
        'route_table.go 652',
        () => this.#p.net.apply([change]),
      )
  }

  #routeChanges(workloads: readonly Workload[]): readonly NetChange[] {
    const { net } = this.#p
    const up = new Set(net.links().flatMap((link) => (link.up ? [link.name] : [])))
    const wanted = new Map(
      workloads.filter((each) => up.has(each.interface)).map((each) => [`${each.address}/32`, each]),
    )
    const present = net.routes().filter((route) => route.dev?.startsWith('cali'))
    const known = new Set(present.map((route) => `${route.destination} ${route.dev}`))
    const remove = present
      .filter((route) => wanted.get(route.destination)?.interface !== route.dev && this.#settled(route.dev))
      .map(
        (route): NetChange => ({ op: 'route-del', destination: route.destination, protocol: route.protocol }),
      )
    const add = [...wanted]
      .filter(([destination, each]) => !known.has(`${destination} ${each.interface}`))
      .map(([destination, each]): NetChange => ({ op: 'route-replace', route: podRoute(destination, each) }))
    return [...remove, ...add]
  }

  #settled(link: string | undefined): boolean {
    return this.#p.now() - (this.#seenMs.get(link ?? '') ?? this.#p.now()) >= graceMs
  }

  #noticeInterfaces(): void {
    const present = new Set(this.#p.net.links().map((link) => link.name))
    for (const link of present) if (!this.#seenMs.has(link)) this.#seenMs.set(link, this.#p.now())
    for (const link of [...this.#seenMs.keys()])
      if (!present.has(link)) {
        this.#seenMs.delete(link)
        this.#configured.delete(link)
      }
  }

  async #configureInterfaces(workloads: readonly Workload[]): Promise<void> {
    for (const { interface: link } of workloads) {
      if (!this.#seenMs.has(link) || this.#configured.has(link)) continue
      const done = await this.#try(
        'Failed to configure interface, will retry',
        'endpoint_mgr.go 853',
        async () => {
          for (const name of ['route_localnet', 'proxy_arp', 'forwarding'])
            await this.#p.files.write(`/proc/sys/net/ipv4/conf/${link}/${name}`, '1')
        },
      )
      if (done) this.#configured.add(link)
    }
  }

  async #set(name: string, members: readonly string[]): Promise<void> {
    const present = this.#p.net.sets()[name]
    if (equal(present, members)) return
    await this.#p.net.setMembers(name, members)
  }

  async #try(says: string, at: string, act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#log.warn(at, says, { error: raw(error.message.toLowerCase()) })
      return false
    }
  }
}

const podRoute = (destination: string, { interface: dev }: Workload): Route => ({
  destination,
  kind: 'unicast',
  dev,
  protocol: 'boot',
  scope: 'link',
})

/** Writes Felix's chains, removes those it no longer has, and hooks them into the kernel's: first, and last in FORWARD. */
async function restore(
  table: Table,
  chains: Readonly<Record<string, readonly Rule[]>>,
  hooks: typeof filterHooks,
): Promise<void> {
  const present = table.chains()
  const changed: Record<string, readonly Rule[]> = {}
  for (const name of Object.keys(present)) if (name.startsWith('cali-') && !chains[name]) changed[name] = []
  for (const [name, rules] of Object.entries(chains)) if (!equal(present[name], rules)) changed[name] = rules
  for (const [name, { first, last }] of Object.entries(hooks)) {
    const now = present[name] ?? []
    const foreign = now.filter((rule) => ![first, ...last].some((own) => equal(own, rule)))
    const wanted = [first, ...foreign, ...last]
    if (!equal(now, wanted)) changed[name] = wanted
  }
  if (Object.keys(changed).length > 0) await table.restore(changed)
}
