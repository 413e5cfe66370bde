import type { Process } from '#lab/host/ports.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

const monitorMs = 10_000

/**
 * Has the runtime open a running container's log anew when its file is gone; looked for every 10 s
 * (kubernetes/kubernetes:pkg/kubelet/logs/container_log_manager.go, rotateLogs). Here the looking begins when there is something to find.
 */
export function keepLogFiles(p: Process, runtime: ContainerRuntime): void {
  const startedMs = p.monotonic()
  let isLooking = false
  const look = async (self: Process): Promise<void> => {
    while (runtime.logFiles.unlinked.length > 0) {
      await self.sleep(monitorMs - ((self.monotonic() - startedMs) % monitorMs))
      if (runtime.isServing) for (const { log } of runtime.logFiles.unlinked) log.reopen()
    }
    isLooking = false
  }
  const begin = (): void => {
    if (isLooking || runtime.logFiles.unlinked.length === 0) return
    isLooking = true
    p.thread('container log manager', look)
  }
  p.task.onEnd(runtime.logFiles.onUnlink(begin))
  begin()
}
