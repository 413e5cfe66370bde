/** Rows of types that say how the cluster itself works: pkg/printers/internalversion/printers.go. */

import { asList, asObject, at, isObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { age, humanDuration } from '#lab/api/table/age.ts'
import { columns, none, type Printer } from '#lab/api/table/printer.ts'
import { selectorText } from '#lab/api/table/workloads.ts'
import { autoscalerV2 } from '#lab/api/types/autoscaler-view.ts'

const created = ({ metadata }: Stored, nowMs: number): string => age(metadata.creationTimestamp, nowMs)

export const networkPolicyPrinter: Printer = {
  columns: columns('Name', 'Pod-Selector', 'Age'),
  cells: (policy, nowMs) => [
    policy.metadata.name,
    selectorText(asObject(at(policy, 'spec.podSelector'))),
    created(policy, nowMs),
  ],
}

export const ingressPrinter: Printer = {
  columns: columns('Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  cells: (ingress, nowMs) => {
    const hosts = asList(at(ingress, 'spec.rules')).flatMap((rule) => String(asObject(rule).host ?? '') || [])
    const addresses = asList(at(ingress, 'status.loadBalancer.ingress')).map((each) => {
      const { ip, hostname } = asObject(each)
      return String(ip || hostname || '')
    })
    return [
      ingress.metadata.name,
      String(at(ingress, 'spec.ingressClassName') ?? none),
      shortened(hosts) || '*',
      addresses.join(','),
      asList(at(ingress, 'spec.tls')).length > 0 ? '80, 443' : '80',
      created(ingress, nowMs),
    ]
  },
}

const shortened = (items: readonly string[]): string =>
  items.length > 3 ? `${items.slice(0, 3).join(',')} + ${items.length - 3} more...` : items.join(',')

export const ingressClassPrinter: Printer = {
  columns: columns('Name', 'Controller', 'Parameters', 'Age'),
  cells: (each, nowMs) => {
    const parameters = at(each, 'spec.parameters')
    const { kind, apiGroup, name } = asObject(parameters)
    const group = apiGroup ? `.${String(apiGroup)}` : ''
    return [
      each.metadata.name,
      String(at(each, 'spec.controller') ?? ''),
      isObject(parameters) ? `${String(kind)}${group}/${String(name)}` : none,
      created(each, nowMs),
    ]
  },
}

export const runtimeClassPrinter: Printer = {
  columns: columns('Name', 'Handler', 'Age'),
  cells: (each, nowMs) => [each.metadata.name, String(each.handler ?? ''), created(each, nowMs)],
}

export const signingRequestPrinter: Printer = {
  columns: columns('Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
  cells: (request, nowMs) => {
    const seconds = at(request, 'spec.expirationSeconds')
    return [
      request.metadata.name,
      created(request, nowMs),
      String(at(request, 'spec.signerName') ?? none),
      String(at(request, 'spec.username') ?? ''),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : none,
      signingStatus(request),
    ]
  },
}

function signingStatus(request: Stored): string {
  const types = asList(at(request, 'status.conditions')).map((each) => asObject(each).type)
  const state = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending'
  const failed = types.includes('Failed') ? ',Failed' : ''
  return `${state}${failed}${at(request, 'status.certificate') ? ',Issued' : ''}`
}

export const autoscalerPrinter: Printer = {
  columns: columns('Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas#', 'Age'),
  cells: (each, nowMs) => {
    const { kind, name } = asObject(at(each, 'spec.scaleTargetRef'))
    return [
      each.metadata.name,
      `${String(kind)}/${String(name)}`,
      targets(each),
      String(at(each, 'spec.minReplicas') ?? '<unset>'),
      String(at(each, 'spec.maxReplicas') ?? ''),
      Number(at(each, 'status.currentReplicas') ?? 0),
      created(each, nowMs),
    ]
  },
}

/** pkg/printers/internalversion/printers.go (formatHPAMetrics), of resources; the object is of v2, or is shown as v1. */
function targets(each: Stored): string {
  const { metrics } =
    each.apiVersion === 'autoscaling/v1' ? asObject(autoscalerV2(each).spec) : asObject(each.spec)
  const now = asList(at(each, 'status.currentMetrics')).map(asObject)
  const texts = asList(metrics)
    .map(asObject)
    .map(({ resource, type }, index) => {
      const { name, target } = asObject(resource)
      if (type !== 'Resource') return '<unknown>/<auto>'
      const { averageUtilization, averageValue } = asObject(target)
      const current = asObject(asObject(now[index]?.resource).current)
      const [is, wanted] =
        averageUtilization === undefined
          ? [current.averageValue, String(averageValue)]
          : [current.averageUtilization, `${String(averageUtilization)}%`]
      const shown =
        is === undefined ? '<unknown>' : `${String(is)}${averageUtilization === undefined ? '' : '%'}`
      return `${String(name)}: ${shown}/${wanted}`
    })
  if (texts.length === 0) return none
  return texts.length <= 2
    ? texts.join(', ')
    : `${texts.slice(0, 2).join(', ')} + ${texts.length - 2} more...`
}

export const flowSchemaPrinter: Printer = {
  columns: columns('Name', 'PriorityLevel', 'MatchingPrecedence', 'DistinguisherMethod', 'Age', 'MissingPL'),
  cells: (each, nowMs) => [
    each.metadata.name,
    String(at(each, 'spec.priorityLevelConfiguration.name') ?? ''),
    String(at(each, 'spec.matchingPrecedence') ?? ''),
    String(at(each, 'spec.distinguisherMethod.type') ?? none),
    created(each, nowMs),
    String(
      asList(at(each, 'status.conditions'))
        .map(asObject)
        .find(({ type }) => type === 'Dangling')?.status ?? '?',
    ),
  ],
}

export const priorityLevelPrinter: Printer = {
  columns: columns(
    'Name',
    'Type',
    'NominalConcurrencyShares',
    'Queues',
    'HandSize',
    'QueueLengthLimit',
    'Age',
  ),
  cells: (each, nowMs) => {
    const limited = asObject(at(each, 'spec.limited') ?? at(each, 'spec.exempt'))
    const queuing = asObject(at(limited, 'limitResponse.queuing'))
    return [
      each.metadata.name,
      String(at(each, 'spec.type') ?? ''),
      String(limited.nominalConcurrencyShares ?? none),
      String(queuing.queues ?? none),
      String(queuing.handSize ?? none),
      String(queuing.queueLengthLimit ?? none),
      created(each, nowMs),
    ]
  },
}
