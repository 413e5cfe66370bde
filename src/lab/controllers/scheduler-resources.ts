/** What pods ask of a node: kubernetes/kubernetes:pkg/scheduler/framework/plugins/{noderesources/fit,nodeports/node_ports}.go. */
import type { ContainerDef, Node, Pod } from '#lab/api/objects.ts'
import { quantity } from '#lab/api/quantity.ts'

const names = ['cpu', 'memory', 'ephemeral-storage'] as const

/** In thousandths: sums of whole numbers are exact, in whatever order pods come and go. */
export type Amounts = Record<(typeof names)[number], number>

/** What is asked of a node by all who are there. */
export interface Load {
  readonly pods: number
  readonly asked: Readonly<Amounts>
  /** How many want each port of the host. */
  readonly ports: ReadonlyMap<string, number>
}

/** What a pod needs at once: the sum of its containers, or the largest init container; those that stay count with both. */
export function requestsOf(pod: Pod): Readonly<Amounts> {
  const known = requests.get(pod.spec)
  if (known !== undefined) return known
  const found: Amounts = { cpu: 0, memory: 0, 'ephemeral-storage': 0 }
  for (const name of names) found[name] = requestOf(pod, name)
  requests.set(pod.spec, found)
  return found
}

const requests = new WeakMap<Pod['spec'], Readonly<Amounts>>()

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

/** A text that is no quantity asks for nothing: it must not spoil the sums. */
const asked = ({ resources }: ContainerDef, name: string): number =>
  thousandths(resources?.requests?.[name]) || 0

const thousandths = (text: string | number | undefined): number =>
  text === undefined ? 0 : Math.round(quantity(text) * 1000)

interface Offer {
  readonly pods: number
  readonly amounts: Readonly<Amounts>
}

/** What a node has for pods. */
function offerOf({ status }: Node): Offer {
  const known = offers.get(status)
  if (known !== undefined) return known
  const { allocatable = {} } = status
  const amounts: Amounts = { cpu: 0, memory: 0, 'ephemeral-storage': 0 }
  for (const name of names) amounts[name] = thousandths(allocatable[name])
  const found = { pods: quantity(allocatable.pods ?? '110'), amounts }
  offers.set(status, found)
  return found
}

const offers = new WeakMap<Node['status'], Offer>()

/** Reasons why what a pod asks does not fit beside what is asked already. */
export function lackingResources(wanted: Readonly<Amounts>, node: Node, load: Load): readonly string[] {
  const offer = offerOf(node)
  const reasons: string[] = []
  if (load.pods + 1 > offer.pods) reasons.push('Too many pods')
  for (const name of names)
    if (wanted[name] > 0 && wanted[name] + load.asked[name] > offer.amounts[name])
      reasons.push(`Insufficient ${name}`)
  return reasons
}

/** The ports of the host that a pod wants, each once. */
export function hostPorts({ spec }: Pod): readonly string[] {
  const ports = spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol} ${hostPort}`] : [])),
  )
  return [...new Set(ports)]
}

/** Whether a port of the host that a pod wants is taken. */
export const portsTaken = (wanted: readonly string[], { ports }: Load): boolean =>
  wanted.some((port) => ports.has(port))
