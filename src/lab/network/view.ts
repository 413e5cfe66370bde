import { allOf, type Few, withOne, withoutOne } from '#base/few.ts'
import { type Capability, type Credentials, Errno } from '#lab/host/ports.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { demandModules, demandSets, demandTable } from '#lab/network/modules.ts'
import type {
  Connection,
  Listener,
  Net,
  NetChange,
  ProbeOutcome,
  SetMaker,
  SocketHolder,
  Table,
  Tables,
} from '#lab/network/ports.ts'
import type { ProbeQuestion } from '#lab/network/probe.ts'
import type { Owner } from '#lab/network/sockets.ts'
import type { SimStack } from '#lab/network/stack.ts'
import { StackNet } from '#lab/network/stack-net.ts'

type TableName = 'filter' | 'nat' | 'raw' | 'mangle'

/** A namespace as one process sees it: its capabilities decide, and its sockets are closed (FIN) when its task ends. */
export class StackView extends StackNet {
  readonly #tables: { [name in TableName]?: Table } = {}
  readonly #effective: Credentials['effective']

  constructor(
    stack: SimStack,
    { credentials, task, holder }: { credentials: Credentials; task: Task; holder?: SocketHolder },
  ) {
    const sockets = new ProcessSockets(holder)
    super(stack, sockets)
    this.#effective = credentials.effective
    task.onEnd(() => sockets.closeAll())
  }

  override get filter(): Table {
    return this.#table('filter', super.filter)
  }

  override get nat(): Table {
    return this.#table('nat', super.nat)
  }

  override get raw(): Table {
    return this.#table('raw', super.raw)
  }

  override get mangle(): Table {
    return this.#table('mangle', super.mangle)
  }

  override get legacy(): Tables {
    const { raw, mangle, nat, filter } = super.legacy
    return {
      raw: this.#guarded(raw, 'raw'),
      mangle: this.#guarded(mangle, 'mangle'),
      nat: this.#guarded(nat, 'nat'),
      filter: this.#guarded(filter, 'filter'),
    }
  }

  override async apply(changes: readonly NetChange[]): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    for (const change of changes) demandModules(this.stack.hostKernel, change)
    return super.apply(changes)
  }

  override async setMembers(name: string, members: readonly string[], by?: SetMaker): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    demandSets(this.stack.hostKernel)
    return super.setMembers(name, members, by)
  }

  override async swapSets(name: string, other: string): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    return super.swapSets(name, other)
  }

  override async removeSet(name: string): Promise<void> {
    this.#need('NET_ADMIN', 'EPERM')
    return super.removeSet(name)
  }

  override async listen(
    at: Parameters<Net['listen']>[0],
    accept: (c: Connection) => void,
  ): Promise<Listener> {
    if (at.port < 1024) this.#need('NET_BIND_SERVICE', 'EACCES')
    return super.listen(at, accept)
  }

  override async probe(by: Task, p: ProbeQuestion): Promise<ProbeOutcome> {
    if (p.protocol === 'icmp' || p.ttl !== undefined) this.#need('NET_RAW', 'EPERM')
    return super.probe(by, p)
  }

  #need(capability: Capability, refusal: 'EPERM' | 'EACCES'): void {
    if (!this.#effective.has(capability)) throw new Errno(refusal)
  }

  /** Made when it is first asked for: most processes never ask. */
  #table(name: TableName, table: Table): Table {
    const made = this.#tables[name] ?? this.#guarded(table, name)
    this.#tables[name] = made
    return made
  }

  #guarded(table: Table, name: TableName): Table {
    return {
      restore: async (chains) => {
        this.#need('NET_ADMIN', 'EPERM')
        demandTable(this.stack.hostKernel, name, chains)
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
