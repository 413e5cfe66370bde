import type { KubeClient } from '#lab/api/client.ts'
import type { Informer } from '#lab/api/informer.ts'
import type { Deployment } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { OperatorLog } from '#lab/calico/operator/log.ts'
import { typhaReplicas } from '#lab/calico/operator/render.ts'
import { calicoSystem } from '#lab/calico/operator/rendering.ts'
import { until } from '#lab/calico/operator/until.ts'
import type { Process } from '#lab/host/ports.ts'

export const typhaName = 'calico-typha'

interface Options {
  readonly kube: KubeClient
  readonly log: OperatorLog
  /** Deployments of kube-system and of calico-system. */
  readonly before: Informer<Deployment>
  readonly after: Informer<Deployment>
}

/** The manifest's Typha and the operator's, while the one takes the other's place (ensureTyphaRoom and its like). */
export class TyphaMove {
  readonly #p: Process
  readonly #o: Options

  constructor(p: Process, o: Options) {
    this.#p = p
    this.#o = o
  }

  untilSynced(p: Process): Promise<void> {
    return this.#o.after.untilSynced(p.task)
  }

  /** Typhas are on the host's network: an old and a new one cannot be on one node. */
  async makeRoom(nodes: number): Promise<void> {
    const present = this.#o.before.get(`kube-system/${typhaName}`)?.spec.replicas
    if (present === undefined) return
    const room = Math.max(nodes - typhaReplicas(nodes), 1)
    const replicas = nodes <= 1 ? 0 : nodes <= 3 ? 1 : Math.min(room, present)
    if (replicas === present) return
    this.#o.log.info(
      'controller_installation',
      `Scaling kube-system/calico-typha deployment to ${replicas} replicas to make room for migration`,
    )
    await this.#o.kube.patch(
      { type: resources.deployments, namespace: 'kube-system', name: typhaName },
      { type: 'merge', body: { spec: { replicas } } },
    )
  }

  /** Whether the operator's Typhas got available within ten minutes. */
  untilReady(): Promise<boolean> {
    return until(this.#p, () => this.#isReady(), { everyMs: 5000, timeoutMs: 600_000 })
  }

  #isReady(): boolean {
    const { replicas = 0, availableReplicas = 0 } =
      this.#o.after.get(`${calicoSystem}/${typhaName}`)?.status ?? {}
    return availableReplicas === replicas
  }
}
