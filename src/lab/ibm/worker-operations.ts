/** What the provider does with a worker when it is told to: each takes its time, and shows in the worker's state while it lasts. */
import { asObject } from '#lab/api/json.ts'
import type { Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import { drain, setSchedulable, tried } from '#lab/ibm/drain.ts'
import type { Worker } from '#lab/ibm/infrastructure.ts'
import type { WorkerState } from '#lab/ibm/inventory.ts'
import type { Task } from '#lab/kernel/kernel.ts'
import type { NodePlan } from '#lab/plan.ts'

/** Not published; a classic virtual machine is often there within a quarter of an hour. */
const imagingMs = 600_000
const orderMs = 60_000
const softwareMs = 90_000
/** How long a worker has to report after its software is there. */
const reportMs = 1_200_000
const lookMs = 10_000

const silent =
  'Worker unable to talk to IBM Cloud Kubernetes Service servers. Please verify your firewall setup is allowing traffic from this worker.'

/** A new disk on the same machine: name and addresses stay, what was on the disk does not. */
export function reload(account: IbmAccount, worker: Worker): void {
  begin(account, worker, async (task) => {
    note(account, worker, 'reload_pending', 'Waiting for IBM Cloud infrastructure')
    await empty(account, task, worker)
    note(account, worker, 'reloading', 'Infrastructure operation: OS Reload')
    await switchOff(account, task, worker)
    await task.sleep(imagingMs)
    account.site.rebuild(planOf(account, worker))
    await deploy(account, task, worker, 'reloading_failed')
  })
}

/** Another worker for this one, in the same pool and zone; node, address and disk go with it. */
export function replace(account: IbmAccount, worker: Worker): void {
  remove(account, worker, async (task) => {
    const successor = account.inventory.order(worker.zone)
    note(account, successor, 'provision_pending', 'Waiting for IBM Cloud infrastructure')
    await task.sleep(orderMs)
    note(account, successor, 'provisioning', 'Infrastructure operation: Cloud Template Transfer')
    await task.sleep(imagingMs)
    account.site.build(planOf(account, successor))
    await deploy(account, task, successor, 'deploy_failed')
  })
}

/** Gives a worker back. */
export function remove(
  account: IbmAccount,
  worker: Worker,
  then: (task: Task) => Promise<void> = async () => {},
): void {
  begin(account, worker, async (task) => {
    note(account, worker, 'deleting', 'Worker is deleting')
    await empty(account, task, worker)
    await switchOff(account, task, worker)
    account.site.remove(worker.privateIp)
    account.inventory.strike(worker)
    await forget(account, task, worker)
    await then(task)
  })
}

const planOf = (
  { infrastructure, inventory: { hasPrivateMaster } }: IbmAccount,
  worker: Worker,
): NodePlan => ({
  ...infrastructure.nodeOf(worker),
  hasPrivateMaster,
})

const begin = (account: IbmAccount, { id }: Worker, main: (task: Task) => Promise<void>): void =>
  void account.site.kernel.start(`provider: ${id}`, main)

const note = ({ inventory }: IbmAccount, worker: Worker, state: WorkerState, status: string): void =>
  inventory.note(worker, { state, status })

async function empty(account: IbmAccount, task: Task, worker: Worker): Promise<void> {
  await setSchedulable(account, { task, worker, schedulable: false })
  await drain(account, task, worker)
}

/** An orderly end, unless the machine does not come to one. */
async function switchOff({ site }: IbmAccount, task: Task, worker: Worker): Promise<void> {
  const machine = site.machine(worker.privateIp)
  if (machine === undefined || machine.state === 'off') return
  void machine.halt('shutdown')
  const limitMs = site.kernel.nowMs + 180_000
  // A call, for the type checker: the state changes while we sleep.
  const isOff = (): boolean => machine.state === 'off'
  while (!isOff() && site.kernel.nowMs < limitMs) await task.sleep(5000)
  if (!isOff()) void machine.halt('power-cut')
}

/** Boots what was provisioned and waits until its node is Ready in this very boot. */
async function deploy(
  account: IbmAccount,
  task: Task,
  worker: Worker,
  failed: 'deploy_failed' | 'reloading_failed',
): Promise<void> {
  const { site } = account
  note(account, worker, 'deploying', 'Starting worker deployment')
  await task.sleep(softwareMs)
  const machine = site.machine(worker.privateIp)
  if (machine === undefined) return // given back meanwhile
  machine.boot()
  const limitMs = site.kernel.nowMs + reportMs
  while (!(await isReady(account, task, worker, machine.bootId))) {
    if (site.kernel.nowMs >= limitMs) {
      note(account, worker, failed, silent)
      return
    }
    await task.sleep(lookMs)
  }
  note(account, worker, 'deployed', 'Ready')
  await setSchedulable(account, { task, worker, schedulable: true })
  await task.sleep(lookMs)
  account.inventory.note(worker, undefined)
}

async function isReady(account: IbmAccount, task: Task, worker: Worker, bootId: string): Promise<boolean> {
  const ref = { type: resources.nodes, name: worker.privateIp }
  const node = await tried(() => account.kube(task).get<Node>(ref))
  return (
    bootId !== '' &&
    asObject(node?.status.nodeInfo).bootID === bootId &&
    node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
  )
}

/** Takes away what the cluster still says about a worker that is gone: its node, its HostEndpoints. */
async function forget(account: IbmAccount, task: Task, { id, privateIp }: Worker): Promise<void> {
  const kube = account.kube(task)
  await tried(() => kube.delete({ type: resources.nodes, name: privateIp }))
  for (const role of ['private', 'public'])
    await tried(() => kube.delete({ type: resources.hostEndpoints, name: `${id}-worker-${role}` }))
}
