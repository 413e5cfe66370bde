import type { Process } from '#lab/host/ports.ts'
import type { ProcessState } from '#lab/host/process/state.ts'
import type { Manager } from '#lab/host/systemd/manager.ts'
import { Notice } from '#lab/kernel/mailbox.ts'

/** How long a container's init outlives the SIGTERM to what it runs: its loop has to notice first. */
const initGraceMs = 20
const killAfterMs = 90_000

/**
 * The end of a boot: services in reverse order of their start, containers and sessions at the same time. Everything
 * gets SIGTERM, and SIGKILL 90 s later (DefaultTimeoutStopSec).
 */
export async function stopEverything(manager: Manager, self: Process): Promise<void> {
  for (const timer of manager.timers.values()) timer.stop()
  let running = 2
  const done = new Notice()
  const branch = (name: string, main: (by: Process) => Promise<void>): void => {
    manager.process.thread(name, async (by) => {
      await main(by)
      running--
      done.tell()
    })
  }
  branch('stop units', (by) => stopUnits(manager, by))
  branch('stop scopes', (by) => stopScopes(manager, by))
  while (running > 0) await done.wait(self.task)
}

async function stopUnits(manager: Manager, self: Process): Promise<void> {
  const left = new Set([...manager.services.values()].filter(({ isUp }) => isUp))
  const progress = new Notice()
  for (const service of [...left])
    manager.process.thread(`stop ${service.unit.name}`, async (by) => {
      const waitsFor = (): boolean =>
        [...left].some((other) => other !== service && other.unit.after.includes(service.unit.name))
      while (waitsFor()) await progress.wait(by.task)
      await service.stop(by)
      left.delete(service)
      progress.tell()
    })
  while (left.size > 0) await progress.wait(self.task)
}

/** Processes of no unit: containers, and what people started by hand. */
async function stopScopes(manager: Manager, self: Process): Promise<void> {
  const members = [...manager.machine.running.spaces].flatMap((space) => [...space.members])
  const loose = members.filter((process) => process.unit === undefined && process.hostPid !== 1)
  const inits = loose.filter((process) => process.space.init === process)
  for (const process of loose) if (!inits.includes(process)) process.signal('SIGTERM')
  await self.sleep(initGraceMs)
  for (const process of inits) process.signal('SIGTERM')
  const cancel = manager.kernel.at(manager.kernel.nowMs + killAfterMs, 'kill what is left', () => {
    for (const process of loose) if (process.alive) process.signal('SIGKILL')
  })
  for (const process of loose) await ended(self, process)
  cancel()
}

async function ended(self: Process, process: ProcessState): Promise<void> {
  if (!process.alive) return
  await self.task.wait<void>((wake) => {
    process.onExit(() => wake())
    return undefined
  })
}
