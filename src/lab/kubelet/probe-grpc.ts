import type { Probe } from '#lab/api/objects.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { goDuration } from '#lab/kubelet/backoff.ts'
import type { ProbeResult, ProbeTarget } from '#lab/kubelet/probe-run.ts'

/** grpc-go's waits between attempts to connect (backoff.DefaultConfig), without its chance. */
const again = { firstMs: 1000, factor: 1.6, mostMs: 120_000 }

/**
 * kubernetes/kubernetes:pkg/probe/grpc/grpc.go: it dials until a server has said that it speaks HTTP/2, so a refused connection, one
 * that is closed and one on which nothing comes all end when the time is up, in the same words.
 *
 * Not imitated: health services and what they answer, since no program of the lab speaks gRPC; the bytes of the client's preface.
 */
export async function grpcProbe(
  self: Process,
  { port }: NonNullable<Probe['grpc']>,
  o: ProbeTarget & { readonly timeoutMs: number },
): Promise<ProbeResult> {
  const address = o.podIp ?? ''
  const endMs = self.monotonic() + o.timeoutMs
  for (let waitMs = again.firstMs; ; waitMs = Math.min(waitMs * again.factor, again.mostMs)) {
    const nextMs = self.monotonic() + waitMs
    await attempt(self, { address, port, endMs })
    const nowMs = self.monotonic()
    await self.sleep(Math.max(0, Math.min(nextMs, endMs) - nowMs))
    if (self.monotonic() >= endMs) break
  }
  const within = `within ${goDuration(o.timeoutMs)}: context deadline exceeded`
  return { kind: 'failure', output: `timeout: failed to connect service "${address}:${port}" ${within}` }
}

/** One connection, held until it is closed or the time is up. */
async function attempt(
  self: Process,
  { endMs, ...to }: { readonly address: string; readonly port: number; readonly endMs: number },
): Promise<void> {
  const leftMs = (): number => Math.max(1, endMs - self.monotonic())
  try {
    const connection = await self.net.connect(self.task, to, { timeoutMs: leftMs() })
    await connection.receive(self.task, { timeoutMs: leftMs() })
    connection.close()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
