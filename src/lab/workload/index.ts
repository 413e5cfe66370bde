import type { Program } from '#lab/host/ports.ts'
import { customers } from '#lab/workload/customers.ts'
import { nginx } from '#lab/workload/nginx.ts'
import { shopTier } from '#lab/workload/shop-tier.ts'
import { admissionWebhook } from '#lab/workload/webhook.ts'

export { customersDisk, customersLog, customersMachine } from '#lab/workload/customers.ts'
export { debugImages } from '#lab/workload/debug-images.ts'
export { storefront, workloadImages, workloadManifests } from '#lab/workload/manifests.ts'
export { nginxImages } from '#lab/workload/nginx.ts'
export { webhookImages } from '#lab/workload/webhook-manifests.ts'

export const workloadPrograms: Readonly<Record<string, Program>> = {
  'shop-tier': shopTier,
  nginx,
  customers,
  'admission-webhook': admissionWebhook,
}
