/**
 * The resource quota controller: counts anew what a namespace uses, when a quota changes, when pods go or end, and every five
 * minutes (kubernetes/kubernetes:pkg/controller/resourcequota/resource_quota_controller.go).
 *
 * Not imitated: prompt counting of other things than pods when they go.
 */

import { amountText, usageOf } from '#lab/api/admission/usage.ts'
import type { KubeObject, Pod } from '#lab/api/objects.ts'
import { hasEnded } from '#lab/api/pod-phase.ts'
import { type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import { define } from '#lab/api/types/resource-def.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey } from '#lab/controllers/pods.ts'

interface ResourceQuota extends KubeObject {
  readonly spec: { readonly hard?: Readonly<Record<string, string>> }
  readonly status?: {
    readonly hard?: Readonly<Record<string, string>>
    readonly used?: Readonly<Record<string, string>>
  }
}

const resyncMs = 300_000

const podType = define(['', 'v1'], 'pods', 'Pod')

export function startResourceQuotas(kit: ControllerKit): void {
  const quotas = kit.cache<ResourceQuota>(resources.resourceQuotas, ({ type, object }) => {
    if (type !== 'DELETED') queue.add(objectKey(object))
  })
  const pods = kit.cache<Pod>(resources.pods, ({ type, object, previous }) => {
    if (type !== 'DELETED' && !(previous !== undefined && hasEnded(object) && !hasEnded(previous))) return
    for (const quota of quotas.list())
      if (quota.metadata.namespace === object.metadata.namespace) queue.add(objectKey(quota))
  })
  const queue = kit.controller('resource_quota', [quotas, pods], async (key, kube) => {
    const quota = quotas.get(key)
    if (quota === undefined) return
    const hard = quota.spec.hard ?? {}
    const own = pods.list().filter(({ metadata }) => metadata.namespace === quota.metadata.namespace)
    const used: Record<string, string> = {}
    for (const name of Object.keys(hard))
      used[name] = amountText(name, await usedOf(name, { kube, quota, own }))
    queue.addAfter(key, resyncMs)
    const status = { hard, used }
    if (JSON.stringify(status) === JSON.stringify(quota.status ?? {})) return
    await kube.update(resources.resourceQuotas, { ...quota, status }, { subresource: 'status' })
  })
}

/** How much of one resource is used now. */
async function usedOf(
  name: string,
  { kube, quota, own }: { readonly kube: Kube; readonly quota: ResourceQuota; readonly own: readonly Pod[] },
): Promise<number> {
  const type = listed(name)
  const sum = (objects: readonly KubeObject[], def: typeof podType): number =>
    objects.reduce((all, object) => all + (usageOf(def, { ...object })?.amounts[name] ?? 0), 0)
  if (type === undefined) return sum(own, podType)
  const { items } = await kube.list({ type, namespace: quota.metadata.namespace ?? '' })
  return sum(items, define([type.group, type.version], type.resource, ''))
}

/** The type that a quota's resource counts, for all but pods: `secrets`, `count/deployments.apps`, `services.nodeports`. */
function listed(name: string): ResourceType | undefined {
  const counted = /^count\/([a-z]+)(?:\.(.+))?$/.exec(name)
  if (counted !== null && counted[1] !== 'pods')
    return { group: counted[2] ?? '', version: 'v1', resource: counted[1] ?? '' }
  const plain = /^(configmaps|secrets|services|resourcequotas|persistentvolumeclaims)(\.|$)/.exec(name)?.[1]
  return plain === undefined ? undefined : { group: '', version: 'v1', resource: plain }
}
