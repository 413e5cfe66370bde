import { isErrno, type Process } from '#lab/host/ports.ts'
import type { Backend, BackendServer, CheckResult } from '#lab/ibm/haproxy-backend.ts'
import type { CheckConfig } from '#lab/ibm/haproxy-config.ts'

/**
 * Has each server of a backend checked for as long as the process lives: a connection is opened and cut at once. The first checks
 * are spread over one interval. Once a server is as well, or as dead, as it can be, and chance had no part in that, its checks rest
 * while nothing moves (docs/decisions/0012).
 *
 * @see haproxy/haproxy:src/check.c start_checks (the first ones), process_chk_conn (the next begins `inter` after one has ended)
 */
export function checkServers(p: Process, backend: Backend): void {
  const checked = backend.servers.flatMap((server) => {
    const { check } = server.config
    return check === undefined ? [] : [{ server, check }]
  })
  for (const [place, each] of checked.entries())
    p.thread(`check ${each.server.config.name}`, async (self) => {
      await self.sleep((each.check.interMs * place) / checked.length)
      await checkAlways(self, { ...each, backend })
    })
}

interface Checked {
  readonly server: BackendServer
  readonly check: CheckConfig
}

/** `isSure`: the next check would go the same way as long as nothing moves. */
type Result = CheckResult & { readonly isSure: boolean }

async function checkAlways(self: Process, o: Checked & { readonly backend: Backend }): Promise<void> {
  for (let begunMs = self.monotonic(); ; ) {
    const result = await checkOnce(self, { ...o, begunMs })
    if (o.backend.checked(o.server, result)) self.moved()
    const rests = result.isSure && o.server.isSettled
    begunMs = await (rests ? untilMoved(self, o.check, result) : untilDue(self, o.check))
  }
}

/** One that began a while ago, and has so much less time left, was under way while its checks rested. */
async function checkOnce(
  self: Process,
  { server, check, begunMs }: Checked & { readonly begunMs: number },
): Promise<Result> {
  const { epoch } = self
  let choices = Number.POSITIVE_INFINITY
  const over = (result: Pick<CheckResult, 'isPassed' | 'reason' | 'info'>): Result => ({
    ...result,
    tookMs: self.monotonic() - begunMs,
    isSure: choices === 1 && self.epoch === epoch,
  })
  try {
    const connection = await self.net.connect(self.task, server.config, {
      timeoutMs: check.interMs - (self.monotonic() - begunMs),
      onFailure: (way) => {
        choices = way.choices
      },
    })
    choices = connection.way.choices
    connection.abort()
    return over({ isPassed: true, reason: 'Layer4 check passed' })
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code === 'ETIMEDOUT'
      ? over({ isPassed: false, reason: 'Layer4 timeout' })
      : over({ isPassed: false, reason: 'Layer4 connection problem', info: error.message })
  }
}

/** Answers when the next check begins: now. */
async function untilDue(self: Process, { interMs }: CheckConfig): Promise<number> {
  await self.sleep(interMs)
  return self.monotonic()
}

/** The time between a SYN that nobody answered and the next. */
const synRetryMs = 1000

/** Until the first check that something has moved before, or in the midst of: answers when that began. */
async function untilMoved(self: Process, check: CheckConfig, { tookMs }: Result): Promise<number> {
  const { interMs } = check
  const dueMs = self.monotonic() + interMs
  const everyMs = tookMs + interMs
  // A check that gets no answer sends twice: what has moved between finds the second one on its way.
  const periodMs = tookMs > synRetryMs && everyMs % synRetryMs === 0 ? synRetryMs : everyMs
  let tick = (): void => {}
  const rested = self.task.rest({ periodMs, from: () => dueMs, tick: () => tick() })
  if (rested === undefined) return untilDue(self, check)
  await self.task.wait<void>((wake) => {
    tick = wake
    return rested.cancel
  })
  const intoMs = (self.monotonic() - dueMs) % everyMs
  if (intoMs < tookMs) return self.monotonic() - intoMs
  await self.sleep(everyMs - intoMs)
  return self.monotonic()
}
