import { isErrno, type Process } from '#lab/host/ports.ts'
import { controlPath, type Reply, type Request } from '#lab/host/systemd/control.ts'

/** Asks PID 1. Answers the reason, in systemctl's words, when it cannot be asked. */
export async function ask(p: Process, request: Request): Promise<Reply | { readonly trouble: string }> {
  try {
    const connection = await p.connectPath(controlPath)
    connection.send(JSON.stringify(request))
    const text = await connection.receive(p)
    connection.close()
    if (text === undefined) return { trouble: 'Failed to wait for response: Connection reset by peer' }
    // PID 1 is ours: what it sends is a Reply.
    return JSON.parse(text) as Reply
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error.code === 'EACCES') return { trouble: `Failed to connect to bus: ${error.message}` }
    return {
      trouble:
        "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down",
    }
  }
}
