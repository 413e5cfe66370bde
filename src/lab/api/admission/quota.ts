/**
 * ResourceQuota admission: a new object counts against the quotas of its namespace, whose status says what is used.
 *
 * Not imitated: scopes and priority classes, storage, updates of pods, quotas of extended resources.
 *
 * @see kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go
 */

import { type Amounts, usageOf } from '#lab/api/admission/usage.ts'
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import { forbidden } from '#lab/api/status.ts'
import { keyOf, type Stored } from '#lab/api/store.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'
import type { ApiState } from '#lab/api/verbs/state.ts'

export const quotaBucket = '/resourcequotas'

/** Throws Forbidden when a quota has no room for the object; else, unless `dryRun`, counts it. */
export function chargeQuotas(
  { store }: ApiState,
  def: ResourceDef,
  object: Stored,
  { dryRun }: { readonly dryRun: boolean },
): void {
  const { namespace = '', name } = object.metadata
  const quotas = store.list(quotaBucket, { namespace })
  if (quotas.length === 0) return
  const usage = usageOf(def, object)
  if (usage === undefined) return
  const refuse = (why: string) => forbidden(def, name, why)
  const charged: { readonly quota: Stored; readonly used: JsonObject }[] = []
  for (const quota of quotas) {
    const hard = asObject(at(quota, 'status.hard') ?? at(quota, 'spec.hard'))
    const concerned = Object.keys(hard).filter((key) => key in usage.amounts || usage.required.includes(key))
    if (concerned.length === 0) continue
    const quotaName = quota.metadata.name
    const missing = concerned.filter(
      (key) => usage.required.includes(key) && usage.missing[key] !== undefined,
    )
    if (missing.length > 0)
      throw refuse(
        `failed quota: ${quotaName}: must specify ${missing.map((key) => `${key} for: ${usage.missing[key]}`).join('; ')}`,
      )
    if (at(quota, 'status.hard') === undefined)
      throw refuse(`status unknown for quota: ${quotaName}, resources: ${concerned.join(',')}`)
    const used = asObject(at(quota, 'status.used'))
    const over = concerned.filter(
      (key) =>
        (usage.amounts[key] ?? 0) > 0 &&
        quantity(used[key] as string | undefined) + (usage.amounts[key] ?? 0) > quantity(hard[key] as string),
    )
    if (over.length > 0) throw refuse(exceeded(quotaName, over, { usage: usage.texts, used, hard }))
    const next = { ...used }
    for (const key of concerned)
      next[key] = usage.sum(key, [String(used[key] ?? '0'), usage.texts[key] ?? '0'])
    charged.push({ quota, used: next })
  }
  if (dryRun) return
  for (const { quota, used } of charged)
    store.put(quotaBucket, keyOf(namespace, quota.metadata.name), {
      ...quota,
      status: { ...asObject(quota.status), used },
    })
}

/** `exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2` */
function exceeded(
  name: string,
  keys: readonly string[],
  o: { readonly usage: Amounts<string>; readonly used: JsonObject; readonly hard: JsonObject },
): string {
  const list = (of: Readonly<Record<string, unknown>>): string =>
    [...keys]
      .sort()
      .map((key) => `${key}=${String(of[key] ?? '0')}`)
      .join(',')
  return `exceeded quota: ${name}, requested: ${list(o.usage)}, used: ${list(o.used)}, limited: ${list(o.hard)}`
}
