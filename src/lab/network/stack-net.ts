import { Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { applyChange } from '#lab/network/changes.ts'
import type {
  Address,
  Connection,
  FdbEntry,
  Hop,
  Link,
  Listener,
  Neighbour,
  Net,
  NetChange,
  ProbeOutcome,
  Route,
  SetMaker,
  Table,
  Tables,
} from '#lab/network/ports.ts'
import { type ProbeQuestion, probed, traced } from '#lab/network/probe.ts'
import type { Owner } from '#lab/network/sockets.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { trackedCount } from '#lab/network/tracked.ts'

/** A namespace as a program sees it that may do everything. */
export class StackNet implements Net {
  readonly stack: SimStack
  readonly name: string
  /** Whose its sockets are. */
  readonly #owner: Owner | undefined

  constructor(stack: SimStack, owner?: Owner) {
    this.stack = stack
    this.name = stack.name
    this.#owner = owner
  }

  get filter(): Table {
    return this.stack.netfilter.tables.filter
  }

  get nat(): Table {
    return this.stack.netfilter.tables.nat
  }

  get raw(): Table {
    return this.stack.netfilter.tables.raw
  }

  get mangle(): Table {
    return this.stack.netfilter.tables.mangle
  }

  get legacy(): Tables {
    return this.stack.netfilter.legacyTables
  }

  links(): readonly Link[] {
    return this.stack.devices.shown()
  }

  hasLink(name: string): boolean {
    return this.stack.devices.has(name)
  }

  addresses(): readonly Address[] {
    return this.stack.devices.addresses
  }

  routes(): readonly Route[] {
    return this.stack.table.list()
  }

  neighbours(): readonly Neighbour[] {
    return this.stack.neighbourTable.list()
  }

  fdb(): readonly FdbEntry[] {
    return this.stack.neighbourTable.fdb()
  }

  sysctl(name: string): string | undefined {
    if (name === 'net.netfilter.nf_conntrack_count') return String(trackedCount(this.stack))
    return this.stack.sysctls.get(name)
  }

  async apply(changes: readonly NetChange[]): Promise<void> {
    for (const change of changes) applyChange(this.stack, change)
  }

  sets(): ReturnType<Net['sets']> {
    return this.stack.ipSets.list()
  }

  setKind(name: string): ReturnType<Net['setKind']> {
    return this.stack.ipSets.kind(name)
  }

  async setMembers(name: string, members: readonly string[], by: SetMaker = usualMaker): Promise<void> {
    this.stack.netfilter.setMembers(name, members, by)
  }

  async swapSets(name: string, other: string): Promise<void> {
    this.stack.netfilter.swapSets(name, other)
  }

  async removeSet(name: string): Promise<void> {
    this.stack.netfilter.removeSet(name)
  }

  changed(by: Task): Promise<void> {
    return this.stack.changed(by)
  }

  connect(
    by: Task,
    to: Parameters<Net['connect']>[1],
    o?: Parameters<Net['connect']>[2],
  ): Promise<Connection> {
    return this.stack.sockets.connect(by, to, o, this.#owner)
  }

  async listen(at: Parameters<Net['listen']>[0], accept: (c: Connection) => void): Promise<Listener> {
    return this.stack.sockets.listen(at, accept, this.#owner)
  }

  listeners(): ReturnType<Net['listeners']> {
    return this.stack.sockets.listening()
  }

  connections(): ReturnType<Net['connections']> {
    return this.stack.sockets.connections()
  }

  probe(by: Task, p: ProbeQuestion): Promise<ProbeOutcome> {
    return probed(this.stack, by, p)
  }

  trace(p: Parameters<Net['trace']>[0]): readonly Hop[] {
    return traced(this.stack, p)
  }
}

/** The namespace behind a Net of this network. Throws EINVAL for a Net of another kind. */
export function stackOf(net: Net): SimStack {
  if (net instanceof StackNet) return net.stack
  throw new Errno('EINVAL')
}

/** Where nobody says otherwise. */
const usualMaker: SetMaker = { version: '7.15' }
