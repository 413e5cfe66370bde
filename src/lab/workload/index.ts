import type { Program } from '#lab/host/ports.ts'
import { shopTier } from '#lab/workload/shop-tier.ts'

export { workloadImages, workloadManifests } from '#lab/workload/manifests.ts'

export const workloadPrograms: Readonly<Record<string, Program>> = { 'shop-tier': shopTier }
