/** Signs of life on connections of programs that are written in Go: golang/go:src/net/dial.go, tcpsock.go (newTCPConn), tcpsockopt_unix.go. */
import type { KeepAlive } from '#lab/network/ports.ts'

/** What a listener and a dialer have that nobody has told otherwise; how many is the kernel's (net.ipv4.tcp_keepalive_probes). */
export const goKeepAlive: KeepAlive = { idleMs: 15_000, intervalMs: 15_000, probes: 9 }

/** What a gRPC server has besides (grpc/grpc-go:internal/transport/http2_server.go, defaultServerKeepaliveTimeout). */
export const grpcServerKeepAlive: KeepAlive = { ...goKeepAlive, userTimeoutMs: 20_000 }

/**
 * The dialer of net/http's DefaultTransport (`KeepAlive: 30 * time.Second`): up to Go 1.22 that is the interval, too.
 *
 * @see golang/go#62254, by which Go 1.23 sets only the first of them
 */
export const httpKeepAlive = (goMinor: number): KeepAlive => ({
  ...goKeepAlive,
  idleMs: 30_000,
  intervalMs: goMinor >= 23 ? 15_000 : 30_000,
})
