/**
 * Takes the envelopes off a log line: what kubectl, the runtime, the journal and the program's own logger put around
 * the words. Formats nest (`kubectl --timestamps` around Calico's, the journal around klog), so they come off in turn.
 */
import { parseTime, rfc3339 } from '#base/clock.ts'
import { fieldsOf, keyValues } from '#cluster/messages/log-fields.ts'

/** A line without its envelopes. Everything that an envelope said is kept. */
export interface LogLine {
  /** When it was written, ms since 1970; the innermost time that was given. */
  readonly atMs?: number
  readonly level?: LogLevel
  /** `felix`, `confd`, `startup`, `bird`, `kubelet`, `containerd`, `calico.felix.fiptables` …, as the line says it. */
  readonly component?: string
  /** The journal's host name. */
  readonly host?: string
  /** From `kubectl logs --prefix`. */
  readonly pod?: string
  readonly container?: string
  /** The message with its fields, as printed: inner errors stand in the fields. */
  readonly text: string
  /** `key=value` after the message: `error`, `errorOutput`, `stderr`, `reason` … */
  readonly fields: Readonly<Record<string, string>>
}

export type LogLevel = 'debug' | 'info' | 'warning' | 'error' | 'fatal' | 'panic'

/** What an envelope said, and what was inside. */
type Layer = { -readonly [key in keyof LogLine]?: LogLine[key] } & { text: string }

/** Journal and klog lines have no year: it is the year of `nowMs`, or the one before when that would be the future. */
interface PeelOptions {
  readonly nowMs?: number
}

/** Undefined where no known format wraps the line. Costs a bounded number of anchored tests. */
export function peel(line: string, { nowMs }: PeelOptions = {}): LogLine | undefined {
  let peeled: Layer = { text: line }
  let layers = 0
  // A structured logger's record has its own fields: it is the innermost.
  while (layers < layersMax && peeled.fields === undefined) {
    const layer = opened(peeled.text, nowMs)
    if (layer === undefined) break
    peeled = { ...peeled, ...layer }
    layers++
  }
  return layers === 0 ? undefined : { ...peeled, fields: peeled.fields ?? fieldsOf(peeled.text) }
}

function opened(text: string, nowMs: number | undefined): Layer | undefined {
  for (const open of envelopes) {
    const layer = open(text, nowMs)
    if (layer !== undefined) return layer
  }
  return undefined
}

const layersMax = 5

type Envelope = (text: string, nowMs: number | undefined) => Layer | undefined

/** `2026-01-07 06:30:00.123 [INFO][85] felix/int_dataplane.go 434: …`; before 3.18 without component; Python: with a comma. */
const calico: Envelope = (text) => {
  const m =
    /^(?<date>\d{4}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d)[.,](?<ms>\d{3}) \[(?<level>[A-Z]+)\]\[[\d/]{1,16}\] (?:(?<component>[\w.-]{1,60})\/)?(?<file>[\w.<>-]{1,80}) (?<line>\d{1,6}|<nil>): (?<rest>.*)$/s.exec(
      text,
    )?.groups
  if (!m) return undefined
  // Python's Felix names a module where Go names a file.
  const python = m.file?.startsWith('calico.') ? m.file : undefined
  return {
    ...timed(`${m.date}T${m.time}.${m.ms}Z`),
    ...leveled(m.level),
    ...named(m.component ?? python ?? componentOfFile(m.file ?? '')),
    ...innermost(m.rest),
  }
}

/** What stands in a program's own line has no further envelope: looking for one costs more than all the rest. */
const innermost = (text = ''): Pick<Layer, 'text' | 'fields'> & { text: string } => ({
  text,
  fields: fieldsOf(text),
})

/**
 * The same cut at its front, as people paste it: without its date or time (`07:42:40.999 [INFO][85] felix/…`), without
 * its level (`felix/ipsets.go 569: …`, `startup.go 187: …`), or from the level's bracket on (`[ERROR][146/18] …`).
 */
const cutCalico: Envelope = (text) => {
  const m =
    /^(?:\d\d:\d\d:\d\d(?:[.,]\d{1,3})? )?(?:\[(?<level>[A-Z]+)\]\[[\d/]{1,16}\] )?(?:(?:(?<component>[a-z][\w-]{1,40})\/)?(?<file>[\w-]{1,80}\.go|<nil>)|(?<python>calico\.[\w.]{1,80})) (?<line>\d{1,6}|<nil>): (?<rest>.*)$/s.exec(
      text,
    )?.groups
  if (!m) return undefined
  const component = m.component ?? m.python ?? componentOfFile(m.file ?? '')
  return { ...leveled(m.level), ...named(component), text: m.rest ?? '' }
}

/** zap for people, as controllers print it in development: fields apart by tabs, the last an object. */
const zapConsole: Envelope = (text) => {
  const m =
    /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))\t(?<level>DEBUG|INFO|WARN|ERROR|DPANIC|PANIC|FATAL)\t(?:(?<logger>[\w.-]{1,80})\t)?(?<rest>[^\t]*)(?:\t(?<fields>\{.*\}))?/s.exec(
      text,
    )?.groups
  if (!m) return undefined
  const fields = plainFields(parsedRecord(m.fields ?? '{}') ?? {})
  return {
    ...timed(m.time?.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')),
    ...leveled(m.level),
    ...named(m.logger),
    text: withFields(m.rest ?? '', fields),
    fields,
  }
}

/** klog cut at its front: `kubelet.go:2345] …`, or with a time and no date. */
const cutKlog: Envelope = (text) => {
  const m =
    /^(?:(?<level>[IWEF])(?:\d{4})? )?(?:\d\d:\d\d:\d\d(?:\.\d{1,9})? +)?(?:\d{1,8} )?(?<file>[a-z][\w./-]{0,120}\.go:\d{1,6})\] (?<rest>.*)$/s.exec(
      text,
    )?.groups
  return m && { ...leveled(klogLevels[m.level ?? '']), text: m.rest ?? '' }
}

/** `E0107 06:30:00.123456    1234 kubelet.go:2345] "…" err="…"`. */
const klog: Envelope = (text, nowMs) => {
  const m =
    /^(?<level>[IWEF])(?<month>\d\d)(?<day>\d\d) (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})? +\d{1,8} (?<file>[\w./-]{1,120}:\d{1,6})\] (?<rest>.*)$/s.exec(
      text,
    )?.groups
  if (!m) return undefined
  const at = withoutYear({ monthDay: `${m.month}-${m.day}`, time: `${m.time}${m.fraction ?? ''}`, nowMs })
  return { ...at, ...leveled(klogLevels[m.level ?? 'I']), ...innermost(m.rest) }
}

const klogLevels: Readonly<Record<string, string>> = { I: 'INFO', W: 'WARNING', E: 'ERROR', F: 'FATAL' }

/** `Jan 07 06:30:00 k8s-worker-03 kubelet[1234]: …`, and journalctl's ISO form. */
const journal: Envelope = (text, nowMs) => {
  const m =
    /^(?:(?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})?|(?<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,\d]{0,10}(?:Z|[+-]\d\d:?\d\d))) (?<host>[\w.-]{1,253}) (?<unit>[\w@.:/()-]{1,120}?)(?:\[\d{1,8}\])?: (?<rest>.*)$/s.exec(
      text,
    )?.groups
  if (!m) return undefined
  const monthNumber = months.indexOf(m.month ?? '') / 3 + 1
  const monthDay = `${String(monthNumber).padStart(2, '0')}-${(m.day ?? '').trim().padStart(2, '0')}`
  const at =
    m.iso === undefined
      ? withoutYear({ monthDay, time: `${m.time}${m.fraction ?? ''}`, nowMs })
      : timed(m.iso.replace(/([+-]\d\d)(\d\d)$/, '$1:$2').replace(',', '.'))
  return { ...at, ...(m.host && { host: m.host }), ...named(m.unit), text: ofBird(m.unit, m.rest) }
}

/** BIRD that runs outside a container leaves its name to the journal. */
const ofBird = (unit = '', text = ''): string => (/^bird6?$/.test(unit) ? `bird: ${text}` : text)

/** The same without its time: `k8s-worker-03 kubelet[1234]: …`. */
const cutJournal: Envelope = (text) => {
  const m =
    /^(?<host>(?=[^\s]{0,252}[-.\d])[a-z\d][\w.-]{0,252}) (?<unit>[\w@.-]{1,60})\[\d{1,8}\]: (?<rest>.*)$/s.exec(
      text,
    )?.groups
  return m && { ...(m.host && { host: m.host }), ...named(m.unit), text: m.rest ?? '' }
}

const months = 'JanFebMarAprMayJunJulAugSepOctNovDec'

/** `time="2026-01-07T06:30:00.123456789Z" level=error msg="…" error="…"`, also cut at its front. */
const logfmt: Envelope = (text) => {
  if (!/^(?:time=(?:"[^"]{1,64}"|[\d:TZ.+-]{8,40}) )?level=\w+ (?:source="?[\w.:]{1,80}"? )?msg=/.test(text))
    return undefined
  const { time, level, msg, ...rest } = keyValues(text)
  if (msg === undefined) return undefined
  return { ...timed(time), ...leveled(level), text: withFields(msg, rest), fields: rest }
}

/** One JSON object a line: zap (`{"level":"error","ts":…,"msg":…}`), Docker's `{"log":…}`, and their kin. */
const json: Envelope = (text) => {
  if (!text.startsWith('{"') || !text.trimEnd().endsWith('}')) return undefined
  const record = parsedRecord(text)
  if (record === undefined) return undefined
  const { msg, message, log, level, ts, time, logger, stream: _stream, ...rest } = record
  const words = [msg, message, log].find((each) => typeof each === 'string')
  if (typeof words !== 'string') return undefined
  const at = typeof ts === 'number' ? { atMs: Math.round(ts * 1000) } : timed(asText(ts ?? time))
  if (log !== undefined) return { ...at, text: words.replace(/\n$/, '') }
  const fields = plainFields(rest)
  return {
    ...at,
    ...leveled(asText(level)),
    ...named(asText(logger)),
    text: withFields(words, spoken(fields)),
    fields,
  }
}

/** `kubectl logs --timestamps`, and the runtime's own file (`… stdout F …`). */
const timestamps: Envelope = (text) => {
  const m =
    /^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (?:std(?:out|err) [FP] )?(?<rest>.*)$/s.exec(
      text,
    )?.groups
  return m && { ...timed(m.time), text: m.rest ?? '' }
}

/** `kubectl logs --prefix`: `[pod/calico-node-x7k2p/calico-node] …`. */
const prefix: Envelope = (text) => {
  const m = /^\[pod\/(?<pod>[a-z0-9.-]{1,253})\/(?<container>[a-z0-9.-]{1,63})\] (?<rest>.*)$/s.exec(
    text,
  )?.groups
  return m?.pod === undefined || m.container === undefined
    ? undefined
    : { pod: m.pod, container: m.container, text: m.rest ?? '' }
}

/** `bird: …` keeps its prefix in the text: it is all that tells BIRD's short words from anybody's. */
const bird: Envelope = (text) =>
  text.startsWith('bird: ') ? { component: 'bird', text, fields: {} } : undefined

/** `[12345.678901] …` of dmesg, with or without `-T`. */
const kernel: Envelope = (text) => {
  const m =
    /^\[(?: *\d{1,9}\.\d{6}|(?<ctime>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}))\] (?<rest>.*)$/s.exec(
      text,
    )?.groups
  return m && { ...timed(m.ctime && `${m.ctime} UTC`), component: 'kernel', text: m.rest ?? '' }
}

/** `[WARNING]  (8) : …` of HAProxy, before 2.4 with the day of the year and the time. */
const haproxy: Envelope = (text) => {
  const m = /^\[(?<level>NOTICE|WARNING|ALERT)\] {1,4}(?:\d{3}\/\d{6} )?\(\d{1,8}\) : (?<rest>.*)$/s.exec(
    text,
  )?.groups
  return (
    m && { ...leveled(haproxyLevels[m.level ?? '']), component: 'haproxy', text: m.rest ?? '', fields: {} }
  )
}

const haproxyLevels: Readonly<Record<string, string>> = { NOTICE: 'INFO', WARNING: 'WARNING', ALERT: 'ERROR' }

/** Without what only debuggers read, and what would follow an inner error. */
const spoken = ({
  stacktrace: _stacktrace,
  caller: _caller,
  ...fields
}: Readonly<Record<string, string>>): Readonly<Record<string, string>> => fields

const plainFields = (record: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) =>
      typeof value === 'object' ? [] : [[key, String(value)] as const],
    ),
  )

const envelopes: readonly Envelope[] = [
  prefix,
  bird,
  calico,
  klog,
  zapConsole,
  journal,
  timestamps,
  logfmt,
  json,
  kernel,
  haproxy,
  cutJournal,
  cutCalico,
  cutKlog,
]

const timed = (time: string | undefined): { atMs?: number } => {
  const atMs = time === undefined ? undefined : parseTime(time)
  return atMs === undefined ? {} : { atMs }
}

function withoutYear(o: { monthDay: string; time: string; nowMs: number | undefined }): { atMs?: number } {
  if (o.nowMs === undefined) return {}
  const year = Number(rfc3339(o.nowMs).slice(0, 4))
  const time = o.time.slice(0, 12)
  const { atMs } = timed(`${year}-${o.monthDay}T${time}Z`)
  // A day of grace: clocks differ and the journal prints local time.
  if (atMs === undefined || atMs <= o.nowMs + 86_400_000) return atMs === undefined ? {} : { atMs }
  return timed(`${year - 1}-${o.monthDay}T${time}Z`)
}

const leveled = (word: string | undefined): { level?: LogLevel } => {
  const level = levels[(word ?? '').toUpperCase()]
  return level === undefined ? {} : { level }
}

const levels: Readonly<Record<string, LogLevel>> = {
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warning',
  WARNING: 'warning',
  ERROR: 'error',
  CRITICAL: 'fatal',
  FATAL: 'fatal',
  PANIC: 'panic',
}

const named = (component: string | undefined): { component?: string } =>
  component === undefined ? {} : { component }

/** Before 3.18 only the file tells who speaks; where two programs share a file name, nobody. */
const componentOfFile = (file: string): string | undefined => oldFiles[file]

const oldFiles: Readonly<Record<string, string>> = {
  'startup.go': 'startup',
  'autodetection_methods.go': 'startup',
  'allocateip.go': 'tunnel-ip-allocator',
  'vxlan_mgr.go': 'felix',
  'ipip_mgr.go': 'felix',
  'route_table.go': 'felix',
  'endpoint_mgr.go': 'felix',
  'daemon.go': 'felix',
  'int_dataplane.go': 'felix',
  'table.go': 'felix',
  'ipsets.go': 'felix',
  'health.go': 'health',
}

/** The message as Calico's own logger would have printed it, so that one catalogue serves all loggers. */
const withFields = (message: string, fields: Readonly<Record<string, string>>): string =>
  [message, ...Object.entries(fields).map(([key, value]) => `${key}=${value}`)].join(' ')

function parsedRecord(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // JSON.parse of a text that starts with `{` gives an object with string keys.
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
