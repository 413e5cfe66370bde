import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { type InformerChange, informer } from '#lab/api/informer.ts'
import type { ClusterInformation, Node } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { AddressCollector } from '#lab/calico/controllers/address-collector.ts'
import { type ControllersSettings, readConfiguration } from '#lab/calico/controllers/configuration.ts'
import { AutoHostEndpoints } from '#lab/calico/controllers/host-endpoints.ts'
import { apiErrorText, datastoreError } from '#lab/calico/errors.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import type { Process, Program } from '#lab/host/ports.ts'

const statusFile = '/status/status.json'
const healthMs = 20_000

/**
 * calico-kube-controllers with its `node` controller (projectcalico/calico:kube-controllers): addresses of pods that are
 * gone are released after a grace time, blocks of nodes that are gone at once; host endpoints of nodes where they are wanted.
 * Not imitated: labels, metrics, the load balancer controller.
 */
export const kubeControllers: Program = async (p) => {
  const log = calicoLog(p, 'kube-controllers')
  const status = new Status(p)
  const kube = inClusterKube(p)
  await status.set('Startup', 'initialized to false')
  log.info('main.go 116', 'Ensuring Calico datastore is initialized')
  await datastoreReady(p, kube, log, status)
  log.info('main.go 141', 'Calico datastore is initialized')
  await status.set('Startup', undefined)
  p.thread('health', (self) => watchHealth(self, kube.by(self), log, status))
  const configuration = await configured(p, kube, log)
  p.thread('ipam', (self) => new AddressCollector(self, kube.by(self), log, configuration.settings).run(self))
  p.thread('host endpoints', (self) => followNodes(self, kube.by(self), log, configuration.settings))
  return configuration.changed()
}

async function configured(p: Process, kube: KubeClient, log: Log): ReturnType<typeof readConfiguration> {
  for (;;) {
    try {
      return await readConfiguration(p, kube, log)
    } catch (error) {
      const fields = { error: raw(apiErrorText(error)) }
      log.warn('runconfig.go 190', 'unable to get KubeControllersConfiguration(default)', fields)
      await p.sleep(5_000)
    }
  }
}

/** Nodes and their host endpoints. Where none are wanted, those of before are taken away once. */
async function followNodes(
  p: Process,
  kube: KubeClient,
  log: Log,
  { autoHostEndpoints }: ControllersSettings,
): Promise<void> {
  const endpoints = new AutoHostEndpoints(p, kube, log)
  if (!autoHostEndpoints) {
    // Until 3.27 its role does not list them.
    if (releaseOf(p.version).minor >= 28) await endpoints.syncAll([], { wanted: false })
    return
  }
  const wakeup = new Wakeup()
  const due = new Map<string, Node | undefined>()
  const onChange = ({ type, object }: InformerChange<Node>): void => {
    due.set(object.metadata.name, type === 'DELETED' ? undefined : object)
    wakeup.tell()
  }
  const nodes = informer<Node>(p, kube, { type: resources.nodes }, { onChange })
  await nodes.untilSynced(p.task)
  due.clear()
  await endpoints.syncAll(nodes.list(), { wanted: true })
  for (;;) {
    await wakeup.wait(p)
    const changed = [...due]
    due.clear()
    for (const [name, node] of changed) await (node ? endpoints.sync(node) : endpoints.remove(name))
  }
}

async function datastoreReady(p: Process, kube: KubeClient, log: Log, status: Status): Promise<void> {
  for (;;) {
    const trouble = await verify(kube)
    await status.set('CalicoDatastore', trouble && `Error initializing datastore: ${trouble}`)
    if (trouble === undefined) return
    log.info('main.go 123', 'Failed to initialize datastore', { error: raw(trouble) })
    await p.sleep(5_000)
  }
}

const verified = { type: resources.clusterInformations, name: 'default' }
const timeoutMs = 10_000

const verify = (kube: KubeClient): Promise<string | undefined> =>
  troubleWith(kube.get<ClusterInformation>(verified, { timeoutMs }))

/** Verifies every {@link healthMs} until there is trouble. */
const untilTrouble = (kube: KubeClient): Promise<string | undefined> =>
  troubleWith(kube.getUntil<ClusterInformation>(healthMs, verified, { enough: () => false, timeoutMs }))

async function troubleWith(verifying: Promise<ClusterInformation>): Promise<string | undefined> {
  try {
    await verifying
    return undefined
  } catch (error) {
    return datastoreError(error, 'ClusterInformation(default)').text
  }
}

async function watchHealth(p: Process, kube: KubeClient, log: Log, status: Status): Promise<void> {
  for (let trouble = await verify(kube); ; ) {
    await status.set('CalicoDatastore', trouble && `Error verifying datastore: ${trouble}`)
    await status.set(
      'KubeAPIServer',
      trouble && `Error reaching apiserver: ${trouble} with http status code: 0`,
    )
    if (trouble === undefined) trouble = await untilTrouble(kube)
    else {
      log.error('main.go 256', 'Failed to verify datastore', { error: raw(trouble) })
      await p.sleep(healthMs)
      trouble = await verify(kube)
    }
  }
}

interface Readiness {
  readonly Ready: boolean
  readonly Reason: string
}

/** What the probe command reads. */
class Status {
  readonly #p: Process
  readonly #readiness = new Map<string, Readiness>()
  #written = ''

  constructor(p: Process) {
    this.#p = p
  }

  async set(name: string, trouble: string | undefined): Promise<void> {
    this.#readiness.set(name, { Ready: trouble === undefined, Reason: trouble ?? '' })
    const text = JSON.stringify({ Readiness: Object.fromEntries(this.#readiness) })
    if (text === this.#written) return
    this.#written = text
    await this.#p.files.write(statusFile, text)
  }
}

/** `check-status -l|-r` (kube-controllers/pkg/status/status.go): `Ready`, or why not. */
export const checkStatus: Program = async (p) => {
  p.vouch() // it reads one file
  if (p.argv.includes('-l')) return 0
  if (!p.argv.includes('-r')) {
    p.stdout.write('No command specified to check-status\n')
    return 1
  }
  const text = (await p.files.exists(statusFile)) ? await p.files.read(statusFile) : ''
  const parsed = (text === '' ? { Readiness: {} } : JSON.parse(text)) as {
    Readiness: Record<string, Readiness>
  } // our own file
  const all = Object.values(parsed.Readiness)
  const reasons = all.filter((each) => !each.Ready).map((each) => each.Reason)
  if (all.length > 0 && reasons.length === 0) {
    p.stdout.write('Ready\n')
    return 0
  }
  p.stdout.write(`${all.length === 0 ? 'initialized to false' : reasons.join('; ')}\n`)
  return 1
}
