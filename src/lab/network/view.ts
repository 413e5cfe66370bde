import { allOf, type Few, withOne, withoutOne } from '#base/few.ts'
import { type Capability, type Credentials, Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { demandModules, demandSets, demandTable } from '#lab/network/modules.ts'
import type {
  Address,
  Connection,
  FdbEntry,
  Hop,
  KeepAlive,
  Link,
  Listener,
  Neighbour,
  Net,
  NetChange,
  ProbeOutcome,
  Route,
  SetMaker,
  SocketHolder,
  Table,
  Tables,
} from '#lab/network/ports.ts'
import type { ProbeQuestion } from '#lab/network/probe.ts'
import type { Owner } from '#lab/network/sockets.ts'
import type { SimStack } from '#lab/network/stack.ts'

type TableName = 'filter' | 'nat' | 'raw' | 'mangle'

/** A namespace as one process sees it: its capabilities decide, and its sockets are closed (FIN) when its task ends. */
export class StackView implements Net {
  readonly stack: SimStack
  readonly name: string
  readonly #tables: { [name in TableName]?: Table } = {}
  readonly #effective: Credentials['effective']
  readonly #owner: ProcessSockets

  constructor(
    stack: SimStack,
    { credentials, task, holder }: { credentials: Credentials; task: Task; holder?: SocketHolder },
  ) {
    this.stack = stack
    this.name = stack.name
    this.#effective = credentials.effective
    this.#owner = new ProcessSockets(holder)
    task.onEnd(() => this.#owner.closeAll())
  }

  get filter(): Table {
    return this.#table('filter')
  }

  get nat(): Table {
    return this.#table('nat')
  }

  get raw(): Table {
    return this.#table('raw')
  }

  get mangle(): Table {
    return this.#table('mangle')
  }

  get legacy(): Tables {
    const { raw, mangle, nat, filter } = this.stack.legacy
    return {
      raw: this.#guarded(raw, 'raw'),
      mangle: this.#guarded(mangle, 'mangle'),
      nat: this.#guarded(nat, 'nat'),
      filter: this.#guarded(filter, 'filter'),
    }
  }

  links(): readonly Link[] {
    return this.stack.links()
  }

  hasLink(name: string): boolean {
    return this.stack.hasLink(name)
  }

  addresses(): readonly Address[] {
    return this.stack.addresses()
  }

  routes(): readonly Route[] {
    return this.stack.routes()
  }

  neighbours(): readonly Neighbour[] {
    return this.stack.neighbours()
  }

  fdb(): readonly FdbEntry[] {
    return this.stack.fdb()
  }

  sysctl(name: string): string | undefined {
    return this.stack.sysctl(name)
  }

  sets(): Readonly<Record<string, readonly string[]>> {
    return this.stack.sets()
  }

  async apply(changes: readonly NetChange[]): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    for (const change of changes) demandModules(this.stack, change)
    return this.stack.apply(changes)
  }

  setKind(name: string): ReturnType<Net['setKind']> {
    return this.stack.setKind(name)
  }

  async setMembers(name: string, members: readonly string[], by?: SetMaker): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    demandSets(this.stack)
    return this.stack.setMembers(name, members, by)
  }

  async swapSets(name: string, other: string): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    return this.stack.swapSets(name, other)
  }

  async removeSet(name: string): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    return this.stack.removeSet(name)
  }

  changed(by: Task): Promise<void> {
    return this.stack.changed(by)
  }

  connect(
    by: Task,
    to: { address: string; port: number },
    o?: Parameters<Net['connect']>[2],
  ): Promise<Connection> {
    return this.stack.sockets.connect(by, to, o, this.#owner)
  }

  async listen(
    at: { address?: string; port: number; certificate?: string; keepAlive?: KeepAlive },
    accept: (c: Connection) => void,
  ): Promise<Listener> {
    if (at.port < 1024) this.#need('NET_BIND_SERVICE', 'EACCES')
    return this.stack.sockets.listen(at, accept, this.#owner)
  }

  listeners(): ReturnType<Net['listeners']> {
    return this.stack.listeners()
  }

  connections(): ReturnType<Net['connections']> {
    return this.stack.connections()
  }

  async probe(by: Task, p: ProbeQuestion): Promise<ProbeOutcome> {
    if (p.protocol === 'icmp' || p.ttl !== undefined) this.#need('NET_RAW', 'EPERM')
    return this.stack.probe(by, p)
  }

  trace(p: { to: string; protocol: 'icmp' | 'tcp'; port?: number }): readonly Hop[] {
    return this.stack.trace(p)
  }

  #need(capability: Capability, refusal: 'EPERM' | 'EACCES'): void {
    if (!this.#effective.has(capability)) throw new Errno(refusal)
  }

  /** Made when it is first asked for: most processes never ask. */
  #table(name: TableName): Table {
    const made = this.#tables[name] ?? this.#guarded(this.stack[name], name)
    this.#tables[name] = made
    return made
  }

  #guarded(table: Table, name: TableName): Table {
    return {
      restore: async (chains) => {
        this.#need('NET_ADMIN', 'EPERM')
        demandTable(this.stack, name, chains)
        return table.restore(chains)
      },
      chains: () => table.chains(),
      setPolicy: async (chain, policy) => {
        this.#need('NET_ADMIN', 'EPERM')
        return table.setPolicy(chain, policy)
      },
      policy: (chain) => table.policy(chain),
      counted: (chain) => table.counted(chain),
      zero: async (chain) => {
        this.#need('NET_ADMIN', 'EPERM')
        return table.zero(chain)
      },
    }
  }
}

class ProcessSockets implements Owner {
  readonly holder?: SocketHolder
  #sockets: Few<{ close(): void }>
  #over = false

  constructor(holder: SocketHolder | undefined) {
    if (holder !== undefined) this.holder = holder
  }

  own(socket: { close(): void }): void {
    if (this.#over) socket.close()
    else this.#sockets = withOne(this.#sockets, socket)
  }

  disown(socket: { close(): void }): void {
    this.#sockets = withoutOne(this.#sockets, socket)
  }

  closeAll(): void {
    this.#over = true
    for (const socket of allOf(this.#sockets)) socket.close()
  }
}
