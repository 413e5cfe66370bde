import { asObject } from '#lab/api/json.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, KubeUnreachable, type ObjectRef } from '#lab/api/ports.ts'
import { root } from '#lab/host/credentials.ts'
import { nowhere } from '#lab/host/process/streams.ts'
import { isOfBgpPassword, isProvidersPassword } from '#lab/ibm/bgp-password.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import { mergeRuleOf } from '#lab/kubectl/apply/merge-rule.ts'
import { threeWayPatch } from '#lab/kubectl/apply/three-way.ts'
import type { OwnerKube } from '#lab/owner-kube.ts'

/** Half an hour to three quarters of one; the cluster's add-ons come in the middle of it. */
const restartMs = 300_000
const applyMs = 900_000
const settleMs = 900_000
const longestMs = 2_700_000
const retryMs = 60_000

/**
 * Restarts the master's programs, makes a VPC's endpoint gateway anew that is gone, then applies again what the provider keeps in every cluster: objects that were deleted come back,
 * fields that were changed are put right, what people added beside them stays.
 *
 * Not imitated: that three API servers restart in turns, so that one always answers; newer images.
 */
export const refreshMaster = (account: IbmAccount): void => operate(account, { name: 'Refresh' })

/**
 * The same with another version of Kubernetes, for the master alone: its workers stay as they are. An update to 1.29 brings the
 * Tigera operator, which takes Calico over from kube-system node by node.
 *
 * Not imitated: another release of Calico with it; that the objects of the other era go at a later operation.
 */
export const updateMaster = (account: IbmAccount, version: string): void =>
  operate(account, { name: 'Version update', version })

function operate(
  account: IbmAccount,
  { name, version }: { readonly name: string; readonly version?: string },
): void {
  const { inventory, site } = account
  const { kernel } = site
  kernel.start(`master ${name}`, async (task) => {
    const startMs = kernel.nowMs
    say(account, 'updating', `${name} in progress`)
    await task.sleep(restartMs)
    if (version !== undefined) {
      site.api.upgrade(`${version}+IKS`)
      inventory.masterVersion = version
    }
    await restartMaster(account, task)
    account.vpc?.endpoint.create(site.underlay)
    await task.sleep(applyMs)
    let left = await wanted(account, task)
    for (;;) {
      left = await applied(account, task, left)
      if (left.length === 0 || kernel.nowMs + retryMs + settleMs > startMs + longestMs) break
      await task.sleep(retryMs)
    }
    await task.sleep(settleMs)
    if (left.length === 0) say(account, 'deployed', 'Ready')
    else say(account, 'update_failed', `${name} failed`)
  })
}

/** A password of the mesh that is the customer's is left alone, and is not taken along from namespace to namespace. */
async function wanted(account: IbmAccount, task: Task): Promise<readonly Draft<KubeObject>[]> {
  const { masterVersion: version, hasPrivateMaster } = account.inventory
  const all = account.managed({ version, hasPrivateMaster })
  const isOurs = await isProvidersPassword(account.kube(task))
  return isOurs ? all : all.filter((draft) => !isOfBgpPassword(draft))
}

const say = (
  { inventory, site }: IbmAccount,
  state: 'deployed' | 'updating' | 'update_failed',
  status: string,
): void => {
  inventory.master = { state, status, sinceMs: site.kernel.nowMs }
}

async function restartMaster({ site }: IbmAccount, task: Task): Promise<void> {
  const master = site.machine('master')
  if (master?.up !== true) return
  const child = await master.start(['systemctl', 'restart', ...masterUnits], {
    as: root,
    stdout: nowhere,
    stderr: nowhere,
  })
  await task.wait<void>((wake) => {
    child.onExit(() => wake())
    return undefined
  })
}

const masterUnits = ['konnectivity-server', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

/** Applies; answers what could not be. */
async function applied(
  account: IbmAccount,
  task: Task,
  drafts: readonly Draft<KubeObject>[],
): Promise<readonly Draft<KubeObject>[]> {
  const kube = account.kube(task)
  const left: Draft<KubeObject>[] = []
  for (const draft of drafts) {
    try {
      await apply(account, kube, draft)
    } catch (error) {
      if (!(error instanceof KubeUnreachable) && !isKubeError(error)) throw error
      left.push(draft)
    }
  }
  return left
}

/** As `kubectl apply` of a manifest that says the same as ever: what differs is sent, by the keys of lists where the kind is built in. */
async function apply({ site }: IbmAccount, kube: OwnerKube, draft: Draft<KubeObject>): Promise<void> {
  const type = site.api.state.registry.ofKind(draft.apiVersion, draft.kind)
  if (type === undefined) throw new KubeUnreachable(`no matches for kind ${draft.kind}`) // its CRD comes first
  const { name = '', namespace } = draft.metadata
  const ref = { type, name, ...(namespace === undefined ? {} : { namespace }) }
  const present = await found(kube, ref)
  if (present === undefined) {
    await kube.create(type, draft)
    return
  }
  const rule = mergeRuleOf(type)
  const versions = {
    original: {},
    modified: asObject(withOverride(draft, present)),
    current: asObject(present),
  }
  const body = threeWayPatch(versions, rule ?? {})
  if (Object.keys(body).length === 0) return
  await kube.patch(ref, { type: rule === undefined ? 'merge' : 'strategic', body })
}

async function found(kube: OwnerKube, ref: ObjectRef): Promise<KubeObject | undefined> {
  try {
    return await kube.get(ref)
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined
    throw error
  }
}

/** The one setting of Calico's by manifest that people may make: their MTU instead of the provider's. */
function withOverride(draft: Draft<KubeObject>, present: KubeObject): Draft<KubeObject> {
  const { calico_mtu_override: mtu } = asObject(asObject(present)['data'])
  if (draft.metadata.name !== 'calico-config' || typeof mtu !== 'string') return draft
  return { ...draft, data: { ...asObject(asObject(draft)['data']), veth_mtu: mtu } } as Draft<KubeObject> // a ConfigMap
}
