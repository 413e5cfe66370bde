import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { BlockAffinity, IPAMBlock, Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { ControllersSettings } from '#lab/calico/controllers/configuration.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import { cidrName, inUse } from '#lab/calico/ipam/block.ts'
import { Ipam } from '#lab/calico/ipam/ipam.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * Addresses of pods that are gone are released after a grace time, blocks of nodes that are gone at once
 * (projectcalico/calico:kube-controllers/pkg/controllers/node/ipam.go).
 */
export class AddressCollector {
  readonly #kube: KubeClient
  readonly #log: Log
  readonly #settings: ControllersSettings
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  /** Handles whose pod was missing, since when. */
  readonly #missing = new Map<string, number>()

  constructor(p: Process, kube: KubeClient, log: Log, settings: ControllersSettings) {
    this.#kube = kube
    this.#log = log
    this.#settings = settings
    this.#pods = informer<Pod>(p, kube, { type: resources.pods })
    this.#nodes = informer<Node>(p, kube, { type: resources.nodes })
  }

  async run(p: Process): Promise<never> {
    await this.#pods.untilSynced(p.task)
    await this.#nodes.untilSynced(p.task)
    for (;;) {
      try {
        await this.#sync(p.now())
      } catch (error) {
        this.#log.warn('ipam.go 312', 'error syncing IPAM data', { error: raw(apiErrorText(error)) })
      }
      await p.sleep(this.#settings.reconcileMs)
    }
  }

  async #sync(nowMs: number): Promise<void> {
    const { items } = await this.#kube.list<IPAMBlock>({ type: resources.ipamBlocks })
    for (const block of items) await this.#collect(block, nowMs)
    await this.#releaseNodes()
  }

  async #collect({ spec }: IPAMBlock, nowMs: number): Promise<void> {
    for (const { handle } of inUse(spec)) {
      if (this.#isAlive(spec, handle)) {
        this.#missing.delete(handle)
        continue
      }
      const since = this.#missing.get(handle) ?? nowMs
      if (since === nowMs) this.#log.info('ipam.go 690', 'Candidate IP leak', { handle })
      this.#missing.set(handle, since)
      if (nowMs - since < this.#settings.leakGraceMs && !this.#isOfGoneNode(spec, handle)) continue
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
