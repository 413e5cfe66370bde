import type { Process } from '#lab/host/ports.ts'

/**
 * Waits for SIGTERM; answers the exit code to end with. A Go program that asks for no signals ends with 2 even as PID 1 of a
 * container, where the kernel would ignore the signal (golang/go:src/runtime/signal_unix.go dieFromSignal).
 */
export const untilTerminated = (p: Process, code = 2): Promise<number> =>
  p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(code))
    return undefined
  })
