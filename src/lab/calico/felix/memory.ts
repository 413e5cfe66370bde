import type { Desired } from '#lab/calico/felix/dataplane.ts'
import { mebibyte } from '#lab/host/process/memory.ts'
import { felixMebibytes } from '#lab/program-sizes.ts'

const kibibyte = 1024

/**
 * What Felix holds for what it programs, in bytes: its endpoints and policies with their rules, the members of its sets. The shares are
 * rough (nobody publishes them); what counts is that a node with more to program needs more.
 */
export function felixMemory({ workloads, sets }: Desired, policies: number): number {
  const members = Object.values(sets).reduce((sum, each) => sum + each.length, 0)
  const load = (workloads.length * 60 + policies * 40 + members * 0.3) * kibibyte
  return Math.ceil(felixMebibytes + load / mebibyte) * mebibyte
}
