import type { KubeClient } from '#lab/api/client.ts'
import { informer } from '#lab/api/informer.ts'
import type { Node } from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'
import { Look } from '#lab/host/process/look.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { type Again, Mailbox } from '#lab/kernel/mailbox.ts'
import { keepCsiNode } from '#lab/kubelet/csi-node.ts'
import type { EventRecorder } from '#lab/kubelet/event-recorder.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { keepNodeLease } from '#lab/kubelet/node-lease.ts'
import {
  type NodeFacts,
  nodeAnnotations,
  nodeConditions,
  nodeLabels,
  nodeStatus,
  sameFacts,
  saysStill,
  saysToo,
  statusDiffers,
} from '#lab/kubelet/node-object.ts'

export interface NodeLoopOptions {
  readonly kernel: Kernel
  readonly kube: KubeClient
  readonly klog: Klog
  readonly events: EventRecorder
  readonly facts: () => NodeFacts
  /** Called before each look at the status. */
  readonly look: () => void
  /** Whether time alone would not change the facts. */
  readonly isSteady: () => boolean
}

interface Reported {
  readonly node: Node
  readonly facts: NodeFacts
}

const updateMs = 10_000
const reportMs = 300_000

/**
 * Registers the node, then keeps its status: computed every 10 s and whenever the runtime's state changes, posted when it
 * differs or every 5 minutes (kubernetes/kubernetes:pkg/kubelet/kubelet_node_status.go). It reads its Node from a watch instead
 * of getting it each time. Not imitated: cloud providers, image garbage collection by age.
 */
export class NodeLoop {
  readonly #o: NodeLoopOptions
  readonly #hurry: Mailbox<void>
  #registered = false
  #reportedMs = 0
  #schedulable: boolean | undefined
  /** What was looked at last and found to be told already. */
  #told: Reported | undefined
  /** What was stored of the last report. */
  #stored: Reported | undefined

  constructor(p: Process, o: NodeLoopOptions) {
    this.#o = o
    this.#hurry = new Mailbox(o.kernel)
    p.thread('node-status', (self) => this.#run(self))
    p.thread('lease', (self) => keepNodeLease(self, o))
  }

  /** Something changed that the status should tell at once. */
  hurry(): void {
    this.#hurry.put()
  }

  async #run(self: Process): Promise<void> {
    const kube = this.#o.kube.by(self)
    const { name, version } = this.#o.facts()
    await this.#register(self, kube)
    const minor = Number(version.split('.')[1])
    self.thread('csi-node', (own) => keepCsiNode(own, this.#o.kube.by(own), { name, minor }))
    const nodes = informer<Node>(
      self,
      kube,
      { type: resources.nodes, fieldSelector: `metadata.name=${name}` },
      {
        onChange: ({ object }) => {
          if (object !== this.#told?.node) this.#hurry.stir()
        },
      },
    )
    await nodes.untilSynced(self.task)
    for (;;) {
      const look = new Look(self)
      this.#o.look()
      look.over() // what follows reads no files
      const node = nodes.get(name)
      // Somebody deleted the Node: a living kubelet registers it again.
      if (node === undefined) await this.#register(self, kube)
      else await this.#post(kube, node)
      await this.#hurry.take(self.task, {
        timeoutMs: updateMs,
        again: () => {
          if (!this.#isTold(look, nodes.get(name))) return undefined
          if (this.#reportInMs <= 0) {
            this.#o.look() // some of what it looks for comes by time alone
            if (!this.#isTold(look, nodes.get(name)) || !this.#tellAgain(kube)) return undefined
          }
          return { ...this.#untilReport, place: look.place }
        },
      })
    }
  }

  /** Whether a look would find what it found: everything is well, and that was told. */
  #isTold(look: Look, node: Node | undefined): boolean {
    const { kernel } = this.#o
    if (!kernel.lazy || !look.stands || node === undefined || this.#told?.node !== node) return false
    // A pressure that was told ends by time alone.
    return this.#told.facts.pressures.size === 0 && this.#o.isSteady()
  }

  /** Reports what was told, in this event; whether that could be. */
  #tellAgain(kube: KubeClient): boolean {
    const facts = this.#o.facts()
    const told = this.#told?.node
    if (told === undefined || this.#stored === undefined) return false
    if (!saysStill(this.#stored, { node: told, facts })) return false
    const stored = kube.statusAgain(told, facts.nowMs)
    if (stored === undefined) return false
    this.#told = { node: stored, facts }
    this.#stored = this.#told
    this.#reportedMs = facts.nowMs
    return true
  }

  /** By the machine's clock, which may be wrong. */
  get #reportInMs(): number {
    return this.#reportedMs + reportMs - this.#o.facts().nowMs
  }

  get #untilReport(): Again {
    return { periodMs: updateMs, untilMs: this.#o.kernel.nowMs + this.#reportInMs }
  }

  async #register(self: Process, kube: KubeClient): Promise<void> {
    let waitMs = 100
    this.#registered = false
    while (!this.#registered) {
      const facts = this.#o.facts()
      const { conditions, changes } = nodeConditions(facts, [])
      this.#tell(changes)
      this.#o.klog.info('kubelet_node_status.go:72', 'Attempting to register node', { node: facts.name })
      try {
        await this.#createOrAdopt(kube, facts, conditions)
        this.#registered = true
      } catch (error) {
        if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
        this.#o.klog.error('kubelet_node_status.go:95', 'Unable to register node with API server', {
          err: error.message,
          node: facts.name,
        })
        waitMs = Math.min(waitMs * 2, 7000)
        await self.sleep(waitMs)
      }
    }
  }

  async #createOrAdopt(
    kube: KubeClient,
    facts: NodeFacts,
    conditions: Node['status']['conditions'],
  ): Promise<void> {
    try {
      await kube.create<Node>(resources.nodes, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: facts.name, labels: nodeLabels(facts.name), annotations: nodeAnnotations(facts) },
        spec: facts.providerId === undefined ? {} : { providerID: facts.providerId },
        status: { ...nodeStatus(facts), conditions },
      })
      this.#reportedMs = facts.nowMs
      this.#o.klog.info('kubelet_node_status.go:75', 'Successfully registered node', { node: facts.name })
      this.#enforced()
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error
      const ref = { type: resources.nodes, name: facts.name }
      const node = await kube.get<Node>(ref)
      this.#o.klog.info('kubelet_node_status.go:111', 'Node was previously registered', { node: facts.name })
      const labels = nodeLabels(facts.name)
      if (Object.entries(labels).some(([key, value]) => node.metadata.labels?.[key] !== value)) {
        await kube.patch(ref, { type: 'strategic', body: { metadata: { labels } } })
      }
      this.#enforced()
    }
  }

  #enforced(): void {
    this.#record('Normal', 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods')
  }

  async #post(kube: KubeClient, node: Node): Promise<void> {
    const facts = this.#o.facts()
    const isDue = facts.nowMs - this.#reportedMs >= reportMs
    const wasTold = this.#told?.node === node && sameFacts(this.#told.facts, facts)
    if (!isDue && wasTold) return
    const { conditions, changes } = nodeConditions(facts, node.status.conditions ?? [])
    const rebooted =
      node.status.nodeInfo?.bootID !== undefined && node.status.nodeInfo.bootID !== facts.bootId
    this.#tellSchedulable(node)
    if (!isDue && !statusDiffers(node, facts, conditions)) {
      this.#told = { node, facts }
      return
    }
    if (rebooted) {
      this.#record('Warning', 'Rebooted', `Node ${facts.name} has been rebooted, boot id: ${facts.bootId}`)
    }
    this.#tell(changes)
    try {
      // As the real one it sends what is another than in the Node that it knows.
      const isThere = this.#stored !== undefined && saysStill(this.#stored, { node, facts })
      const body = { status: { ...(isThere ? {} : nodeStatus(facts)), conditions } }
      const stored = await kube.patch<Node>(
        { type: resources.nodes, name: facts.name },
        { type: 'strategic', body },
        { subresource: 'status', timeoutMs: 10_000 },
      )
      // What the next look would find, had it been found of the one before.
      if (wasTold && saysToo(stored, { node, conditions })) this.#told = { node: stored, facts }
      this.#stored = { node: stored, facts }
      this.#reportedMs = facts.nowMs
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      this.#o.klog.error('kubelet_node_status.go:549', 'Error updating node status, will retry', {
        err: error.message,
      })
    }
  }

  /** `kubectl cordon`, as the kubelet notices it. */
  #tellSchedulable(node: Node): void {
    const schedulable = node.spec.unschedulable !== true
    if (this.#schedulable !== undefined && this.#schedulable !== schedulable) {
      const reason = schedulable ? 'NodeSchedulable' : 'NodeNotSchedulable'
      this.#record('Normal', reason, `Node ${node.metadata.name} status is now: ${reason}`)
    }
    this.#schedulable = schedulable
  }

  #tell(changes: readonly string[]): void {
    for (const reason of changes) {
      this.#record('Normal', reason, `Node ${this.#o.facts().name} status is now: ${reason}`)
    }
  }

  #record(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { name } = this.#o.facts()
    // The kubelet names its node by name where a uid belongs (kubernetes/kubernetes:pkg/kubelet/kubelet.go, nodeRef).
    this.#o.events.record({ about: { kind: 'Node', name, uid: name }, type, reason, message })
  }
}
