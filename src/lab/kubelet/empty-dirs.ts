/** What pods have written into their emptyDirs: kubernetes/kubernetes:pkg/kubelet/eviction/helpers.go (podLocalVolumeUsage). */
import type { Pod } from '#lab/api/objects.ts'
import { type Files, isErrno } from '#lab/host/ports.ts'
import { emptyDirPath } from '#lab/kubelet/pod-volumes.ts'
import { inPages } from '#lab/runtime/log-room.ts'

/** Bytes on the node's disk; what lies in memory is none of it. */
export async function emptyDirBytes(files: Files, pod: Pod): Promise<number> {
  let bytes = 0
  for (const each of (await emptyDirSizes(files, pod)).values()) bytes += each
  return bytes
}

/** The same of each volume, by its name. */
export async function emptyDirSizes(files: Files, pod: Pod): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  for (const { name, emptyDir } of pod.spec.volumes ?? [])
    if (emptyDir !== undefined && emptyDir.medium !== 'Memory')
      sizes.set(name, await bytesBelow(files, emptyDirPath(pod, name)))
  return sizes
}

/** What goes while somebody counts is not there. */
async function bytesBelow(files: Files, path: string): Promise<number> {
  try {
    const { kind, size } = await files.lstat(path)
    if (kind === 'symlink') return 0
    let bytes = inPages(size)
    if (kind === 'directory')
      for (const { name } of await files.list(path)) bytes += await bytesBelow(files, `${path}/${name}`)
    return bytes
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  }
}
