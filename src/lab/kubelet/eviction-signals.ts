/** What the kubelet measures and where it draws the line: kubernetes/kubernetes:pkg/kubelet/eviction/{helpers,defaults_linux}.go. */
import { binaryQuantity } from '#lab/api/quantity.ts'
import type { Machine } from '#lab/host/ports.ts'

export type Pressure = 'memory' | 'disk'

/** A line that was crossed. */
export interface Crossing {
  readonly pressure: Pressure
  /** What is short, as messages name it. */
  readonly resource: 'memory' | 'ephemeral-storage' | 'inodes'
  readonly threshold: string
  readonly available: string
  readonly availableBytes: number
}

const mebibyte = 2 ** 20

/**
 * The hard thresholds of a kubelet without settings, the most urgent first. The lab's machines have one disk, so images and pods share
 * it and the stricter line of images (15 %) is met first.
 */
export function crossings({ memory, disk }: Pick<Machine, 'memory' | 'disk'>): readonly Crossing[] {
  const memoryFree = memory.totalBytes - memory.usedBytes
  const diskFree = disk.limitBytes - disk.usedBytes
  const inodesFree = disk.inodesMax - disk.usedInodes
  const diskLine = disk.limitBytes * 0.15
  const inodeLine = disk.inodesMax * 0.05
  const found: Crossing[] = []
  if (memoryFree < 100 * mebibyte)
    found.push({
      pressure: 'memory',
      resource: 'memory',
      threshold: '100Mi',
      available: inKibibytes(memoryFree),
      availableBytes: memoryFree,
    })
  if (diskFree < diskLine)
    found.push({
      pressure: 'disk',
      resource: 'ephemeral-storage',
      threshold: String(Math.floor(diskLine)),
      available: inKibibytes(diskFree),
      availableBytes: diskFree,
    })
  if (inodesFree < inodeLine)
    found.push({
      pressure: 'disk',
      resource: 'inodes',
      threshold: String(Math.floor(inodeLine)),
      available: String(inodesFree),
      availableBytes: inodesFree,
    })
  return found
}

export const inKibibytes = (bytes: number): string =>
  binaryQuantity(Math.floor(Math.max(0, bytes) / 1024) * 1024)
