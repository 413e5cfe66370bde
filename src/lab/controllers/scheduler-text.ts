/** `0/5 nodes are available: 2 node(s) were unschedulable, …`: kubernetes/kubernetes:pkg/scheduler/framework/types.go FitError.Error. */
export function unavailable(
  whys: readonly (readonly string[])[],
  preemption: readonly string[] | string | undefined,
): string {
  if (whys.length === 0) return 'no nodes available to schedule pods'
  const text = `0/${whys.length} nodes are available: ${counted(whys.flat())}.`
  if (preemption === undefined) return text
  if (typeof preemption === 'string') return `${text} preemption: ${preemption}.`
  return `${text} preemption: 0/${whys.length} nodes are available: ${counted(preemption)}.`
}

/** Of a pod that no node was asked for: why not. */
export const unasked = (nodes: number, why: string): string =>
  nodes === 0
    ? 'no nodes available to schedule pods'
    : `0/${nodes} nodes are available: ${why}. preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ')
}
