/** How busy machines and pods are: `uptime`, `top`, `nproc`, `lscpu`, cpu.stat, `kubectl top`. */

export interface LoadFigure {
  readonly name: string
  readonly value: string
  /** Of `kubectl top`: whose figure it is. */
  readonly node?: string
  readonly pod?: string
}

/**
 * Undefined for a line of something else, `[]` for one that belongs to these and tells nothing.
 *
 * @param command what was run: a number alone is an answer only to `nproc`
 * @see procps-ng/procps:src/uptime.c, src/top/top.c; util-linux/util-linux:sys-utils/lscpu.c
 * @see kubernetes/kubectl:pkg/metricsutil/metrics_printer.go
 */
export const parseLoad = (line: string, command: string): readonly LoadFigure[] | undefined =>
  ofUptime(line) ?? ofProcessors(line, command) ?? ofControlGroup(line) ?? ofKubectl(line) ?? filler(line)

function ofUptime(line: string): readonly LoadFigure[] | undefined {
  const load = /\bload averages?: (?<value>\d{1,6}[.,]\d\d)(?:,? \d{1,6}[.,]\d\d){2}/.exec(line)?.groups
  if (load?.value !== undefined)
    return [{ name: 'load-average', value: load.value.replace(',', '.') }, ...processorsIn(line)]
  const idle = /^\s*%?Cpu(?:\(s\)|\d{1,4})\s*:.{0,80}?(?<value>\d{1,3}(?:[.,]\d{1,2})?)[ %]{1,2}id\b/.exec(
    line,
  )?.groups
  return idle?.value === undefined
    ? undefined
    : [{ name: 'cpu-idle-percent', value: idle.value.replace(',', '.') }]
}

/** `load average: 14.35, 12.10, 9.80 (4 cpus)`: people write it behind. */
function processorsIn(line: string): readonly LoadFigure[] {
  const count = /\b(?<count>\d{1,4}) ?(?:v?cpus?|cores?|processors)\b/i.exec(line)?.groups?.count
  return count === undefined ? [] : [{ name: 'cpus', value: count }]
}

function ofProcessors(line: string, command: string): readonly LoadFigure[] | undefined {
  const count = /^\s*CPU\(s\):\s+(?<count>\d{1,4})$/.exec(line)?.groups?.count
  if (count !== undefined) return [{ name: 'cpus', value: count }]
  return /(?:^|[\s;'"])nproc(?:$|[\s;'"])/.test(command) && /^\s*\d{1,4}\s*$/.test(line)
    ? [{ name: 'cpus', value: line.trim() }]
    : undefined
}

/** cpu.stat of a control group: how often its limit stopped it. */
function ofControlGroup(line: string): readonly LoadFigure[] | undefined {
  const m = /^\s*(?<name>nr_periods|nr_throttled|throttled_(?:usec|time))\s+(?<value>\d{1,20})$/.exec(line)
  return m?.groups?.name === undefined ? undefined : [{ name: m.groups.name, value: m.groups.value ?? '' }]
}

const nodePattern =
  /^\s*(?<node>[a-z0-9][a-z0-9.-]{1,252})\s+(?<cpu>\d{1,9}m?)\s+(?<cpuPercent>\d{1,4})%\s+(?<memory>\d{1,12}[KMG]i)\s+(?<memoryPercent>\d{1,4})%\s*$/
const podPattern =
  /^\s*(?:(?:[a-z0-9][a-z0-9-]{0,62})\s+)?(?<pod>[a-z0-9][a-z0-9.-]{1,252})\s+(?<cpu>\d{1,9}m)\s+(?<memory>\d{1,12}[KMG]i)\s*$/

function ofKubectl(line: string): readonly LoadFigure[] | undefined {
  const ofNode = nodePattern.exec(line)?.groups
  if (ofNode?.node !== undefined)
    return [
      { name: 'node-cpu-percent', value: ofNode.cpuPercent ?? '', node: ofNode.node },
      { name: 'node-memory-percent', value: ofNode.memoryPercent ?? '', node: ofNode.node },
    ]
  const ofPod = podPattern.exec(line)?.groups
  if (ofPod?.pod === undefined) return undefined
  return [
    { name: 'usage.cpu', value: ofPod.cpu ?? '', pod: ofPod.pod },
    { name: 'usage.memory', value: ofPod.memory ?? '', pod: ofPod.pod },
  ]
}

const filler = (line: string): readonly LoadFigure[] | undefined =>
  /^\s*(?:Tasks: +\d+ total|(?:[KMG]iB )?(?:Mem|Swap) ?: +\d|NAME\s+CPU\(cores\)|NAMESPACE\s+NAME\s+CPU\(cores\))/.test(
    line,
  )
    ? []
    : undefined
