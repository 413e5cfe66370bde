import { Errno, type PathConnection, type Process } from '#lab/host/ports.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import { system } from '#lab/host/vfs.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'

interface Listening {
  readonly process: ProcessState
  readonly accept: (connection: PathConnection) => void
}

/** Binds and listens. The file stays behind when the listener closes or dies, and then refuses connections. */
export function listenPath(
  process: ProcessState,
  path: string,
  accept: (connection: PathConnection) => void,
): { close(): void } {
  const inode = system.createSocket(process.view, path)
  const listening: Listening = { process, accept }
  const { kernel } = process.space.system
  inode.listener = listening
  kernel.moved()
  const close = (): void => {
    inode.listener = undefined
    kernel.moved()
    process.closed(close)
  }
  process.opened(close)
  return { close }
}

export function connectPath(process: ProcessState, path: string): PathConnection {
  const inode = system.connectable(process.view, path)
  // Nothing but listenPath writes this field.
  const listening = inode.listener as Listening | undefined
  if (listening === undefined) throw new Errno('ECONNREFUSED', path)
  const { kernel } = process.space.system
  const near = new End(kernel, process)
  const far = new End(kernel, listening.process)
  near.join(far)
  far.join(near)
  listening.accept(far)
  return near
}

/** One end of a connection; it closes when its process ends. */
class End implements PathConnection {
  readonly inbox: Mailbox<string>
  readonly #owner: ProcessState
  #left: string[] = []
  #other: End | undefined
  readonly #closeWithOwner = (): void => this.close()

  constructor(kernel: Kernel, owner: ProcessState) {
    this.inbox = new Mailbox(kernel)
    this.#owner = owner
    owner.opened(this.#closeWithOwner)
  }

  join(other: End): void {
    this.#other = other
  }

  send(text: string): void {
    this.#other?.inbox.put(text)
  }

  async receive(by: Process, o: { readonly timeoutMs?: number } = {}): Promise<string | undefined> {
    if (this.#left.length === 0) this.#left = await this.inbox.take(by.task, o)
    return this.#left.shift()
  }

  close(): void {
    this.#detach()
    this.#other?.inbox.close()
    // Nothing is left that the other end's owner would have to close.
    this.#other?.forget()
    this.inbox.close()
    this.#other = undefined
  }

  forget(): void {
    this.#detach()
    this.#other = undefined
  }

  #detach(): void {
    this.#owner.closed(this.#closeWithOwner)
  }
}
