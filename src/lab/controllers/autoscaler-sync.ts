/** One look of the HorizontalPodAutoscaler controller: kubernetes/kubernetes:pkg/controller/podautoscaler/horizontal.go (reconcileAutoscaler). */
import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type {
  AutoscalerStatus,
  Condition,
  HorizontalPodAutoscaler,
  MetricStatus,
  Pod,
  Scale,
} from '#lab/api/objects.ts'
import { isKubeError, KubeError, KubeUnreachable, type ResourceType, resources } from '#lab/api/ports.ts'
import { proposalOf } from '#lab/controllers/autoscaler-metrics.ts'
import { allowed, type Recommendations } from '#lab/controllers/autoscaler-size.ts'
import { objectKey } from '#lab/controllers/pods.ts'
import { space } from '#lab/controllers/references.ts'

/** The kinds of the server itself that have a scale. */
const scaledTypes: Readonly<Record<string, ResourceType>> = {
  'apps Deployment': resources.deployments,
  'apps ReplicaSet': resources.replicaSets,
  'apps StatefulSet': resources.statefulSets,
  ' ReplicationController': resources.replicationControllers,
}

interface Seen {
  readonly nowMs: number
  /** All of its namespace. */
  readonly pods: readonly Pod[]
  readonly recommended: Recommendations
  readonly tell: (type: 'Normal' | 'Warning', reason: string, message: string) => void
}

type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

/** One look at an autoscaler, to be run once. */
export class AutoscalerSync {
  readonly #kube: KubeClient
  readonly #autoscaler: HorizontalPodAutoscaler
  readonly #seen: Seen
  readonly #key: string
  #status: AutoscalerStatus
  /** Whether it has written anything. */
  changed = false

  constructor(kube: KubeClient, autoscaler: HorizontalPodAutoscaler, seen: Seen) {
    this.#kube = kube
    this.#autoscaler = autoscaler
    this.#seen = seen
    this.#key = objectKey(autoscaler)
    this.#status = autoscaler.status ?? {}
  }

  /** Answers what it failed to do. */
  async run(): Promise<string | undefined> {
    const scale = await this.#scale()
    if (typeof scale === 'string') return scale
    const { maxReplicas, minReplicas = 1 } = this.#autoscaler.spec
    const current = scale.spec.replicas
    this.#seen.recommended.begin(this.#key, current, this.#seen.nowMs)
    if (current === 0 && minReplicas !== 0) {
      this.#say({
        type: 'ScalingActive',
        status: 'False',
        reason: 'ScalingDisabled',
        message: 'scaling is disabled since the replica count of the target is zero',
      })
      return this.#settle({ current, desired: 0 })
    }
    if (current > maxReplicas)
      return this.#rescale(scale, maxReplicas, { why: 'Current number of replicas above Spec.MaxReplicas' })
    if (current < minReplicas)
      return this.#rescale(scale, minReplicas, { why: 'Current number of replicas below Spec.MinReplicas' })
    return this.#byMetrics(scale)
  }

  get #target(): { readonly group: string; readonly type: ResourceType | undefined } {
    const { apiVersion = 'v1', kind } = this.#autoscaler.spec.scaleTargetRef
    const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : []
    return { group, type: scaledTypes[`${group} ${kind}`] }
  }

  /** The target's Scale, or what cannot be done without it. */
  async #scale(): Promise<Scale | string> {
    const { kind, name } = this.#autoscaler.spec.scaleTargetRef
    const { group, type } = this.#target
    const failed = async (why: string): Promise<string> => {
      this.#seen.tell('Warning', 'FailedGetScale', why)
      this.#say({
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedGetScale',
        message: `the HPA controller was unable to get the target's current scale: ${why}`,
      })
      await this.#write()
      return `query scale subresource: ${why}`
    }
    if (type === undefined) return failed(`no matches for kind "${kind}" in group "${group}"`)
    try {
      const scale = await this.#kube.get<Scale>(
        { type, ...space(this.#autoscaler), name },
        { subresource: 'scale' },
      )
      this.#say({
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededGetScale',
        message: "the HPA controller was able to get the target's current scale",
      })
      return scale
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      return failed(error.message)
    }
  }

  async #byMetrics(scale: Scale): Promise<string | undefined> {
    const { metrics = [], maxReplicas, minReplicas = 1 } = this.#autoscaler.spec
    const current = scale.spec.replicas
    const proposals = []
    for (const metric of metrics)
      proposals.push(await proposalOf(this.#kube, this.#autoscaler, { ...this.#seen, metric, scale }))
    const statuses: readonly MetricStatus[] = proposals.map(({ status }) => status ?? { type: '' })
    const failures = proposals.flatMap(({ failure }) => failure ?? [])
    for (const { reason, event } of failures) this.#seen.tell('Warning', reason, event)
    const best = proposals
      .filter(({ failure }) => failure === undefined)
      .reduce((a, b) => (b.replicas > a.replicas ? b : a), { replicas: 0, name: '' })
    const [first] = failures
    // One that is not known might have wanted more.
    if (first !== undefined && (failures.length === metrics.length || best.replicas < current)) {
      const error = `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: ${first.error}`
      this.#say({
        type: 'ScalingActive',
        status: 'False',
        reason: first.reason,
        message: `the HPA was unable to compute the replica count: ${first.event}`,
      })
      this.#status = { ...this.#status, currentReplicas: current, currentMetrics: statuses }
      await this.#write()
      this.#seen.tell('Warning', 'FailedComputeMetricsReplicas', error)
      return `compute desired number of replicas based on listed metrics: ${error}`
    }
    this.#say({
      type: 'ScalingActive',
      status: 'True',
      reason: 'ValidMetricFound',
      message: `the HPA was able to successfully calculate a replica count from ${best.name}`,
    })
    const wanted = this.#seen.recommended.steady(this.#key, best.replicas, this.#seen.nowMs)
    this.#say(
      wanted === best.replicas
        ? {
            type: 'AbleToScale',
            status: 'True',
            reason: 'ReadyForNewScale',
            message: 'recommended size matches current size',
          }
        : {
            type: 'AbleToScale',
            status: 'True',
            reason: 'ScaleDownStabilized',
            message:
              'recent recommendations were higher than current one, applying the highest recent recommendation',
          },
    )
    const { replicas, ...limit } = allowed(wanted, { current, minReplicas, maxReplicas })
    this.#say({ type: 'ScalingLimited', status: replicas === wanted ? 'False' : 'True', ...limit })
    if (replicas === current) return this.#settle({ current, desired: current, metrics: statuses })
    const why = best.replicas > current ? `${best.name} above target` : 'All metrics below target'
    return this.#rescale(scale, replicas, { why, metrics: statuses })
  }

  async #rescale(
    scale: Scale,
    replicas: number,
    { why, metrics }: { readonly why: string; readonly metrics?: readonly MetricStatus[] },
  ): Promise<string | undefined> {
    const { type } = this.#target
    const current = scale.spec.replicas
    try {
      if (type !== undefined)
        await this.#kube.update<Scale>(
          type,
          { ...scale, spec: { ...scale.spec, replicas } },
          { subresource: 'scale' },
        )
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      this.#seen.tell(
        'Warning',
        'FailedRescale',
        `New size: ${replicas}; reason: ${why}; error: ${error.message}`,
      )
      this.#say({
        type: 'AbleToScale',
        status: 'False',
        reason: 'FailedUpdateScale',
        message: `the HPA controller was unable to update the target scale: ${error.message}`,
      })
      this.#status = { ...this.#status, currentReplicas: current }
      await this.#write()
      return `rescale: ${error.message}`
    }
    this.#say({
      type: 'AbleToScale',
      status: 'True',
      reason: 'SucceededRescale',
      message: `the HPA controller was able to update the target scale to ${replicas}`,
    })
    this.#seen.tell('Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`)
    this.#status = { ...this.#status, lastScaleTime: rfc3339(this.#seen.nowMs) }
    return this.#settle({ current, desired: replicas, ...(metrics === undefined ? {} : { metrics }) })
  }

  async #settle(o: {
    readonly current: number
    readonly desired: number
    readonly metrics?: readonly MetricStatus[]
  }): Promise<undefined> {
    const { current: currentReplicas, desired: desiredReplicas, metrics: currentMetrics = null } = o
    this.#status = { ...this.#status, currentMetrics, currentReplicas, desiredReplicas }
    await this.#write()
  }

  /** The newest of a type of condition; its time moves with its status only. */
  #say(verdict: Verdict): void {
    const { conditions = [] } = this.#status
    const old = conditions.find(({ type }) => type === verdict.type)
    const lastTransitionTime =
      old?.status === verdict.status ? (old.lastTransitionTime ?? null) : rfc3339(this.#seen.nowMs)
    const next: Condition = { ...verdict, lastTransitionTime }
    this.#status = {
      ...this.#status,
      conditions:
        old === undefined ? [...conditions, next] : conditions.map((each) => (each === old ? next : each)),
    }
  }

  async #write(): Promise<void> {
    const status = { desiredReplicas: 0, currentMetrics: null, ...this.#status }
    const before = { desiredReplicas: 0, currentMetrics: null, ...this.#autoscaler.status }
    if (textOf(status) === textOf(before)) return
    this.changed = true
    try {
      await this.#kube.update(
        resources.autoscalers,
        { ...this.#autoscaler, status },
        { subresource: 'status' },
      )
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
    }
  }
}

/** Whatever the order of its fields. */
const textOf = (status: AutoscalerStatus): string =>
  JSON.stringify(Object.entries(status).sort(([a], [b]) => (a < b ? -1 : 1)))
