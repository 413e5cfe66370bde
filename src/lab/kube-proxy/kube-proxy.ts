/**
 * kube-proxy 1.31 in iptables mode: watches Services and EndpointSlices, programs the nat and filter tables of its node.
 *
 * Not imitated: what rules.ts names, conntrack clean-up for UDP, metrics, `--cleanup`, its Node watch, ipvs and nftables
 * modes, and log lines above verbosity 0 other than those of its start.
 *
 * @see kubernetes/kubernetes:cmd/kube-proxy/app/server.go, pkg/proxy/iptables/proxier.go
 */
import { utc } from '#base/clock.ts'
import { type KubeClient, kubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { EndpointSlice, KubeObject, Node, Service } from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, type ResourceType, resources } from '#lab/api/ports.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { ConfigError, type KubeProxyConfig, readConfig } from '#lab/kube-proxy/config.ts'
import { desiredChains } from '#lab/kube-proxy/desired.ts'
import { ServiceHealth } from '#lab/kube-proxy/service-health.ts'
import { type Settled, syncRules } from '#lab/kube-proxy/sync.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { reflectorLog, sharedInformers } from '#lab/kubelet/reflector-log.ts'
import { minorOf } from '#lab/kubelet/release.ts'
import { SeriesRecorder } from '#lab/kubelet/series-recorder.ts'
import { serveHttp } from '#lab/network/http.ts'

export const kubeProxy: Program = async (p) => {
  const log = new Klog(p)
  try {
    const config = await readConfig(p)
    return await p.task.wait<number>((wake) => {
      p.onSignal('SIGTERM', () => wake(2)) // as a Go program ends that asks for no signals
      p.thread('proxy', async (self) => wake(await run(self, log, config)))
      return undefined
    })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    log.error('run.go:74', 'command failed', { err: `failed complete: ${error.message}` })
    return 1
  }
}

interface State {
  syncedMs: number | undefined
}

async function run(p: Process, log: Klog, config: KubeProxyConfig): Promise<number> {
  const kube = kubeClient(p, {
    server: config.server,
    ...(config.tokenFile === undefined ? {} : { tokenFile: config.tokenFile }),
  })
  log.info('server_linux.go:66', 'Using iptables proxy')
  await nodeAddress(p, kube, config, log)
  log.info('server_linux.go:170', 'Using iptables Proxier')
  await allowLocalRoutes(p)
  log.info('server.go:497', 'Version info', { version: p.version })
  const state: State = { syncedMs: undefined }
  await serveHealth(p, state)
  log.info('config.go:197', 'Starting service config controller')
  log.info('config.go:104', 'Starting endpoint slice config controller')
  const pending = new Pending(p)
  const services = watched<Service>(p, kube, { type: resources.services, kind: 'Service', pending, log })
  const slices = watched<EndpointSlice>(p, kube, {
    type: resources.endpointSlices,
    kind: 'EndpointSlice',
    pending,
    log,
  })
  const node = { kind: 'Node', name: config.nodeName, uid: config.nodeName }
  new SeriesRecorder(p, { controller: 'kube-proxy', kubeFor: (self) => kube.by(self) }).record({
    about: node,
    type: 'Normal',
    reason: 'Starting',
    action: 'StartKubeProxy',
  })
  // Rules that an earlier kube-proxy left stay in force until both lists are here.
  await services.untilSynced(p.task)
  await slices.untilSynced(p.task)
  let settled: Synced | undefined
  const health = new ServiceHealth(p, log, {
    node: config.nodeName,
    isHealthy: () => state.syncedMs !== undefined,
  })
  for (;;) {
    pending.clear()
    const { epoch } = p
    const before = settled
    settled = await synced(log, () => sync(p, config, { services, slices, settled: before }))
    if (settled !== undefined) state.syncedMs = p.now()
    await health.update(services.list(), slices.list())
    await p.sleep(config.minSyncMs)
    // Rules that somebody changes move the epoch, what is watched tells of itself.
    const rests = (): boolean => settled !== undefined && p.epoch === epoch
    await pending.wait({ timeoutMs: config.syncMs - config.minSyncMs, periodMs: config.syncMs, rests })
  }
}

/** What the kernel refuses is tried again at the next sync; the rules stay as they were (proxier.go syncProxyRules). */
async function synced(log: Klog, sync: () => Promise<Synced>): Promise<Synced | undefined> {
  try {
    return await sync()
  } catch (error) {
    if (!isErrno(error)) throw error
    const words = `exit status ${error.code === 'EPERM' ? 4 : 1}: iptables-restore: ${error.message.toLowerCase()}`
    log.error('proxier.go:1533', 'Failed to execute iptables-restore', { err: words })
    return undefined
  }
}

interface Synced extends Settled {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
}

/** Answers what was there when all was as it should be; that again needs no look at the rules. */
async function sync(
  p: Process,
  { clusterCidr, nodeName: node }: KubeProxyConfig,
  o: {
    readonly services: Informer<Service>
    readonly slices: Informer<EndpointSlice>
    readonly settled: Synced | undefined
  },
): Promise<Synced> {
  const services = o.services.list()
  const slices = o.slices.list()
  const wanted = desiredChains(services, slices, { clusterCidr, node })
  return { services, slices, ...(await syncRules(p.net, wanted, o.settled)) }
}

function watched<T extends KubeObject>(
  p: Process,
  kube: KubeClient,
  o: { readonly type: ResourceType; readonly kind: string; readonly pending: Pending; readonly log: Klog },
): Informer<T> {
  const minor = minorOf(p.version)
  return informer<T>(
    p,
    kube,
    { type: o.type },
    {
      onChanges: () => o.pending.set(),
      onError: reflectorLog(o.log, minor, { name: sharedInformers(minor), type: `*v1.${o.kind}` }),
    },
  )
}

/** Tries six times, each time twice as long apart; kube-proxy goes on without an answer (cmd/kube-proxy/app/server.go getNodeIPs). */
async function nodeAddress(
  p: Process,
  kube: KubeClient,
  { nodeName }: KubeProxyConfig,
  log: Klog,
): Promise<void> {
  for (let tried = 0; tried < 6; tried++) {
    try {
      const node = await kube.get<Node>({ type: resources.nodes, name: nodeName })
      const address = node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address
      if (address !== undefined) {
        log.info('server.go:677', 'Successfully retrieved node IP(s)', { IPs: JSON.stringify([address]) })
        return
      }
      log.error('server.go:671', 'Failed to retrieve node IPs', {
        err: 'host IP unknown; known addresses: []',
      })
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      log.error('server.go:666', 'Failed to retrieve node info', { err: error.message })
    }
    await p.sleep(1000 * 2 ** tried * (1 + 0.2 * p.random.next()))
  }
  log.info(
    'server.go:683',
    "Can't determine this node's IP, assuming loopback; if this is incorrect, please set the --bind-address flag",
  )
}

/** Without it a local process could not use a node port on 127.0.0.1. A kernel that refuses it stops nothing here. */
async function allowLocalRoutes(p: Process): Promise<void> {
  try {
    await p.net.apply([{ op: 'sysctl', name: 'net.ipv4.conf.all.route_localnet', value: '1' }])
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

function serveHealth(p: Process, state: State): Promise<unknown> {
  return serveHttp(p, { port: 10256 }, ({ path }) => {
    if (path !== '/healthz' && path !== '/livez') return { status: 404, body: '404 page not found\n' }
    const { date, time } = utc(p.now())
    const now = `${date} ${time} +0000 UTC`
    const updated = state.syncedMs === undefined ? '0001-01-01 00:00:00 +0000 UTC' : now
    const status = state.syncedMs === undefined ? 503 : 200
    return { status, body: `{"lastUpdated": "${updated}","currentTime": "${now}", "nodeEligible": true}` }
  })
}

/** Whether something changed since the last sync; one task waits for it. */
class Pending {
  readonly #p: Process
  #set = false
  #wake: (() => void) | undefined

  constructor(p: Process) {
    this.#p = p
  }

  set(): void {
    this.#set = true
    this.#wake?.()
  }

  clear(): void {
    this.#set = false
  }

  /** Until then, or as many periods longer as it `rests`. */
  async wait(o: {
    readonly timeoutMs: number
    readonly periodMs: number
    readonly rests: () => boolean
  }): Promise<void> {
    if (this.#set) return
    const { task } = this.#p
    await task.wait<void>((wake) => {
      let cancel: () => void
      const over = (): void => {
        const rested = o.rests() ? task.rest({ periodMs: o.periodMs, tick: over }) : undefined
        if (rested === undefined) wake()
        else cancel = rested.cancel
      }
      cancel = task.after(o.timeoutMs, over)
      this.#wake = () => {
        cancel()
        wake()
      }
      return () => cancel()
    })
    this.#wake = undefined
  }
}
