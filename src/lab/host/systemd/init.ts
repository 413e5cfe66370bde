import type { PowerState } from '#lab/host/machine.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { answer, controlPath, parseRequest } from '#lab/host/systemd/control.ts'
import { Manager } from '#lab/host/systemd/manager.ts'

/**
 * systemd as PID 1: brings up sysinit, basic, then multi-user and timers; answers systemctl; ends the machine in order.
 *
 * Not imitated: sockets, mounts, paths, slices, scopes and generators as units; D-Bus (systemctl of other users than
 * root); sd_notify (`Type=notify` counts as started at once); watchdogs; sandboxing options; targets' own ordering.
 */
export const systemd: Program = async (p) => {
  const manager = new Manager(p)
  const { machine } = manager
  machine.running.onShutdown = (then: PowerState) => manager.shutdown(then)
  p.onSignal('SIGTERM', () => {})
  p.onSignal('SIGINT', () => machine.reboot())
  await listen(manager)
  for (const target of ['sysinit.target', 'basic.target']) await manager.startTarget(target, p)
  await p.sleep(machine.userspaceMs)
  for (const target of ['timers.target', 'multi-user.target']) await manager.startTarget(target, p)
  const seconds = ((p.now() - machine.bootedMs) / 1000).toFixed(3)
  manager.log('init.scope', `Startup finished in ${seconds}s (userspace).`)
  await p.task.wait<void>(() => undefined)
  return 0
}

async function listen(manager: Manager): Promise<void> {
  const { process } = manager
  try {
    await process.files.mkdir(controlPath.slice(0, controlPath.lastIndexOf('/')), { parents: true })
    await process.listenPath(controlPath, (connection) => {
      process.thread('control', async (self: Process) => {
        const request = parseRequest(await connection.receive(self))
        if (request !== undefined) connection.send(JSON.stringify(await answer(manager, request, self)))
        connection.close()
      })
    })
  } catch (error) {
    if (!isErrno(error)) throw error
    manager.log('init.scope', `Failed to listen on ${controlPath}: ${error.message}`)
  }
}
