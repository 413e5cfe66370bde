import { utc } from '#base/clock.ts'
import type { Process } from '#lab/host/ports.ts'
import type { LogRotation } from '#lab/kubelet/config.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

const monitorMs = 10_000

/**
 * Looks every 10 s after the logs of running containers: has the runtime open one anew when its file is gone, and gives one that has grown
 * too large another name (kubernetes/kubernetes:pkg/kubelet/logs/container_log_manager.go, rotateLogs). Here the looking begins when there
 * is something to find.
 */
export function keepLogFiles(
  p: Process,
  runtime: ContainerRuntime,
  { maxBytes, filesMax }: LogRotation,
): void {
  const startedMs = p.monotonic()
  const { logFiles } = runtime
  let isLooking = false
  const isDue = (): boolean => logFiles.unlinked.length > 0 || logFiles.grown.length > 0
  const look = async (self: Process): Promise<void> => {
    while (isDue()) {
      await self.sleep(monitorMs - ((self.monotonic() - startedMs) % monitorMs))
      if (!runtime.isServing) continue
      for (const { log } of logFiles.unlinked) log.reopen()
      // The newest two are the one that is written and the one that is named now.
      for (const each of logFiles.grown)
        logFiles.rotate(each, { stamp: stampOf(self.now()), olderMax: filesMax - 2 })
    }
    isLooking = false
  }
  const begin = (): void => {
    if (isLooking || !isDue()) return
    isLooking = true
    p.thread('container log manager', look)
  }
  p.task.onEnd(logFiles.onUnlink(begin))
  logFiles.growth.maxBytes = maxBytes
  logFiles.growth.tell = begin
  p.task.onEnd(() => {
    logFiles.growth.maxBytes = Number.POSITIVE_INFINITY
  })
  begin()
}

/** `20260107-063000` */
function stampOf(ms: number): string {
  const { date, time } = utc(ms)
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`
}
