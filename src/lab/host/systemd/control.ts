import type { Process } from '#lab/host/ports.ts'
import { signalNamed } from '#lab/host/shell/traps.ts'
import { exitText } from '#lab/host/systemd/exit-status.ts'
import type { Manager } from '#lab/host/systemd/manager.ts'
import type { Service } from '#lab/host/systemd/service.ts'
import type { Unit } from '#lab/host/systemd/unit.ts'

/** Where PID 1 answers root (its own protocol: one JSON text there, one back). */
export const controlPath = '/run/systemd/private'

export type Verb =
  | 'start'
  | 'stop'
  | 'restart'
  | 'try-restart'
  | 'reload'
  | 'kill'
  | 'status'
  | 'list'
  | 'daemon-reload'
  | 'reset-failed'
  | 'reboot'
  | 'poweroff'

export interface Request {
  readonly verb: Verb
  readonly units: readonly string[]
  /** Of `kill`. */
  readonly signal?: string
}

/** One unit as systemctl shows it. */
export interface UnitReport {
  readonly name: string
  readonly found: boolean
  readonly masked: boolean
  readonly description: string
  readonly path: string
  readonly dropIns: readonly string[]
  readonly active: string
  readonly sub: string
  readonly result: string
  readonly type: string
  readonly restart: string
  readonly restarts: number
  readonly exitCode: number
  readonly sinceMs: number
  readonly main: { readonly pid: number; readonly command: string } | undefined
  readonly lastExit: string | undefined
  readonly processes: readonly { readonly pid: number; readonly command: string }[]
}

export type Refused = 'not-found' | 'failed' | 'masked' | 'no-reload' | 'inactive'

export interface Reply {
  /** Of start, stop, restart: those that did not do it, and why. */
  readonly failed: readonly { readonly unit: string; readonly why: Refused }[]
  readonly units: readonly UnitReport[]
}

const verbs: readonly string[] = [
  'start',
  'stop',
  'restart',
  'try-restart',
  'reload',
  'kill',
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
    const signal = 'signal' in value ? { signal: String(value.signal) } : {}
    return { verb: value.verb as Verb, units: value.units.map(String), ...signal }
  } catch {
    return undefined
  }
}

export async function answer(
  manager: Manager,
  { verb, units, signal }: Request,
  by: Process,
): Promise<Reply> {
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
      for (const [name, service] of manager.services)
        if (service.active === 'failed' && (units.length === 0 || units.includes(name)))
          service.forgetFailure()
      return { failed: [], units: [] }
    case 'kill': {
      const named = signalNamed(signal ?? 'TERM') ?? 'SIGTERM'
      for (const unit of units) for (const process of manager.members(unit)) process.signal(named)
      return { failed: [], units: [] }
    }
    default:
      return change(manager, { verb, units, by })
  }
}

async function change(
  manager: Manager,
  {
    verb,
    units,
    by,
  }: {
    verb: 'start' | 'stop' | 'restart' | 'try-restart' | 'reload'
    units: readonly string[]
    by: Process
  },
): Promise<Reply> {
  const failed: { unit: string; why: Refused }[] = []
  for (const unit of units) {
    const why = await changeOne(manager, { verb, unit, by })
    if (why !== undefined) failed.push({ unit, why })
  }
  return { failed, units: [] }
}

async function changeOne(
  manager: Manager,
  {
    verb,
    unit,
    by,
  }: { verb: 'start' | 'stop' | 'restart' | 'try-restart' | 'reload'; unit: string; by: Process },
): Promise<Refused | undefined> {
  const definition = await manager.definition(unit)
  if (definition === undefined && !unit.endsWith('.target')) return 'not-found'
  const isUp = manager.services.get(unit)?.isUp === true || manager.timers.get(unit)?.isActive === true
  if (verb === 'try-restart' && !isUp) return undefined
  if (definition?.masked && (verb === 'start' || verb === 'restart')) return 'masked'
  if (verb === 'reload') {
    if ((definition?.execReload.length ?? 0) === 0) return 'no-reload'
    if (!isUp) return 'inactive'
    return (await manager.services.get(unit)?.reload(by)) === false ? 'failed' : undefined
  }
  if (verb !== 'start') await stop(manager, unit, by)
  return verb === 'stop' || (await manager.start(unit, by)) ? undefined : 'failed'
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
    masked: unit?.masked ?? false,
    description: unit?.description ?? name,
    path: unit?.path ?? '',
    dropIns: unit?.dropIns ?? [],
    active: service?.active ?? (timer?.isActive ? 'active' : 'inactive'),
    sub: service?.sub ?? (timer?.isActive ? 'waiting' : 'dead'),
    result: service?.result ?? 'success',
    type: unit?.type ?? 'simple',
    restart: unit?.restart ?? 'no',
    restarts: service?.restarts ?? 0,
    exitCode: service?.mainExit?.status.code ?? 0,
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
