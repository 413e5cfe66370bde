import type { Program } from '#lab/host/ports.ts'
import { shopTier } from '#lab/workload/shop-tier.ts'
import { admissionWebhook } from '#lab/workload/webhook.ts'

export { debugImages } from '#lab/workload/debug-images.ts'
export { workloadImages, workloadManifests } from '#lab/workload/manifests.ts'
export { webhookImages } from '#lab/workload/webhook-manifests.ts'

export const workloadPrograms: Readonly<Record<string, Program>> = {
  'shop-tier': shopTier,
  'admission-webhook': admissionWebhook,
}
