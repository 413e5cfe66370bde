/** What pods ask for and nodes have: kubernetes/kubernetes:pkg/scheduler/framework/plugins/{noderesources/fit,nodeports/node_ports}.go. */
import type { ContainerDef, Node, Pod } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'

const names = ['cpu', 'memory', 'ephemeral-storage'] as const

type Amounts = Readonly<Record<(typeof names)[number], number>>

/** What a pod needs at once: the sum of its containers, or the largest init container; those that stay count with both. */
function requestsOf(pod: Pod): Amounts {
  const known = requests.get(pod.spec)
  if (known !== undefined) return known
  const found = Object.fromEntries(names.map((name) => [name, requestOf(pod, name)])) as unknown as Amounts // one for each name
  requests.set(pod.spec, found)
  return found
}

const requests = new WeakMap<Pod['spec'], Amounts>()

function requestOf({ spec }: Pod, name: string): number {
  let sidecars = 0
  let largest = 0
  for (const def of spec.initContainers ?? []) {
    const own = asked(def, name)
    if (def.restartPolicy === 'Always') sidecars += own
    largest = Math.max(largest, sidecars + (def.restartPolicy === 'Always' ? 0 : own))
  }
  const sum = spec.containers.reduce((total, def) => total + asked(def, name), sidecars)
  return Math.max(sum, largest)
}

const asked = ({ resources }: ContainerDef, name: string): number => quantity(resources?.requests?.[name])

/** Reasons why the pod does not fit beside those that are there. */
export function lackingResources(pod: Pod, node: Node, present: readonly Pod[]): readonly string[] {
  const { allocatable = {} } = node.status
  const reasons: string[] = []
  if (present.length + 1 > quantity(allocatable.pods ?? '110')) reasons.push('Too many pods')
  const wanted = requestsOf(pod)
  for (const name of names) {
    if (wanted[name] === 0) continue
    const used = present.reduce((sum, each) => sum + requestsOf(each)[name], 0)
    // Sums of thousandths are no exact numbers.
    if (wanted[name] + used > quantity(allocatable[name]) * (1 + 1e-9)) reasons.push(`Insufficient ${name}`)
  }
  return reasons
}

/** Whether a port of the host that the pod wants is taken. */
export function portsTaken(pod: Pod, present: readonly Pod[]): boolean {
  const wanted = hostPorts(pod)
  return wanted.size > 0 && present.some((each) => [...hostPorts(each)].some((port) => wanted.has(port)))
}

const hostPorts = ({ spec }: Pod): ReadonlySet<string> =>
  new Set(
    spec.containers.flatMap(({ ports = [] }) =>
      ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol} ${hostPort}`] : [])),
    ),
  )
