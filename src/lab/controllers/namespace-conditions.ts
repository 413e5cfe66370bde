/** What a namespace that goes away says of itself: kubernetes/kubernetes:pkg/controller/namespace/deletion/status_condition_utils.go. */
import { rfc3339 } from '#base/clock.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import type { KubeError, ResourceType } from '#lab/api/ports.ts'

export interface NamespaceCondition {
  readonly lastTransitionTime: string
  readonly message: string
  readonly reason: string
  readonly status: 'True' | 'False'
  readonly type: string
}

/** What could not be taken away yet. */
export interface Content {
  readonly remaining: readonly { readonly type: ResourceType; readonly objects: readonly KubeObject[] }[]
  readonly failures: readonly KubeError[]
  /** Groups with their versions of which nobody can tell what they hold: their servers do not answer. */
  readonly undiscovered: readonly string[]
  /** How long it will take as far as is known. */
  readonly seconds: number
}

interface Said {
  readonly type: string
  readonly well: readonly [reason: string, message: string]
  readonly trouble?: readonly [reason: string, message: string] | undefined
}

/** The five conditions; one that says the same as before keeps its time. */
export function deletionConditions(
  content: Content,
  {
    before = [],
    nowMs,
  }: { readonly before?: readonly NamespaceCondition[] | undefined; readonly nowMs: number },
): readonly NamespaceCondition[] {
  return said(content).map(({ type, well, trouble }) => {
    const [reason, message] = trouble ?? well
    const status = trouble === undefined ? 'False' : 'True'
    const old = before.find((each) => each.type === type)
    const unchanged = old?.status === status && old.message === message && old.reason === reason
    return unchanged ? old : { lastTransitionTime: rfc3339(nowMs), message, reason, status, type }
  })
}

const said = (content: Content): readonly Said[] => [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    well: ['ResourcesDiscovered', 'All resources successfully discovered'],
    trouble: unknown(content),
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    well: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  },
  {
    type: 'NamespaceDeletionContentFailure',
    well: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    trouble: failed(content),
  },
  {
    type: 'NamespaceContentRemaining',
    well: ['ContentRemoved', 'All content successfully removed'],
    trouble: counted('SomeResourcesRemain', 'Some resources are remaining: ', resourceCounts(content)),
  },
  {
    type: 'NamespaceFinalizersRemaining',
    well: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    trouble: counted(
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: ',
      finalizerCounts(content),
    ),
  },
]

/** client-go: discovery/discovery_client.go (ErrGroupDiscoveryFailed). */
function unknown({ undiscovered }: Content): Said['trouble'] {
  if (undiscovered.length === 0) return undefined
  const groups = undiscovered.map((group) => `${group}: stale GroupVersion discovery: ${group}`)
  const why = `unable to retrieve the complete list of server APIs: ${groups.join(', ')}`
  return ['DiscoveryFailed', `Discovery failed for some groups, ${undiscovered.length} failing: ${why}`]
}

function failed({ failures, remaining }: Content): Said['trouble'] {
  if (failures.length === 0) return undefined
  const messages = failures.map(({ message }) => message).join(', ')
  const errors = failures.length === 1 ? messages : `[${messages}]`
  const count = remaining.reduce((sum, { objects }) => sum + objects.length, 0)
  return ['ContentDeletionFailed', `Failed to delete all resource types, ${count} remaining: ${errors}`]
}

const counted = (reason: string, before: string, lines: readonly string[]): Said['trouble'] =>
  lines.length === 0 ? undefined : [reason, `${before}${[...lines].sort().join(', ')}`]

const resourceCounts = ({ remaining }: Content): readonly string[] =>
  remaining.map(
    ({ type, objects }) => `${type.resource}.${type.group} has ${objects.length} resource instances`,
  )

function finalizerCounts({ remaining }: Content): readonly string[] {
  const counts = new Map<string, number>()
  for (const { objects } of remaining)
    for (const { metadata } of objects)
      for (const each of metadata.finalizers ?? []) counts.set(each, (counts.get(each) ?? 0) + 1)
  return [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`)
}
