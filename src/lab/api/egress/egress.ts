/**
 * How the API server opens connections of its own: to kubelets, to the backends of webhooks and of aggregated APIs. They start
 * on the machine on which kube-apiserver runs, so whatever is broken between there and the other end breaks them.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/server/egressselector/egress_selector.go
 */
import { Quiet } from '#base/quiet.ts'
import { dialWords } from '#lab/api/transport.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Connection, KeepAlive } from '#lab/network/ports.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** Nobody could be reached; the message is what Go prints: `dial tcp 10.0.0.21:10250: connect: connection refused`. */
export class DialFailure extends Quiet {
  /** Whether it was given up because `timeoutMs` was over. */
  readonly timedOut: boolean

  constructor(message: string, o: { readonly timedOut?: boolean } = {}) {
    super(message)
    this.name = 'DialFailure'
    this.timedOut = o.timedOut ?? false
  }
}

/** One way out of the API server. */
export interface Egress {
  /** Opens a TCP connection within `timeoutMs`, from here with signs of life on it. Rejects with DialFailure. */
  dial(
    self: Process,
    to: Endpoint,
    o: { readonly timeoutMs: number; readonly keepAlive?: KeepAlive },
  ): Promise<Connection>
}

/** Straight from the server's machine. */
export const directEgress: Egress = {
  async dial(self, to, o) {
    try {
      return await self.net.connect(self.task, to, o)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new DialFailure(`dial tcp ${to.address}:${to.port}: ${dialWords(error)}`, {
        timedOut: error.code === 'ETIMEDOUT',
      })
    }
  },
}
