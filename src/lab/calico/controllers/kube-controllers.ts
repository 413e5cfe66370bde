import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { BlockAffinity, ClusterInformation, IPAMBlock, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { apiErrorText, datastoreError } from '#lab/calico/errors.ts'
import { cidrName, inUse } from '#lab/calico/ipam/block.ts'
import { Ipam } from '#lab/calico/ipam/ipam.ts'
import { calicoLog, type Log, raw } from '#lab/calico/log.ts'
import type { Process, Program } from '#lab/host/ports.ts'

const statusFile = '/status/status.json'
const syncMs = 5 * 60_000
const graceMs = 15 * 60_000
const healthMs = 20_000

/**
 * calico-kube-controllers with its `node` controller (projectcalico/calico:kube-controllers): addresses of pods that are
 * gone are released after a grace time, blocks of nodes that are gone at once. Not imitated: labels, host endpoints,
 * KubeControllersConfiguration, metrics, the load balancer controller.
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
  return new AddressCollector(p, kube, log).run()
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

async function verify(kube: KubeClient): Promise<string | undefined> {
  try {
    const ref = { type: resources.clusterInformations, name: 'default' }
    await kube.get<ClusterInformation>(ref, { timeoutMs: 10_000 })
    return undefined
  } catch (error) {
    return datastoreError(error, 'ClusterInformation(default)').text
  }
}

async function watchHealth(p: Process, kube: KubeClient, log: Log, status: Status): Promise<void> {
  for (;;) {
    const trouble = await verify(kube)
    await status.set('CalicoDatastore', trouble && `Error verifying datastore: ${trouble}`)
    await status.set(
      'KubeAPIServer',
      trouble && `Error reaching apiserver: ${trouble} with http status code: 0`,
    )
    if (trouble !== undefined) log.error('main.go 256', 'Failed to verify datastore', { error: raw(trouble) })
    await p.sleep(healthMs)
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

class AddressCollector {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #log: Log
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  /** Handles whose pod was missing, since when. */
  readonly #missing = new Map<string, number>()

  constructor(p: Process, kube: KubeClient, log: Log) {
    this.#p = p
    this.#kube = kube
    this.#log = log
    this.#pods = informer<Pod>(p, kube, { type: resources.pods })
    this.#nodes = informer<Node>(p, kube, { type: resources.nodes })
  }

  async run(): Promise<number> {
    await this.#pods.untilSynced(this.#p.task)
    await this.#nodes.untilSynced(this.#p.task)
    for (;;) {
      try {
        await this.#sync()
      } catch (error) {
        this.#log.warn('ipam.go 312', 'error syncing IPAM data', { error: raw(apiErrorText(error)) })
      }
      await this.#p.sleep(syncMs)
    }
  }

  async #sync(): Promise<void> {
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    for (const block of items) await this.#collect(block)
    await this.#releaseNodes()
  }

  async #collect({ spec }: IPAMBlock): Promise<void> {
    for (const { handle } of inUse(spec)) {
      if (this.#isAlive(spec, handle)) {
        this.#missing.delete(handle)
        continue
      }
      const since = this.#missing.get(handle) ?? this.#p.now()
      if (since === this.#p.now()) this.#log.info('ipam.go 690', 'Candidate IP leak', { handle })
      this.#missing.set(handle, since)
      if (this.#p.now() - since < graceMs && !this.#isOfGoneNode(spec, handle)) continue
      await new Ipam(this.#kube).release(handle)
      this.#missing.delete(handle)
      this.#log.info('ipam.go 880', 'Successfully garbage collected leaked IP address', { handle })
    }
  }

  /** Nothing can come back to an address of a node that is no more: it is not waited for. */
  #isOfGoneNode({ attributes }: IPAMBlock['spec'], handle: string): boolean {
    const node = attributes.find((each) => each.handle_id === handle)?.secondary?.['node']
    return node !== undefined && !this.#nodes.has(node)
  }

  /** Whether the pod that an address was given to is still that pod, on that node. */
  #isAlive(spec: IPAMBlock['spec'], handle: string): boolean {
    const { namespace, pod, node, type } =
      spec.attributes.find((each) => each.handle_id === handle)?.secondary ?? {}
    if (type?.endsWith('TunnelAddress') && node !== undefined) return this.#nodes.has(node)
    if (namespace === undefined || pod === undefined) return true
    const known = this.#pods.get(`${namespace}/${pod}`)
    const container = known?.metadata.annotations?.['cni.projectcalico.org/containerID']
    if (!known || known.spec.nodeName !== node) return false
    return container === undefined || handle.endsWith(container)
  }

  async #releaseNodes(): Promise<void> {
    const { items } = await this.#kube.list<BlockAffinity>({ type: resources.blockAffinities })
    for (const { spec, metadata } of items) {
      if (this.#nodes.has(spec.node)) continue
      const block = await this.#blockOf(spec.cidr)
      if (block && inUse(block.spec).length > 0) continue
      this.#log.info('ipam.go 470', 'Cleaning up IPAM affinities for deleted node', { node: spec.node })
      if (block) await this.#kube.delete({ type: resources.ipamBlocks, name: block.metadata.name })
      await this.#kube.delete({ type: resources.blockAffinities, name: metadata.name })
    }
  }

  async #blockOf(cidr: string): Promise<IPAMBlock | undefined> {
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    return items.find((block) => block.metadata.name === cidrName(cidr))
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
