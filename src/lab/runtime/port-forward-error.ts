/** Why a port-forward reaches nothing: containerd:pkg/cri/server/sandbox_portforward_linux.go; k8s.io/kubelet/pkg/cri/streaming/portforward. */
import type { Errno } from '#lab/host/ports.ts'

export class PortForwardError extends Error {
  constructor({ id, port }: { readonly id: string; readonly port: number }, why: string) {
    super(`error forwarding port ${port} to pod ${id}, uid : ${why}`)
    this.name = 'PortForwardError'
  }
}

interface Sandbox {
  readonly id: string
  /** Empty on the host's network. */
  readonly netnsPath: string
}

/** Nothing listens there. containerd tries localhost by both families; the host's own has an address of the first alone. */
export function unreachable({ id, netnsPath }: Sandbox, port: number, error: Errno): PortForwardError {
  const network = JSON.stringify(netnsPath === '' ? 'host' : netnsPath)
  const first = `IPv4: dial tcp4 127.0.0.1:${port}: connect: ${error.message.toLowerCase()}`
  return new PortForwardError(
    { id, port },
    `failed to execute portforward in network namespace ${network}: failed to connect to localhost:${port} inside namespace ${JSON.stringify(id)}, ${first} IPv6 dial tcp6: address localhost: no suitable address `,
  )
}
