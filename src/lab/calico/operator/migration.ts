import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { DaemonSet, Deployment, KubeObject, Node } from '#lab/api/objects.ts'
import { isKubeError, type ObjectRef, type ResourceType, resources } from '#lab/api/ports.ts'
import type { OperatorLog } from '#lab/calico/operator/log.ts'
import { unsupported } from '#lab/calico/operator/migration-check.ts'
import { TyphaMove, typhaName } from '#lab/calico/operator/migration-typha.ts'
import { calicoSystem } from '#lab/calico/operator/rendering.ts'
import type { Degraded } from '#lab/calico/operator/status.ts'
import { until } from '#lab/calico/operator/until.ts'
import type { Process } from '#lab/host/ports.ts'

const kubeSystem = 'kube-system'
const label = 'projectcalico.org/operator-node-migration'
const logger = 'controller_installation'
const oldSet = `${kubeSystem}/calico-node`
const newSet = `${calicoSystem}/calico-node`
const minute = 60_000
const timedOut = 'context deadline exceeded'

/**
 * Takes a manifest install over, node by node (tigera/operator:pkg/controller/migration/namespace_migration.go): kube-controllers
 * goes, every node is labelled `pre-operator`, the old DaemonSet is kept to those; then one node after another is labelled
 * `migrated`, while no pod of either DaemonSet is unready. At the end the old objects and the labels go. Meanwhile the operator
 * does nothing else: what it waits for without end, nobody is told but by its log.
 *
 * Not imitated: taking the old configuration over into the Installation, more than one unavailable node at a time.
 */
export class Migration {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #log: OperatorLog
  readonly #nodes: () => readonly Node[]
  readonly #old: Informer<DaemonSet>
  readonly #new: Informer<DaemonSet>
  readonly #deployments: Informer<Deployment>
  readonly #typhas: TyphaMove

  constructor(
    p: Process,
    o: {
      readonly kube: KubeClient
      readonly log: OperatorLog
      readonly nodes: () => readonly Node[]
      onChange(): void
    },
  ) {
    this.#p = p
    this.#kube = o.kube
    this.#log = o.log
    this.#nodes = o.nodes
    const within = <T extends KubeObject>(type: ResourceType, namespace: string) =>
      informer<T>(
        p,
        o.kube,
        { type, namespace },
        {
          onChange: ({ type: change }) => {
            if (change !== 'MODIFIED' || this.#isNeeded) o.onChange()
          },
        },
      )
    this.#old = within(resources.daemonSets, kubeSystem)
    this.#new = within(resources.daemonSets, calicoSystem)
    this.#deployments = within(resources.deployments, kubeSystem)
    const after = within<Deployment>(resources.deployments, calicoSystem)
    this.#typhas = new TyphaMove(p, { kube: o.kube, log: o.log, before: this.#deployments, after })
  }

  async untilSynced(p: Process): Promise<void> {
    for (const each of [this.#old, this.#new, this.#deployments]) await each.untilSynced(p.task)
    await this.#typhas.untilSynced(p)
  }

  /** Whether a migration is needed, or why it cannot be. */
  async check(): Promise<boolean | Degraded> {
    if (!this.#isNeeded) {
      await this.#removeLabels()
      return false
    }
    const old = this.#old.get(oldSet)
    const problem = old === undefined ? undefined : unsupported(old)
    if (problem === undefined) return true
    return {
      reason: 'MigrationError',
      message: `Existing Calico installation can not be managed by Tigera Operator as it is configured in a way that Operator does not currently support. Please update your existing Calico install config: ${problem}`,
    }
  }

  /** From the first label to the last old object, however long that takes; answers why it gave up (it is tried again). */
  async run(): Promise<Degraded | undefined> {
    const trouble = await this.#steps()
    if (trouble !== undefined)
      return {
        reason: 'ResourceMigrationError',
        message: `error migrating resources to calico-system: ${trouble}`,
      }
    this.#log.info(logger, 'Namespace migration complete')
    return undefined
  }

  async #steps(): Promise<string | undefined> {
    await this.#delete({
      type: resources.deployments,
      namespace: kubeSystem,
      name: 'calico-kube-controllers',
    })
    for (const node of this.#nodes())
      if (node.metadata.labels?.[label] !== 'migrated') await this.#label(node, 'pre-operator')
    if (!(await this.#confined()))
      return `the kube-system node DaemonSet is not ready with the updated nodeSelector: ${timedOut}`
    await this.#typhas.makeRoom(this.#nodes().length)
    if (!(await this.#typhas.untilReady()))
      return `failed to wait for operator typha deployment to be ready: ${timedOut}`
    if (!(await this.#migrateEachNode()))
      return `failed to migrate all nodes: failed to wait for operator typha deployment to be ready: ${timedOut}`
    if (!(await until(this.#p, () => isSettled(this.#new.get(newSet)), { everyMs: 5000, timeoutMs: minute })))
      return `failed to wait for calico-node daemonset to be ready: ${timedOut}`
    await this.#delete({ type: resources.daemonSets, namespace: kubeSystem, name: 'calico-node' })
    await this.#delete({ type: resources.deployments, namespace: kubeSystem, name: typhaName })
    await until(this.#p, () => !this.#isNeeded, { everyMs: 1000, timeoutMs: minute })
    return undefined
  }

  /** Without its DaemonSet, a Typha or kube-controllers of the manifest's is enough. */
  get #isNeeded(): boolean {
    return (
      this.#old.get(oldSet) !== undefined ||
      ['calico-kube-controllers', typhaName].some(
        (name) => this.#deployments.get(`${kubeSystem}/${name}`) !== undefined,
      )
    )
  }

  /** The old DaemonSet keeps to nodes that are not taken over yet, and is ready there. */
  async #confined(): Promise<boolean> {
    const old = this.#old.get(oldSet)
    if (old === undefined) return true
    if (old.spec.template.spec.nodeSelector?.[label] === undefined) {
      const patch = { spec: { template: { spec: { nodeSelector: { [label]: 'pre-operator' } } } } }
      this.#log.info(logger, `Patch NodeSelector with: ${JSON.stringify(patch)}`)
      await this.#kube.patch(
        { type: resources.daemonSets, namespace: kubeSystem, name: 'calico-node' },
        { type: 'strategic', body: patch },
      )
    }
    return until(this.#p, () => this.#isConfined(), { everyMs: 5000, timeoutMs: 10 * minute })
  }

  #isConfined(): boolean {
    const set = this.#old.get(oldSet)
    if (set === undefined || isSettled(set)) {
      this.#log.info(logger, 'All kube-system calico/node pods are now ready after nodeSelector update')
      return true
    }
    const { desiredNumberScheduled = 0, numberReady = 0 } = set.status
    this.#log.info(
      logger,
      `waiting for kube-system/calico-node to have ${desiredNumberScheduled} replicas, currently at ${numberReady}`,
    )
    return false
  }

  /** A node whose turn did not come within a minute is counted, and comes again with the next round. */
  async #migrateEachNode(): Promise<boolean> {
    for (;;) {
      const left = this.#nodes().filter(({ metadata }) => metadata.labels?.[label] !== 'migrated')
      if (left.length === 0) return true
      this.#log.info(logger, 'nodes to migrate', { count: left.length })
      for (const [index, node] of left.entries()) {
        const isTurn = await until(this.#p, () => this.#allReady(), { everyMs: 1000, timeoutMs: minute })
        if (isTurn) await this.#label(node, 'migrated')
        await this.#p.sleep(isTurn ? 1000 : 10_000)
        if (!(await this.#typhas.untilReady())) return false
        this.#log.info(logger, `Migrated ${index + 1} out of ${left.length} nodes`)
      }
    }
  }

  /** As many as one may be unavailable, and that is the one whose turn comes. */
  #allReady(): boolean {
    const sets = [this.#old.get(oldSet), this.#new.get(newSet)]
    return sets.every((set) => (set?.status.numberReady ?? 0) >= (set?.status.desiredNumberScheduled ?? 0))
  }

  async #removeLabels(): Promise<void> {
    for (const node of this.#nodes())
      if (node.metadata.labels?.[label] !== undefined) await this.#label(node, null)
  }

  async #label({ metadata: { name, labels } }: Node, value: string | null): Promise<void> {
    if ((labels?.[label] ?? null) === value) return
    await this.#kube.patch(
      { type: resources.nodes, name },
      { type: 'merge', body: { metadata: { labels: { [label]: value } } } },
    )
  }

  async #delete(ref: ObjectRef): Promise<void> {
    try {
      await this.#kube.delete(ref)
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
    }
  }
}

/** All pods of the set that there should be are ready, and of its newest template. */
function isSettled(set: DaemonSet | undefined): boolean {
  if (set === undefined) return false
  const { observedGeneration = 0, desiredNumberScheduled = 0, numberReady = 0 } = set.status
  return observedGeneration >= (set.metadata.generation ?? 0) && desiredNumberScheduled === numberReady
}
