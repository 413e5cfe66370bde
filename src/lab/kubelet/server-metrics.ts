/**
 * What containers and their machine use, as a kubelet tells those who collect it (kubernetes/kubernetes:pkg/kubelet/metrics/collectors/
 * resource_metrics.go). Memory is what the lab counts. Work takes no time here, so of CPU everything tells what an idle program takes.
 */
import type { ServedPods } from '#lab/kubelet/server.ts'

/** Cores: of a container, and of what else runs on a machine. */
const idleCores = 0.001
const systemCores = 0.04

export function resourceMetrics(
  { runtime, list, machine }: Pick<ServedPods, 'runtime' | 'list' | 'machine'>,
  timeMs: number,
): string {
  const nowMs = Math.floor(timeMs)
  const cpu: string[] = []
  const memory: string[] = []
  const starts: string[] = []
  for (const { metadata } of list())
    for (const { name, state, startedMs } of runtime.containers(metadata.uid)) {
      if (state !== 'running') continue
      const labels = `{container="${name}",namespace="${metadata.namespace}",pod="${metadata.name}"}`
      const seconds = ((nowMs - startedMs) / 1000) * idleCores
      cpu.push(`container_cpu_usage_seconds_total${labels} ${seconds} ${nowMs}`)
      memory.push(
        `container_memory_working_set_bytes${labels} ${runtime.usage(metadata.uid, name).memoryBytes} ${nowMs}`,
      )
      starts.push(`container_start_time_seconds${labels} ${startedMs / 1000}`)
    }
  const cores = systemCores + cpu.length * idleCores
  const metrics: readonly (readonly [name: string, kind: string, help: string, lines: readonly string[]])[] =
    [
      [
        'container_cpu_usage_seconds_total',
        'counter',
        'Cumulative cpu time consumed by the container in core-seconds',
        cpu,
      ],
      [
        'container_memory_working_set_bytes',
        'gauge',
        'Current working set of the container in bytes',
        memory,
      ],
      [
        'container_start_time_seconds',
        'gauge',
        'Start time of the container since unix epoch in seconds',
        starts,
      ],
      [
        'node_cpu_usage_seconds_total',
        'counter',
        'Cumulative cpu time consumed by the node in core-seconds',
        [`node_cpu_usage_seconds_total ${(nowMs / 1000) * cores} ${nowMs}`],
      ],
      [
        'node_memory_working_set_bytes',
        'gauge',
        'Current working set of the node in bytes',
        [`node_memory_working_set_bytes ${machine.memory.usedBytes} ${nowMs}`],
      ],
    ]
  return metrics
    .filter(([, , , lines]) => lines.length > 0)
    .map(
      ([name, kind, help, lines]) =>
        `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${kind}\n${lines.join('\n')}\n`,
    )
    .join('')
}
