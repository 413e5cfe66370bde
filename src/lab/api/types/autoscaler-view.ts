/**
 * autoscaling/v1 and v2 are one object: what v1 has no field for stands in annotations (pkg/apis/autoscaling/v1/conversion.go).
 * It is stored as v2.
 */
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'

const prefix = 'autoscaling.alpha.kubernetes.io/'

/** Whether a metric is what v1 has a field for: the use of CPU against what is asked for. */
function isCpu(metric: unknown): boolean {
  const { type, resource } = asObject(metric)
  const { name, target, current } = asObject(resource)
  return (
    type === 'Resource' &&
    name === 'cpu' &&
    (asObject(target).type === 'Utilization' || asObject(current).averageUtilization !== undefined)
  )
}

const utilization = (metric: unknown, of: 'target' | 'current'): unknown =>
  asObject(asObject(asObject(metric).resource)[of]).averageUtilization

/** A stored autoscaler as v1 shows it. */
export function autoscalerV1(object: JsonObject): JsonObject {
  const { metrics, behavior, ...spec } = asObject(object.spec)
  const { currentMetrics, conditions, ...status } = asObject(object.status)
  const [target, now] = [asList(metrics).find(isCpu), asList(currentMetrics).find(isCpu)]
  const notes = {
    metrics: asList(metrics).filter((metric) => metric !== target),
    'current-metrics': asList(currentMetrics),
    conditions: asList(conditions),
    ...(behavior === undefined ? {} : { behavior: [behavior] }),
  }
  const noted = Object.entries(notes).flatMap(([name, list]) =>
    list.length === 0 ? [] : [[`${prefix}${name}`, JSON.stringify(name === 'behavior' ? list[0] : list)]],
  )
  const metadata = asObject(object.metadata)
  const annotations = { ...asObject(metadata.annotations), ...Object.fromEntries(noted) }
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: noted.length === 0 ? metadata : { ...metadata, annotations },
    spec:
      target === undefined
        ? spec
        : { ...spec, targetCPUUtilizationPercentage: utilization(target, 'target') },
    ...(object.status === undefined
      ? {}
      : {
          status:
            now === undefined
              ? status
              : { ...status, currentCPUUtilizationPercentage: utilization(now, 'current') },
        }),
  }
}

/** What a client of v1 sent, as it is stored. */
export function autoscalerV2(object: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = asObject(object.spec)
  const { currentCPUUtilizationPercentage: _now, ...status } = asObject(object.status)
  const metadata = asObject(object.metadata)
  const entries = Object.entries(asObject(metadata.annotations))
  const note = (name: string): unknown => {
    const text = asObject(metadata.annotations)[`${prefix}${name}`]
    return typeof text === 'string' ? JSON.parse(text) : undefined
  }
  const own = entries.filter(([key]) => !key.startsWith(prefix))
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
  }
  const metrics = [...asList(note('metrics')), ...(target === undefined ? [] : [cpu])]
  const behavior = note('behavior')
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata:
      own.length === entries.length ? metadata : { ...metadata, annotations: Object.fromEntries(own) },
    spec: {
      ...spec,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(behavior === undefined ? {} : { behavior }),
    },
    ...(object.status === undefined
      ? {}
      : {
          status: {
            ...status,
            ...(note('current-metrics') === undefined ? {} : { currentMetrics: note('current-metrics') }),
            ...(note('conditions') === undefined ? {} : { conditions: note('conditions') }),
          },
        }),
  }
}
