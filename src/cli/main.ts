import '#cli/complete-node.ts'

import process from 'node:process'
import { wallClock } from '#base/clock.ts'
import { Interrupted } from '#base/interrupted.ts'
import { run } from '#cli/run.ts'

/** The process's own entry: wires the terminal and the signals to {@link run}. Only here the exit code is set. */
export async function main(): Promise<void> {
  const stop = new AbortController()
  let firstMs: number | undefined
  const interrupt = (): void => {
    const nowMs = wallClock.monotonic()
    firstMs ??= nowMs
    // The second Ctrl-C is a person who does not want to wait for cleaning up. One Ctrl-C may come twice: from the terminal,
    // and from whoever started us and hands signals on (npm, an older Node.js).
    if (nowMs - firstMs > sameInterruptMs) process.exit(130)
    stop.abort(new Interrupted())
  }
  for (const signal of signals) process.on(signal, interrupt)
  // A reader that went away (`ninelives … | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  process.exitCode = await run(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: stop.signal,
  })
  for (const signal of signals) process.off(signal, interrupt)
}

const sameInterruptMs = 300

/** SIGHUP: the terminal was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
