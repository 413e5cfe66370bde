import type { Clock } from '#base/clock.ts'
import type { LabClient } from '#lab/serve/client.ts'

/**
 * A served lab's time as ninelives waits on it: sleeping lets the lab jump instead of letting the user wait.
 * Between two looks it runs with the wall, as the lab does.
 */
export async function labClock(client: LabClient, wall: Clock): Promise<Clock> {
  const { nowMs, speed } = await client.status()
  let atMs = nowMs
  let wallMs = wall.monotonic()
  const now = (): number => atMs + (wall.monotonic() - wallMs) * speed
  return {
    now,
    monotonic: now,
    sleep: async (ms, { signal } = {}) => {
      signal?.throwIfAborted()
      atMs = await client.advance(ms)
      wallMs = wall.monotonic()
      signal?.throwIfAborted()
    },
  }
}
