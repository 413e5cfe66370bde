import { utc } from '#base/clock.ts'
import type { Process } from '#lab/host/ports.ts'
import { ask } from '#lab/host/systemd/client.ts'
import type { UnitReport } from '#lab/host/systemd/control.ts'
import { isEnabled } from '#lab/host/systemd/install.ts'

async function reports(
  p: Process,
  request: { readonly verb: 'status' | 'list'; readonly units: readonly string[] },
): Promise<readonly UnitReport[] | undefined> {
  const reply = await ask(p, request)
  if (!('trouble' in reply)) return reply.units
  p.stderr.write(`${reply.trouble}\n`)
  return undefined
}

/** systemctl show: the properties that people ask for. */
export async function show(
  p: Process,
  units: readonly string[],
  wanted: string | undefined,
  valueOnly: boolean,
): Promise<number> {
  const found = await reports(p, { verb: 'status', units })
  if (found === undefined) return 1
  const names = wanted?.split(',')
  for (const [at, unit] of found.entries()) {
    if (at > 0) p.stdout.write('\n')
    const properties = propertiesOf(unit, (await isEnabled(p.files, unit.name)) ?? '')
    for (const [name, value] of Object.entries(properties))
      if (names === undefined || names.includes(name))
        p.stdout.write(valueOnly ? `${value}\n` : `${name}=${value}\n`)
  }
  return 0
}

function propertiesOf(unit: UnitReport, fileState: string): Record<string, string> {
  const since = unit.sinceMs === 0 ? '' : stampOf(unit.sinceMs)
  return {
    Type: unit.type,
    Restart: unit.restart,
    MainPID: String(unit.main?.pid ?? 0),
    NRestarts: String(unit.restarts),
    Result: unit.result,
    ExecMainStatus: String(unit.exitCode),
    Id: unit.name,
    Names: unit.name,
    Description: unit.description,
    LoadState: unit.masked ? 'masked' : unit.found ? 'loaded' : 'not-found',
    ActiveState: unit.active,
    SubState: unit.sub,
    FragmentPath: unit.path,
    DropInPaths: unit.dropIns.join(' '),
    UnitFileState: fileState,
    ActiveEnterTimestamp: unit.active === 'active' ? since : '',
    StateChangeTimestamp: since,
  }
}

function stampOf(ms: number): string {
  const { weekday, date, time } = utc(ms)
  return `${weekday} ${date} ${time.slice(0, 8)} UTC`
}

/** systemctl is-system-running: `degraded` once a unit has failed. */
export async function systemState(p: Process): Promise<number> {
  const found = await reports(p, { verb: 'list', units: [] })
  if (found === undefined) return 1
  const isDegraded = found.some(({ active }) => active === 'failed')
  p.stdout.write(isDegraded ? 'degraded\n' : 'running\n')
  return isDegraded ? 1 : 0
}

/** systemctl list-unit-files. */
export async function listFiles(p: Process, only: readonly string[]): Promise<number> {
  const found = await reports(p, { verb: 'list', units: [] })
  if (found === undefined) return 1
  const rows: string[][] = []
  for (const { name } of found)
    if (only.length === 0 || only.includes(name))
      rows.push([name, (await isEnabled(p.files, name)) ?? 'static', 'enabled'])
  const width = Math.max(9, ...rows.map(([name]) => name?.length ?? 0))
  const line = ([name = '', state = '', preset = '']: readonly string[]): string =>
    `${name.padEnd(width)} ${state.padEnd(8)} ${preset}\n`
  p.stdout.write(line(['UNIT FILE', 'STATE', 'VENDOR PRESET']))
  for (const row of rows) p.stdout.write(line(row))
  p.stdout.write(`\n${rows.length} unit files listed.\n`)
  return 0
}

/** systemctl list-timers: those that run. When they go off next is not told. */
export async function listTimers(p: Process): Promise<number> {
  const found = await reports(p, { verb: 'list', units: [] })
  if (found === undefined) return 1
  const timers = found.filter(({ name, active }) => name.endsWith('.timer') && active === 'active')
  p.stdout.write('NEXT LEFT LAST PASSED UNIT ACTIVATES\n')
  for (const { name } of timers)
    p.stdout.write(`n/a  n/a  n/a  n/a    ${name} ${name.replace(/timer$/, 'service')}\n`)
  p.stdout.write(`\n${timers.length} timers listed.\n`)
  return 0
}
