/**
 * Which nodes a pod asks for: kubernetes/component-helpers:scheduling/corev1/nodeaffinity/nodeaffinity.go.
 * Its parsed terms are compiled once and asked for many nodes.
 */
import type { Node, PodSpec } from '#lab/api/objects.ts'

type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'

interface NodeRequirement {
  readonly key: string
  readonly operator: Operator
  readonly values?: readonly string[]
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeRequirement[]
  readonly matchFields?: readonly NodeRequirement[]
}

export interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: {
    readonly nodeSelectorTerms?: readonly NodeSelectorTerm[]
  }
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number
    readonly preference: NodeSelectorTerm
  }[]
}

/** The server checked its shape when the pod was created. */
export const nodeAffinityOf = ({ affinity }: PodSpec): NodeAffinity =>
  (affinity as { readonly nodeAffinity?: NodeAffinity } | undefined)?.nodeAffinity ?? {}

/** Whether a node has what `nodeSelector` and the required node affinity ask for. */
export function wantedNodes(spec: PodSpec): (node: Node) => boolean {
  const selector = Object.entries(spec.nodeSelector ?? {})
  const terms = nodeAffinityOf(spec).requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return (node) =>
    selector.every(([key, value]) => node.metadata.labels?.[key] === value) &&
    (terms === undefined || terms.some((term) => termHolds(term, node)))
}

/** A term without requirements matches no node. */
export function termHolds(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  node: Node,
): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  return (
    matchExpressions.every((each) => holds(each, node.metadata.labels?.[each.key])) &&
    // metadata.name is the only field that can be asked for.
    matchFields.every((each) => holds(each, each.key === 'metadata.name' ? node.metadata.name : undefined))
  )
}

function holds({ operator, values = [] }: NodeRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number.parseInt(value, 10) > Number.parseInt(values[0] ?? '', 10)
    case 'Lt':
      return value !== undefined && Number.parseInt(value, 10) < Number.parseInt(values[0] ?? '', 10)
  }
}
