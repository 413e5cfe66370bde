import type { Node } from '#lab/api/objects.ts'
import { isKubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import type { Worker } from '#lab/ibm/infrastructure.ts'
import type { WorkerOperation } from '#lab/ibm/inventory.ts'
import type { Task } from '#lab/kernel/kernel.ts'

/** All nodes as the master knows them; undefined while it does not answer. */
export async function nodesOf(account: IbmAccount, task: Task): Promise<readonly Node[] | undefined> {
  try {
    return await account.kube(task).list<Node>({ type: resources.nodes })
  } catch (error) {
    if (error instanceof KubeUnreachable || isKubeError(error)) return undefined
    throw error
  }
}

/**
 * How a worker is: what the provider does with it, or else what its node says. Not imitated: that the provider looks at nodes from
 * time to time only, so that its answer lags.
 */
export function stateOf(
  { inventory }: IbmAccount,
  worker: Worker,
  nodes: readonly Node[] | undefined,
): WorkerOperation {
  const operation = inventory.operation(worker)
  if (operation !== undefined) return operation
  if (nodes === undefined) return { state: 'unknown', status: 'Unknown' }
  const node = nodes.find(({ metadata }) => metadata.name === worker.privateIp)
  const condition = (type: string): string | undefined =>
    node?.status.conditions?.find((each) => each.type === type)?.status
  if (condition('Ready') !== 'True')
    return { state: 'critical', status: condition('Ready') === 'False' ? 'Not Ready' : 'Unknown' }
  const pressed = (['MemoryPressure', 'DiskPressure'] as const).find((type) => condition(type) === 'True')
  return pressed === undefined
    ? { state: 'normal', status: 'Ready' }
    : { state: 'warning', status: pressed === 'DiskPressure' ? 'Disk pressure' : 'Memory pressure' }
}
