import type { Process } from '#lab/host/ports.ts'
import type { Manager } from '#lab/host/systemd/manager.ts'
import { exitText, type Service } from '#lab/host/systemd/service.ts'
import type { Unit } from '#lab/host/systemd/unit.ts'

/** Where PID 1 answers root (its own protocol: one JSON text there, one back). */
export const controlPath = '/run/systemd/private'

export type Verb =
  | 'start'
  | 'stop'
  | 'restart'
  | 'status'
  | 'list'
  | 'daemon-reload'
  | 'reset-failed'
  | 'reboot'
  | 'poweroff'

export interface Request {
  readonly verb: Verb
  readonly units: readonly string[]
}

/** One unit as systemctl shows it. */
export interface UnitReport {
  readonly name: string
  readonly found: boolean
  readonly description: string
  readonly path: string
  readonly dropIns: readonly string[]
  readonly active: string
  readonly sub: string
  readonly result: string
  readonly sinceMs: number
  readonly main: { readonly pid: number; readonly command: string } | undefined
  readonly lastExit: string | undefined
  readonly processes: readonly { readonly pid: number; readonly command: string }[]
}

export interface Reply {
  /** Of start, stop, restart: those that did not do it, and why. */
  readonly failed: readonly { readonly unit: string; readonly why: 'not-found' | 'failed' }[]
  readonly units: readonly UnitReport[]
}

const verbs: readonly string[] = [
  'start',
  'stop',
  'restart',
  'status',
  'list',
  'daemon-reload',
  'reset-failed',
  'reboot',
  'poweroff',
]

export function parseRequest(text: string | undefined): Request | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value !== 'object' || value === null || !('verb' in value) || !('units' in value))
      return undefined
    if (!verbs.includes(String(value.verb)) || !Array.isArray(value.units)) return undefined
    // Just checked against the list of all verbs.
    return { verb: value.verb as Verb, units: value.units.map(String) }
  } catch {
    return undefined
  }
}

export async function answer(manager: Manager, { verb, units }: Request, by: Process): Promise<Reply> {
  switch (verb) {
    case 'daemon-reload':
      await manager.reload()
      return { failed: [], units: [] }
    case 'reboot':
    case 'poweroff':
      manager.shutdown(verb === 'reboot' ? 'reboot' : 'off')
      return { failed: [], units: [] }
    case 'list':
      return { failed: [], units: await reports(manager, await manager.unitNames()) }
    case 'status':
      return { failed: [], units: await reports(manager, units) }
    case 'reset-failed':
      for (const service of manager.services.values())
        if (service.active === 'failed') service.forgetFailure()
      return { failed: [], units: [] }
    default:
      return change(manager, { verb, units, by })
  }
}

async function change(
  manager: Manager,
  { verb, units, by }: { verb: 'start' | 'stop' | 'restart'; units: readonly string[]; by: Process },
): Promise<Reply> {
  const failed: { unit: string; why: 'not-found' | 'failed' }[] = []
  for (const unit of units) {
    if ((await manager.definition(unit)) === undefined && !unit.endsWith('.target')) {
      failed.push({ unit, why: 'not-found' })
      continue
    }
    if (verb !== 'start') await stop(manager, unit, by)
    if (verb !== 'stop' && !(await manager.start(unit, by))) failed.push({ unit, why: 'failed' })
  }
  return { failed, units: [] }
}

async function stop(manager: Manager, name: string, by: Process): Promise<void> {
  manager.timers.get(name)?.stop()
  await manager.services.get(name)?.stop(by)
}

async function reports(manager: Manager, names: readonly string[]): Promise<UnitReport[]> {
  const found: UnitReport[] = []
  for (const name of names) found.push(report(manager, name, await manager.definition(name)))
  return found
}

function report(manager: Manager, name: string, unit: Unit | undefined): UnitReport {
  const service = manager.services.get(name)
  const timer = manager.timers.get(name)
  const main = service?.main
  return {
    name,
    found: unit !== undefined,
    description: unit?.description ?? name,
    path: unit?.path ?? '',
    dropIns: unit?.dropIns ?? [],
    active: service?.active ?? (timer?.isActive ? 'active' : 'inactive'),
    sub: service?.sub ?? (timer?.isActive ? 'waiting' : 'dead'),
    result: service?.result ?? 'success',
    sinceMs: service?.sinceMs ?? 0,
    main: main === undefined ? undefined : { pid: main.pid, command: commandOf(service) },
    lastExit: lastExit(service),
    processes: manager
      .members(name)
      .map(({ hostPid, image }) => ({ pid: hostPid, command: image.argv.join(' ') })),
  }
}

const commandOf = (service: Service | undefined): string => service?.members()[0]?.image.argv.join(' ') ?? ''

function lastExit(service: Service | undefined): string | undefined {
  const exit = service?.mainExit
  return exit === undefined
    ? undefined
    : `${exit.pid} ExecStart=${exit.command.join(' ')} (${exitText(exit.status)})`
}
