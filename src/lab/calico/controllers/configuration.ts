import type { KubeClient } from '#lab/api/client.ts'
import { informer } from '#lab/api/informer.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type ResourceType } from '#lab/api/ports.ts'
import { seconds } from '#lab/calico/confd/duration.ts'
import type { Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

const type: ResourceType = {
  group: 'crd.projectcalico.org',
  version: 'v1',
  resource: 'kubecontrollersconfigurations',
}
const name = 'default'

interface Spec {
  readonly controllers?: {
    readonly node?: {
      readonly reconcilerPeriod?: string
      readonly leakGracePeriod?: string
      readonly hostEndpoint?: { readonly autoCreate?: string }
    }
  }
}

type Configuration = KubeObject & { readonly spec: Spec; readonly status?: { readonly runningConfig?: Spec } }

/** What this run of kube-controllers goes by. */
export interface ControllersSettings {
  readonly reconcileMs: number
  readonly leakGraceMs: number
  readonly autoHostEndpoints: boolean
}

/** Of the first kube-controllers of a cluster (projectcalico/calico:libcalico-go/lib/clientv3, kube-controllers/pkg/config/runconfig.go). */
const usual: Spec = {
  controllers: {
    namespace: { reconcilerPeriod: '5m0s' },
    node: {
      hostEndpoint: { autoCreate: 'Disabled' },
      leakGracePeriod: '15m0s',
      reconcilerPeriod: '5m0s',
      syncLabels: 'Enabled',
    },
    policy: { reconcilerPeriod: '5m0s' },
    serviceAccount: { reconcilerPeriod: '5m0s' },
    workloadEndpoint: { reconcilerPeriod: '5m0s' },
  },
  etcdV3CompactionPeriod: '10m0s',
  healthChecks: 'Enabled',
  logSeverityScreen: 'Info',
  prometheusMetricsPort: 9094,
} as Spec

/** Which controllers a cluster without etcd runs; the others' settings are not among those that run. */
const running = (spec: Spec): Spec => {
  const { controllers, ...rest } = spec as Spec & Readonly<Record<string, unknown>>
  return { ...rest, controllers: controllers?.node === undefined ? {} : { node: controllers.node } }
}

const exitForRestart = 129

/**
 * Reads KubeControllersConfiguration/default, which is made where there is none, and says in its status what runs. A change of
 * what runs ends the process: the container's restart takes it up (kube-controllers/cmd/kube-controllers/main.go). `changed`
 * answers the exit code then. Rejects as the API client does.
 *
 * Not imitated: environment variables that override it, log levels, health checks switched off.
 */
export async function readConfiguration(
  p: Process,
  kube: KubeClient,
  log: Log,
): Promise<{ readonly settings: ControllersSettings; changed(): Promise<number> }> {
  const found = await ensured(kube)
  const runs = running(found.spec)
  await say(p, kube, found, runs)
  const known = JSON.stringify(runs)
  const seen = informer<Configuration>(p, kube, { type, fieldSelector: `metadata.name=${name}` })
  return {
    settings: settingsOf(runs),
    changed: async () => {
      for (;;) {
        await seen.untilSynced(p.task)
        const now = seen.get(name)
        if (now !== undefined && JSON.stringify(running(now.spec)) !== known) break
        await seen.changed(p.task)
      }
      log.warn('main.go 319', 'configuration changed; restarting')
      return exitForRestart
    },
  }
}

async function ensured(kube: KubeClient): Promise<Configuration> {
  try {
    return await kube.get<Configuration>({ type, name })
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
    const draft: Draft<Configuration> = {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'KubeControllersConfiguration',
      metadata: { name },
      spec: usual,
    }
    return kube.create<Configuration>(type, draft)
  }
}

async function say(p: Process, kube: KubeClient, found: Configuration, runs: Spec): Promise<void> {
  if (JSON.stringify(found.status?.runningConfig) === JSON.stringify(runs)) return
  const status = {
    runningConfig: runs,
    environmentVars: {
      DATASTORE_TYPE: 'kubernetes',
      ENABLED_CONTROLLERS: p.env.ENABLED_CONTROLLERS ?? 'node',
    },
  }
  await kube.update<Configuration>(type, { ...found, status })
}

const settingsOf = ({ controllers }: Spec): ControllersSettings => ({
  reconcileMs: 1000 * (seconds(controllers?.node?.reconcilerPeriod) ?? 300),
  leakGraceMs: 1000 * (seconds(controllers?.node?.leakGracePeriod) ?? 900),
  autoHostEndpoints: controllers?.node?.hostEndpoint?.autoCreate === 'Enabled',
})
