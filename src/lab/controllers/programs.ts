import { startDaemonSets } from '#lab/controllers/daemon-set.ts'
import { startDeployments } from '#lab/controllers/deployment.ts'
import { startEndpoints } from '#lab/controllers/endpoints.ts'
import { startGarbageCollection, startNamespaces, startPodGc } from '#lab/controllers/garbage.ts'
import { ControllerKit } from '#lab/controllers/kit.ts'
import { startNodeLifecycle } from '#lab/controllers/node-lifecycle.ts'
import { startReplicaSets } from '#lab/controllers/replica-set.ts'
import { startScheduler } from '#lab/controllers/scheduler.ts'
import { startTaintEviction } from '#lab/controllers/taint-eviction.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'

const server = (p: Process): string =>
  p.argv.find((arg) => arg.startsWith('--master='))?.slice('--master='.length) ?? '10.0.0.11:6443'

const controllerManager: Program = async (p) => {
  const kit = new ControllerKit(p, { server: server(p), user: 'system:kube-controller-manager' })
  for (const start of [
    startNamespaces,
    startDaemonSets,
    startDeployments,
    startReplicaSets,
    startEndpoints,
    startNodeLifecycle,
    startTaintEviction,
    startGarbageCollection,
    startPodGc,
  ])
    start(kit)
  return untilTerminated(p)
}

const scheduler: Program = async (p) => {
  startScheduler(new ControllerKit(p, { server: server(p), user: 'system:kube-scheduler' }))
  return untilTerminated(p)
}

/** The control plane's two clients of the API server. Not imitated: leader election, metrics, health endpoints. */
export const controllerPrograms: Readonly<Record<string, Program>> = {
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
}
