import { remembering } from '#base/remember.ts'
import { type Files, isErrno } from '#lab/host/ports.ts'
import {
  lastValue,
  parseUnitFile,
  type Setting,
  splitWords,
  timeSpanMs,
  valuesOf,
} from '#lab/host/systemd/unit-file.ts'

export type ServiceType = 'simple' | 'exec' | 'notify' | 'oneshot'
export type RestartPolicy = 'no' | 'on-success' | 'on-failure' | 'on-abnormal' | 'always'

/** A command of a service; `mayFail` when it was written with a leading `-`. */
export interface Command {
  readonly argv: readonly string[]
  readonly mayFail: boolean
}

/** A unit as its files describe it. */
export interface Unit {
  readonly name: string
  readonly description: string
  readonly path: string
  readonly dropIns: readonly string[]
  /** A link to /dev/null stands in its place: nothing may start it. */
  readonly masked: boolean
  readonly after: readonly string[]
  readonly requires: readonly string[]
  readonly wants: readonly string[]
  readonly wantedBy: readonly string[]
  readonly type: ServiceType
  readonly remainAfterExit: boolean
  readonly execStartPre: readonly Command[]
  readonly execStart: readonly Command[]
  readonly execReload: readonly Command[]
  readonly execStopPost: readonly Command[]
  readonly restart: RestartPolicy
  readonly restartMs: number
  readonly startLimit: { readonly burst: number; readonly intervalMs: number }
  readonly stopTimeoutMs: number
  readonly runtimeMaxMs: number
  readonly user: string | undefined
  readonly group: string | undefined
  readonly workingDirectory: string
  readonly environment: readonly string[]
  readonly environmentFiles: readonly string[]
  readonly ambientCapabilities: readonly string[]
  readonly boundingSet: readonly string[] | undefined
  readonly noNewPrivileges: boolean
  /** Timers: ms after boot, and after the last start of what it starts. */
  readonly onBootMs: number | undefined
  readonly onUnitActiveMs: number | undefined
  readonly timerUnit: string
}

/** Where unit files are looked for, first come first. */
export const unitFolders = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/lib/systemd/system',
]

/** Reads a unit and its drop-ins; `undefined` when there is no file of that name. */
export async function loadUnit(files: Files, name: string): Promise<Unit | undefined> {
  for (const folder of unitFolders) {
    const path = `${folder}/${name}`
    const text = await textOf(files, path)
    if (text === undefined) continue
    const masked = await isMasked(files, path)
    const dropIns = await dropInsOf(files, name)
    const texts = [text]
    for (const dropIn of dropIns) texts.push((await textOf(files, dropIn)) ?? '')
    return unitOf(JSON.stringify({ name, path, dropIns, texts, masked } satisfies Read))
  }
  return undefined
}

/** What was read of a unit. */
interface Read {
  readonly name: string
  readonly path: string
  readonly dropIns: readonly string[]
  /** Of the unit's file, and of its drop-ins. */
  readonly texts: readonly string[]
  readonly masked: boolean
}

async function isMasked(files: Files, path: string): Promise<boolean> {
  try {
    const { kind } = await files.lstat(path)
    return kind === 'symlink' && (await files.readlink(path)) === '/dev/null'
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** `name.d/*.conf` of all folders by file name; of equal names the first folder's counts. */
async function dropInsOf(files: Files, name: string): Promise<string[]> {
  const found = new Map<string, string>()
  for (const folder of unitFolders) {
    for (const file of await namesIn(files, `${folder}/${name}.d`)) {
      if (file.endsWith('.conf') && !found.has(file)) found.set(file, `${folder}/${name}.d/${file}`)
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

export async function textOf(files: Files, path: string): Promise<string | undefined> {
  try {
    return (await files.exists(path)) ? await files.read(path) : undefined
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

export async function namesIn(files: Files, folder: string): Promise<string[]> {
  try {
    return (await files.exists(folder)) ? (await files.list(folder)).map(({ name }) => name) : []
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}

/** What `target` pulls in by links in its `.wants` and `.requires` folders. */
export async function wantedOf(files: Files, target: string): Promise<string[]> {
  const names = new Set<string>()
  for (const folder of unitFolders)
    for (const kind of ['wants', 'requires'])
      for (const name of await namesIn(files, `${folder}/${target}.${kind}`)) names.add(name)
  return [...names].sort()
}

const restartPolicies: readonly string[] = ['no', 'on-success', 'on-failure', 'on-abnormal', 'always']
const serviceTypes: readonly string[] = ['simple', 'exec', 'notify', 'oneshot']

/** Machines have mostly the same units. */
const unitOf = remembering((read): Unit => parsed(JSON.parse(read) as Read)) // as written by loadUnit

function parsed(o: Read): Unit {
  const { name } = o
  const settings: readonly Setting[] = o.texts.flatMap(parseUnitFile)
  const service = (key: string): string | undefined => lastValue(settings, 'Service', key)
  const lists = (section: string, key: string): string[] =>
    valuesOf(settings, section, key).flatMap(splitWords)
  const span = (key: string, fallback: number): number => timeSpanMs(service(key) ?? '') ?? fallback
  const timer = (key: string): number | undefined => timeSpanMs(lastValue(settings, 'Timer', key) ?? '')
  // Older unit files have the limit among the service's own settings.
  const limit = (key: string): string | undefined => lastValue(settings, 'Unit', key) ?? service(key)
  const yes = (key: string): boolean => ['yes', 'true', 'on', '1'].includes(service(key) ?? 'no')
  const type = service('Type') ?? 'simple'
  const restart = service('Restart') ?? 'no'
  const bounding = lastValue(settings, 'Service', 'CapabilityBoundingSet')
  return {
    name,
    path: o.path,
    dropIns: o.dropIns,
    masked: o.masked,
    description: lastValue(settings, 'Unit', 'Description') ?? name,
    after: lists('Unit', 'After'),
    requires: [...lists('Unit', 'Requires'), ...lists('Unit', 'BindsTo')],
    wants: lists('Unit', 'Wants'),
    wantedBy: lists('Install', 'WantedBy'),
    // Both lists hold every member of their union: what is found in them is one.
    type: serviceTypes.includes(type) ? (type as ServiceType) : 'simple',
    restart: restartPolicies.includes(restart) ? (restart as RestartPolicy) : 'no',
    remainAfterExit: yes('RemainAfterExit'),
    execStartPre: valuesOf(settings, 'Service', 'ExecStartPre').map(commandOf),
    execStart: valuesOf(settings, 'Service', 'ExecStart').map(commandOf),
    execReload: valuesOf(settings, 'Service', 'ExecReload').map(commandOf),
    execStopPost: valuesOf(settings, 'Service', 'ExecStopPost').map(commandOf),
    restartMs: span('RestartSec', 100),
    startLimit: {
      burst: Number(limit('StartLimitBurst') ?? 5),
      intervalMs: timeSpanMs(limit('StartLimitIntervalSec') ?? limit('StartLimitInterval') ?? '') ?? 10_000,
    },
    stopTimeoutMs: span('TimeoutStopSec', 90_000),
    runtimeMaxMs: span('RuntimeMaxSec', Number.POSITIVE_INFINITY),
    user: service('User'),
    group: service('Group'),
    workingDirectory: service('WorkingDirectory') ?? '/',
    environment: lists('Service', 'Environment'),
    environmentFiles: valuesOf(settings, 'Service', 'EnvironmentFile'),
    ambientCapabilities: lists('Service', 'AmbientCapabilities'),
    boundingSet: bounding === undefined ? undefined : lists('Service', 'CapabilityBoundingSet'),
    noNewPrivileges: yes('NoNewPrivileges'),
    onBootMs: timer('OnBootSec'),
    onUnitActiveMs: timer('OnUnitActiveSec'),
    timerUnit: lastValue(settings, 'Timer', 'Unit') ?? name.replace(/\.timer$/, '.service'),
  }
}

function commandOf(line: string): Command {
  const mayFail = line.startsWith('-')
  return { argv: splitWords(line.replace(/^[-@+!:]+/, '')), mayFail }
}
