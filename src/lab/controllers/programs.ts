import { startAutoscalers } from '#lab/controllers/autoscaler.ts'
import { startCertificates } from '#lab/controllers/certificates.ts'
import { startCronJobs } from '#lab/controllers/cron-job.ts'
import { startDaemonSets } from '#lab/controllers/daemon-set.ts'
import { startDeployments } from '#lab/controllers/deployment.ts'
import { startDisruption } from '#lab/controllers/disruption.ts'
import { startEndpoints } from '#lab/controllers/endpoints.ts'
import { startGarbageCollection, startPodGc } from '#lab/controllers/garbage.ts'
import { startJobs } from '#lab/controllers/job.ts'
import { startTtlAfterFinished } from '#lab/controllers/job-ttl.ts'
import { ControllerKit } from '#lab/controllers/kit.ts'
import { type Candidate, untilLeading } from '#lab/controllers/leader.ts'
import { startNamespaces } from '#lab/controllers/namespaces.ts'
import { startNodeLifecycle } from '#lab/controllers/node-lifecycle.ts'
import { startReplicaSets, startReplicationControllers } from '#lab/controllers/replica-set.ts'
import { startResourceQuotas } from '#lab/controllers/resource-quota.ts'
import { startRoleAggregation } from '#lab/controllers/role-aggregation.ts'
import { startRootCaPublisher } from '#lab/controllers/root-ca.ts'
import { startScheduler } from '#lab/controllers/scheduler.ts'
import { startServiceAccounts } from '#lab/controllers/service-accounts.ts'
import { startStatefulSets } from '#lab/controllers/stateful-set.ts'
import { startTaintEviction } from '#lab/controllers/taint-eviction.ts'
import { startTokenSecrets } from '#lab/controllers/token-secrets.ts'
import { startClaimProtection, startVolumeProtection } from '#lab/controllers/volume-protection.ts'
import { startVolumes } from '#lab/controllers/volumes.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'

const server = (p: Process): string =>
  p.argv.find((arg) => arg.startsWith('--master='))?.slice('--master='.length) ?? '10.0.0.11:6443'

/** Which account each controller acts as: kubernetes/kubernetes:cmd/kube-controller-manager/names, app/core.go. */
const controllers: readonly (readonly [start: (kit: ControllerKit) => void, account: string])[] = [
  [startNamespaces, 'namespace-controller'],
  [startServiceAccounts, 'service-account-controller'],
  [startRootCaPublisher, 'root-ca-cert-publisher'],
  [startRoleAggregation, 'clusterrole-aggregation-controller'],
  [startDaemonSets, 'daemon-set-controller'],
  [startDeployments, 'deployment-controller'],
  [startReplicaSets, 'replicaset-controller'],
  [startReplicationControllers, 'replication-controller'],
  [startJobs, 'job-controller'],
  [startTtlAfterFinished, 'ttl-after-finished-controller'],
  [startCronJobs, 'cronjob-controller'],
  [startStatefulSets, 'statefulset-controller'],
  [startEndpoints, 'endpoint-controller'],
  [startNodeLifecycle, 'node-controller'],
  [startTaintEviction, 'node-controller'],
  [startGarbageCollection, 'generic-garbage-collector'],
  [startPodGc, 'pod-garbage-collector'],
  [startAutoscalers, 'horizontal-pod-autoscaler'],
  [startDisruption, 'disruption-controller'],
  [startCertificates, 'certificate-controller'],
  [startResourceQuotas, 'resourcequota-controller'],
  [startVolumes, 'persistent-volume-binder'],
  [startClaimProtection, 'pvc-protection-controller'],
  [startVolumeProtection, 'pv-protection-controller'],
]

const systemLease = (name: string): Omit<Candidate, 'kube'> => ({
  namespace: 'kube-system',
  name,
  component: name,
})

const controllerManager: Program = async (p) => {
  const kit = ControllerKit.of(p, { server: server(p), user: 'system:kube-controller-manager' })
  await untilLeading(p, { ...systemLease('kube-controller-manager'), kube: kit.kubeFor(p) })
  const own = p.argv.includes('--use-service-account-credentials=true')
  startTokenSecrets(kit) // as the manager itself: it makes what the others need to be somebody
  for (const [start, account] of controllers) start(own ? kit.actingAs(account) : kit)
  return untilTerminated(p)
}

const scheduler: Program = async (p) => {
  const kit = ControllerKit.of(p, { server: server(p), user: 'system:kube-scheduler' })
  const lease = { ...systemLease('kube-scheduler'), component: 'default-scheduler' }
  await untilLeading(p, { ...lease, kube: kit.kubeFor(p) })
  startScheduler(kit)
  return untilTerminated(p)
}

/** The control plane's two clients of the API server. Not imitated: metrics, health endpoints, and that the scheduler fills
 * its caches before it leads. */
export const controllerPrograms: Readonly<Record<string, Program>> = {
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
}
