/**
 * How many pods a metric asks for: kubernetes/kubernetes:pkg/controller/podautoscaler/{horizontal,replica_calculator}.go, metrics/client.go.
 * Of custom and external APIs, which no lab has, what is said without them.
 */
import type { KubeClient } from '#lab/api/client.ts'
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  Pod,
  PodMetrics,
  Scale,
} from '#lab/api/objects.ts'
import { KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { labelTest } from '#lab/api/selectors.ts'
import { replicasFor, Uncountable } from '#lab/controllers/autoscaler-usage.ts'
import { space } from '#lab/controllers/references.ts'

export interface Proposal {
  readonly replicas: number
  /** As events name it. */
  readonly name: string
  readonly status?: MetricStatus
  readonly failure?: Failure
}

interface Failure {
  readonly reason: string
  /** What its own event says. */
  readonly event: string
  /** The same as it stands among all metrics of the autoscaler. */
  readonly error: string
}

interface Asked {
  readonly metric: MetricSpec
  readonly scale: Scale
  readonly pods: readonly Pod[]
  readonly nowMs: number
}

interface Wanted {
  readonly name: string
  readonly container?: string
  readonly target: MetricTarget
}

export async function proposalOf(
  kube: KubeClient,
  autoscaler: HorizontalPodAutoscaler,
  asked: Asked,
): Promise<Proposal> {
  const { resource, containerResource, type } = asked.metric
  const wanted: Wanted | undefined = resource ?? containerResource
  if (wanted === undefined) {
    const failure = withoutApi(autoscaler.metadata.namespace ?? '', asked.metric)
    return { replicas: 0, name: '', failure }
  }
  const { name, container, target } = wanted
  const part = container === undefined ? '' : ' container'
  const isShare = target.averageUtilization !== undefined
  try {
    const counted = await ofResource(kube, autoscaler, { ...asked, wanted })
    const current = {
      ...(counted.utilization === undefined ? {} : { averageUtilization: counted.utilization }),
      averageValue: counted.average,
    }
    const field = container === undefined ? 'resource' : 'containerResource'
    return {
      replicas: counted.replicas,
      name: isShare ? `${name}${part} resource utilization (percentage of request)` : `${name} resource`,
      status: { type, [field]: { name, ...(container === undefined ? {} : { container }), current } },
    }
  } catch (error) {
    if (!(error instanceof Uncountable)) throw error
    const event = `failed to get ${name} ${isShare ? 'utilization' : 'usage'}: ${error.message}`
    const failure =
      container === undefined
        ? {
            reason: 'FailedGetResourceMetric',
            error: `failed to get ${name} resource metric value: ${event}`,
          }
        : {
            reason: 'FailedGetContainerResourceMetric',
            error: `failed to get ${container} container metric value: ${event}`,
          }
    return { replicas: 0, name: '', failure: { ...failure, event } }
  }
}

/** Throws {@link Uncountable}. */
async function ofResource(
  kube: KubeClient,
  autoscaler: HorizontalPodAutoscaler,
  { wanted, scale, pods, nowMs }: Asked & { readonly wanted: Wanted },
): Promise<ReturnType<typeof replicasFor>> {
  const { selector = '' } = scale.status
  const metrics = await podMetrics(kube, { ...space(autoscaler), labelSelector: selector }, wanted.name)
  const test = labelTest(selector)
  return replicasFor({
    ...wanted,
    metrics,
    pods: pods.filter(({ metadata }) => test(metadata.labels)),
    current: scale.spec.replicas,
    nowMs,
  })
}

async function podMetrics(
  kube: KubeClient,
  where: { readonly namespace?: string; readonly labelSelector: string },
  name: string,
): Promise<readonly PodMetrics[]> {
  const failure = (why: string): Uncountable =>
    new Uncountable(`unable to get metrics for resource ${name}: ${why}`)
  try {
    const { items } = await kube.list<PodMetrics>({ type: resources.podMetrics, ...where })
    if (items.length === 0) throw failure('no metrics returned from resource metrics API')
    return items
  } catch (error) {
    if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
    throw failure(`unable to fetch metrics from resource metrics API: ${error.message}`)
  }
}

const noCustom =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered'

function withoutApi(namespace: string, { type, pods, object, external }: MetricSpec): Failure {
  if (pods !== undefined) {
    const event = `unable to get metric ${pods.metric.name}: ${noCustom}`
    return { reason: 'FailedGetPodsMetric', event, error: `failed to get pods metric value: ${event}` }
  }
  if (object !== undefined) {
    const { kind, name } = object.describedObject
    const event = `unable to get metric ${object.metric.name}: ${kind} on ${namespace} ${name}/${noCustom}`
    return { reason: 'FailedGetObjectMetric', event, error: `failed to get object metric value: ${event}` }
  }
  if (external !== undefined) {
    const { name, selector } = external.metric
    const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}: ${value},`)
    const asked =
      selector === undefined
        ? 'nil'
        : `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{},}`
    const event = `unable to get external metric ${namespace}/${name}/${asked}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`
    const which =
      external.target.averageValue === undefined ? `external metric ${name}` : `${name} external metric`
    return {
      reason: 'FailedGetExternalMetric',
      event,
      error: `failed to get ${name} external metric value: failed to get ${which}: ${event}`,
    }
  }
  const event = `unknown metric source type ${JSON.stringify(type)}`
  return { reason: 'InvalidMetricSourceType', event, error: event }
}
