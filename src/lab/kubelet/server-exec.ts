/** exec and attach, the kubelet's end: kubernetes/kubernetes:pkg/kubelet/cri-api's streaming, containerd:pkg/cri/server/container_{exec,attach}.go. */
import { isErrno, type Process } from '#lab/host/ports.ts'
import { type KubeletRequest, reply, requestIn } from '#lab/kubelet/wire.ts'
import type { Connection } from '#lab/network/ports.ts'
import { type Attached, ContainerIo, type Tell } from '#lab/runtime/container-io.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

interface Where {
  readonly runtime: ContainerRuntime
  /** The container's. */
  readonly id: string
}

const outputTo =
  (connection: Connection): Tell =>
  (stream, text) =>
    reply(connection, { kind: 'out', stream, text })

/** Runs a command in a container for whoever is at the other end; it dies with the connection. */
export async function exec(
  self: Process,
  connection: Connection,
  { runtime, id, request }: Where & { readonly request: Extract<KubeletRequest, { kind: 'exec' }> },
): Promise<void> {
  const { stdin, tty } = request
  const io = new ContainerIo({ stdin, tty, tell: outputTo(connection) })
  try {
    const child = await runtime.exec(id, request.command, { ...io.streams, tty })
    io.belongsTo(child)
    self.task.onEnd(() => child.alive && child.kill('SIGKILL'))
    reply(connection, { kind: 'started' })
    child.onExit(({ code }) => {
      reply(connection, { kind: 'end', code })
      connection.close()
    })
    await typing(
      self,
      connection,
      io.attach(() => {}),
    )
    // The client has gone; nobody can end the command any more but the terminal that hangs up.
    io.hangUp()
    if (child.alive) await child.exited(self)
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    // The streams are there before the runtime tries: what it says comes over them (k8s.io/kubelet/pkg/cri/streaming/remotecommand/exec.go).
    reply(connection, { kind: 'started' })
    const message = `Internal error occurred: error executing command in container: ${error.description}`
    reply(connection, { kind: 'error', code: 500, message })
  }
}

/**
 * Shows what a container writes from now on, and lets the other end type to it, until the container ends or, where its input
 * stays open, the typing. How the container ended is not said: kubernetes/kubernetes:pkg/kubelet/cri/streaming/remotecommand/attach.go
 */
export async function attach(
  self: Process,
  connection: Connection,
  { runtime, id, request }: Where & { readonly request: Extract<KubeletRequest, { kind: 'attach' }> },
): Promise<void> {
  const attached = runtime.attach(id, outputTo(connection))
  const over = (): void => {
    reply(connection, { kind: 'end', code: 0 })
    connection.close()
  }
  const stop = runtime.onChange(() => {
    const instance = runtime.isServing ? runtime.find(id) : undefined
    if (instance?.state !== 'running') over()
  })
  self.task.onEnd(() => {
    attached.detach()
    stop()
  })
  reply(connection, { kind: 'started' })
  if ((await typing(self, connection, request.stdin ? attached : onlyWatching)) === 'over') over()
}

/** Whoever did not ask to type. */
const onlyWatching: Pick<Attached, 'input' | 'inputEnd'> = { input: () => {}, inputEnd: () => 'goes on' }

/** Passes on what comes, until the connection is over. `over`: the typing has ended, and the attachment with it. */
async function typing(
  self: Process,
  connection: Connection,
  attached: Pick<Attached, 'input' | 'inputEnd'>,
): Promise<'over' | 'gone'> {
  try {
    for (;;) {
      const payload = await connection.receive(self.task)
      if (payload === undefined || payload === 'closed') break
      const message = requestIn(payload)
      if (message.kind === 'ping') reply(connection, { kind: 'pong' })
      else if (message.kind === 'stdin') attached.input(message.text)
      else if (message.kind === 'stdin-end' && attached.inputEnd() === 'over') return 'over'
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
  attached.inputEnd()
  return 'gone'
}
