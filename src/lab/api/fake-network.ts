/** Processes on one wire, for tests of this folder: enough of Process and Net to connect, listen, cut and stop. */
import { seeded } from '#base/random.ts'
import { Errno, type Process } from '#lab/host/ports.ts'
import type { Kernel, Task } from '#lab/kernel/kernel.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'
import type { Connection, Net, Payload, Reader } from '#lab/network/ports.ts'

interface Plug {
  readonly box: Mailbox<Payload | 'closed'>
  reader?: Reader
  other?: Plug
}

export class FakeNetwork {
  /** While true nothing is delivered and no connection opens: packets are dropped. */
  cut = false
  readonly #kernel: Kernel
  readonly #latencyMs: number
  readonly #listeners = new Map<string, (c: Connection) => void>()
  #port = 40_000

  constructor(kernel: Kernel, latencyMs = 0.2) {
    this.#kernel = kernel
    this.#latencyMs = latencyMs
  }

  /** Starts a program as a process with this address. */
  start(
    name: string,
    address: string,
    main: (p: Process) => Promise<unknown>,
    o: {
      readonly argv?: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      readonly files?: Readonly<Record<string, string>>
    } = {},
  ): Task {
    return this.#kernel.start(name, async (task) => {
      await main(this.#process(name, address, task, o))
    })
  }

  #process(
    name: string,
    address: string,
    task: Task,
    o: {
      readonly argv?: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      readonly files?: Readonly<Record<string, string>>
    },
    net = this.#net(address, task), // a thread's is its process's
  ): Process {
    const process = {
      name,
      hostname: name.split('/')[0], // of a thread its process's
      argv: o.argv ?? [name],
      env: o.env ?? {},
      task,
      net,
      random: seeded(name),
      files: {
        read: async (path: string): Promise<string> => {
          const text = o.files?.[path]
          if (text === undefined) throw new Errno('ENOENT', path)
          return text
        },
      },
      stderr: { write: () => {} },
      onSignal: () => {}, // a test stops a program by its task
      now: () => this.#kernel.nowMs,
      sleep: (ms: number) => task.sleep(ms),
      monotonic: () => this.#kernel.nowMs,
      thread: (thread: string, main: (self: Process) => Promise<void>) =>
        task.spawn(thread, (own) => main(this.#process(`${name}/${thread}`, address, own, o, net))),
    }
    return process as unknown as Process // the tests' programs use no more of it
  }

  #net(address: string, owner: Task): Net {
    const net = {
      connect: async (by: Task, to: { address: string; port: number }, c: { timeoutMs?: number } = {}) => {
        await by.sleep(this.cut ? (c.timeoutMs ?? 130_000) : this.#latencyMs)
        if (this.cut) throw new Errno('ETIMEDOUT')
        const accept = this.#listeners.get(`${to.address}:${to.port}`)
        if (accept === undefined) throw new Errno('ECONNREFUSED')
        const [mine, theirs] = this.#pair()
        const local = { address, port: this.#port++ }
        accept(this.#connection(theirs, { address: to.address, port: to.port }, local))
        owner.onEnd(() => this.#deliver(mine.other, 'closed'))
        return this.#connection(mine, local, to)
      },
      listen: async (at: { port: number }, accept: (c: Connection) => void) => {
        const key = `${address}:${at.port}`
        const opened: Connection[] = []
        this.#listeners.set(key, (c) => {
          opened.push(c)
          accept(c)
        })
        const close = (): void => {
          this.#listeners.delete(key)
          for (const c of opened) c.close()
        }
        owner.onEnd(close)
        return { port: at.port, close }
      },
    }
    return net as unknown as Net // likewise
  }

  #pair(): [Plug, Plug] {
    const a: Plug = { box: new Mailbox(this.#kernel) }
    const b: Plug = { box: new Mailbox(this.#kernel), other: a }
    a.other = b
    return [a, b]
  }

  #deliver(to: Plug | undefined, payload: Payload | 'closed'): void {
    const takenMs = this.#latencyMs + (to?.reader?.afterMs ?? 0)
    this.#kernel.at(this.#kernel.nowMs + takenMs, 'segment', () => {
      if (this.cut || to === undefined) return
      if (to.reader === undefined) to.box.put(payload)
      else if (payload === 'closed') to.reader.end('closed')
      else to.reader.payload(payload)
    })
  }

  #connection(plug: Plug, local: Connection['local'], remote: Connection['remote']): Connection {
    let queue: (Payload | 'closed')[] = []
    return {
      local,
      remote,
      echoMs: undefined,
      way: { choices: 1, end: `${remote.address}:${remote.port}` },
      send: (payload) => this.#deliver(plug.other, payload),
      receive: async (by, o = {}) => {
        if (queue.length === 0) queue = await plug.box.take(by, o)
        return queue.shift()
      },
      follow: (reader) => {
        plug.reader = reader
      },
      close: () => this.#deliver(plug.other, 'closed'),
      abort: () => this.#deliver(plug.other, 'closed'),
    }
  }
}
