import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { DaemonSet, Node } from '#lab/api/objects.ts'
import { isKubeError, type ObjectRef, resources } from '#lab/api/ports.ts'
import type { OperatorLog } from '#lab/calico/operator/log.ts'
import { unsupported } from '#lab/calico/operator/migration-check.ts'
import { calicoSystem } from '#lab/calico/operator/rendering.ts'
import type { Degraded } from '#lab/calico/operator/status.ts'
import type { Process } from '#lab/host/ports.ts'

const kubeSystem = 'kube-system'
const label = 'projectcalico.org/operator-node-migration'

/**
 * Takes a manifest install over, node by node (tigera/operator:pkg/controller/migration/namespace_migration.go): kube-controllers
 * goes, every node is labelled `pre-operator`, the old DaemonSet is kept to those; then one node after another is labelled
 * `migrated`, and the next one waits until the new set's pods are ready. At the end the old objects and the labels go.
 */
export class Migration {
  readonly #kube: KubeClient
  readonly #log: OperatorLog
  readonly #nodes: () => readonly Node[]
  readonly #old: Informer<DaemonSet>
  readonly #new: Informer<DaemonSet>

  constructor(
    p: Process,
    o: {
      readonly kube: KubeClient
      readonly log: OperatorLog
      readonly nodes: () => readonly Node[]
      onChange(): void
    },
  ) {
    this.#kube = o.kube
    this.#log = o.log
    this.#nodes = o.nodes
    const sets = (namespace: string) =>
      informer<DaemonSet>(
        p,
        o.kube,
        { type: resources.daemonSets, namespace },
        {
          onChange: ({ type }) => {
            if (type === 'DELETED' || this.#isNeeded) o.onChange()
          },
        },
      )
    this.#old = sets(kubeSystem)
    this.#new = sets(calicoSystem)
  }

  async untilSynced(p: Process): Promise<void> {
    await this.#old.untilSynced(p.task)
    await this.#new.untilSynced(p.task)
  }

  /** Whether a migration is under way after this, or why it cannot be. */
  async begin(): Promise<boolean | Degraded> {
    const old = this.#old.get(`${kubeSystem}/calico-node`)
    if (!old) {
      await this.#removeLabels()
      return false
    }
    const problem = unsupported(old)
    if (problem !== undefined)
      return {
        reason: 'MigrationError',
        message: `Existing Calico installation can not be managed by Tigera Operator as it is configured in a way that Operator does not currently support. Please update your existing Calico install config: ${problem}`,
      }
    await this.#delete({
      type: resources.deployments,
      namespace: kubeSystem,
      name: 'calico-kube-controllers',
    })
    for (const node of this.#nodes())
      if (node.metadata.labels?.[label] === undefined) await this.#label(node, 'pre-operator')
    await this.#confine(old)
    return true
  }

  /** One step further, if the last one has come through. */
  async advance(): Promise<void> {
    const set = this.#new.get(`${calicoSystem}/calico-node`)
    if (!set || !isSettled(set)) return
    const next = this.#nodes().find(({ metadata }) => metadata.labels?.[label] === 'pre-operator')
    if (next) {
      this.#log.info('migration_kubesystem', 'Migrating node', { nodeName: next.metadata.name })
      await this.#label(next, 'migrated')
      return
    }
    const { desiredNumberScheduled = 0 } = set.status
    if (desiredNumberScheduled < this.#nodes().length) return
    await this.#delete({ type: resources.daemonSets, namespace: kubeSystem, name: 'calico-node' })
  }

  get #isNeeded(): boolean {
    return this.#old.get(`${kubeSystem}/calico-node`) !== undefined
  }

  async #confine(old: DaemonSet): Promise<void> {
    if (old.spec.template.spec.nodeSelector?.[label] === 'pre-operator') return
    const nodeSelector = { [label]: 'pre-operator' }
    await this.#kube.patch(
      { type: resources.daemonSets, namespace: kubeSystem, name: 'calico-node' },
      { type: 'strategic', body: { spec: { template: { spec: { nodeSelector } } } } },
    )
  }

  async #removeLabels(): Promise<void> {
    for (const node of this.#nodes())
      if (node.metadata.labels?.[label] !== undefined) await this.#label(node, null)
  }

  async #label({ metadata: { name } }: Node, value: string | null): Promise<void> {
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

/** All pods of the set that there should be are ready. */
const isSettled = ({ status, metadata }: DaemonSet): boolean =>
  (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
  (status.desiredNumberScheduled ?? 0) === (status.numberReady ?? 0)
