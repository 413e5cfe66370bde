import type { Pod } from '#lab/api/objects.ts'
import { isKubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import type { Worker } from '#lab/ibm/infrastructure.ts'
import type { Task } from '#lab/kernel/kernel.ts'

/** How long the provider waits for pods to go before it goes on without (how long it does is not published). */
const drainMs = 300_000
const retryMs = 5000

/** Sets a worker's node (un)schedulable. Nothing when the master does not answer, or there is no such node. */
export async function setSchedulable(
  account: IbmAccount,
  {
    task,
    worker,
    schedulable,
  }: { readonly task: Task; readonly worker: Worker; readonly schedulable: boolean },
): Promise<void> {
  await tried(() =>
    account
      .kube(task)
      .patch(
        { type: resources.nodes, name: worker.privateIp },
        { type: 'merge', body: { spec: { unschedulable: schedulable ? null : true } } },
      ),
  )
}

/** Evicts what is not a DaemonSet's or the worker's own, as long as budgets refuse again and again, but not for ever. */
export async function drain(account: IbmAccount, task: Task, worker: Worker): Promise<void> {
  const { kernel } = account.site
  const limitMs = kernel.nowMs + drainMs
  for (;;) {
    const pods = await tried(() =>
      account.kube(task).list<Pod>({
        type: resources.pods,
        fieldSelector: `spec.nodeName=${worker.privateIp}`,
      }),
    )
    const leaving = (pods ?? []).filter(mustLeave)
    if (leaving.length === 0 || kernel.nowMs >= limitMs) return
    for (const { metadata } of leaving)
      if (metadata.deletionTimestamp === undefined)
        await tried(() =>
          account.kube(task).evict({ namespace: metadata.namespace ?? '', name: metadata.name }),
        )
    await task.sleep(retryMs)
  }
}

const mustLeave = ({ metadata, status }: Pod): boolean =>
  status.phase !== 'Succeeded' &&
  status.phase !== 'Failed' &&
  metadata.annotations?.['kubernetes.io/config.mirror'] === undefined &&
  metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') !== true

/** What comes of a call, or nothing: a refusal or a silent master keeps the provider from nothing here. */
export async function tried<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof KubeUnreachable || isKubeError(error)) return undefined
    throw error
  }
}
