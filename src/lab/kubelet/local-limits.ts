/**
 * Who has more on the node's disk than his own limits let him: kubernetes/kubernetes:pkg/kubelet/eviction/eviction_manager.go
 * (localStorageEviction). Not imitated: limits of what lies in memory, which is a file system of that size.
 */
import type { Pod } from '#lab/api/objects.ts'
import { binaryQuantity, quantity } from '#lab/api/quantity.ts'
import type { Files } from '#lab/host/ports.ts'
import { emptyDirSizes } from '#lab/kubelet/empty-dirs.ts'
import type { Usages } from '#lab/kubelet/eviction-rank.ts'

const resource = 'ephemeral-storage'

const limitOf = (emptyDir: Readonly<Record<string, unknown>> | undefined): string | undefined =>
  typeof emptyDir?.sizeLimit === 'string' && quantity(emptyDir.sizeLimit) > 0 ? emptyDir.sizeLimit : undefined

export const hasLocalLimits = ({ spec }: Pod): boolean =>
  (spec.volumes ?? []).some(({ emptyDir }) => limitOf(emptyDir) !== undefined) ||
  spec.containers.some(({ resources }) => resources?.limits?.[resource] !== undefined)

/** What is said of the first limit that a pod is above, if it is above any; the sentence ends in a space. */
export async function excessOf(
  files: Files,
  pod: Pod,
  usages: Pick<Usages, 'of'>,
): Promise<string | undefined> {
  const sizes = await emptyDirSizes(files, pod)
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = limitOf(emptyDir)
    if (limit !== undefined && (sizes.get(name) ?? 0) > quantity(limit))
      return `Usage of EmptyDir volume ${JSON.stringify(name)} exceeds the limit ${JSON.stringify(limit)}. `
  }
  const limited = pod.spec.containers.flatMap(({ name, resources }) => {
    const limit = resources?.limits?.[resource]
    return limit === undefined ? [] : [{ name, limit }]
  })
  if (limited.length === 0) return undefined
  const used = (name: string): number => usages.of(pod, name).diskBytes
  const all =
    pod.spec.containers.reduce((sum, { name }) => sum + used(name), 0) +
    [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
  const limits = limited.map(({ limit }) => limit)
  const whole = limits.reduce((sum, limit) => sum + quantity(limit), 0)
  if (all > whole)
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${sumText(limits)}. `
  const offender = limited.find(({ name, limit }) => used(name) > quantity(limit))
  return offender === undefined
    ? undefined
    : `Container ${offender.name} exceeded its local ephemeral storage limit ${JSON.stringify(offender.limit)}. `
}

/** One is told as it was written. */
const sumText = (limits: readonly string[]): string =>
  limits.length === 1
    ? String(limits[0])
    : binaryQuantity(limits.reduce((sum, limit) => sum + quantity(limit), 0))
