/** Rows of what extends or limits the server: pkg/printers/internalversion/printers.go, kube-aggregator/pkg/registry/apiservice/strategy.go. */
import { asList, asObject, at, isObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { age } from '#lab/api/table/age.ts'
import { columns, type Printer } from '#lab/api/table/printer.ts'

const created = ({ metadata }: Stored, nowMs: number): string => age(metadata.creationTimestamp, nowMs)

export const apiServicePrinter: Printer = {
  columns: columns('Name', 'Service', 'Available', 'Age'),
  cells: (service, nowMs) => [
    service.metadata.name,
    servedBy(service),
    availability(service),
    created(service, nowMs),
  ],
}

function servedBy(object: Stored): string {
  const service = at(object, 'spec.service')
  return isObject(service) ? `${String(service.namespace)}/${String(service.name)}` : 'Local'
}

/** `True`, `False (MissingEndpoints)` */
function availability(object: Stored): string {
  const condition = asList(at(object, 'status.conditions'))
    .map(asObject)
    .find(({ type }) => type === 'Available')
  if (condition === undefined) return 'Unknown'
  return condition.status === 'True' ? 'True' : `${String(condition.status)} (${String(condition.reason)})`
}

export const webhookConfigurationPrinter: Printer = {
  columns: columns('Name', 'Webhooks#', 'Age'),
  cells: (configuration, nowMs) => [
    configuration.metadata.name,
    asList(configuration.webhooks).length,
    created(configuration, nowMs),
  ],
}

/** kubernetes/kubernetes:pkg/printers/internalversion/printers.go (printValidatingAdmissionPolicy) */
export const admissionPolicyPrinter: Printer = {
  columns: columns('Name', 'Validations', 'ParamKind', 'Age'),
  cells: (policy, nowMs) => {
    const { validations, paramKind } = asObject(policy.spec)
    const { apiVersion, kind } = asObject(paramKind)
    return [
      policy.metadata.name,
      asList(validations).length,
      paramKind === undefined ? '<unset>' : `${apiVersion}/${kind}`,
      created(policy, nowMs),
    ]
  },
}

/** …(printValidatingAdmissionPolicyBinding) */
export const admissionPolicyBindingPrinter: Printer = {
  columns: columns('Name', 'PolicyName', 'ParamRef', 'Age'),
  cells: (binding, nowMs) => {
    const { policyName, paramRef } = asObject(binding.spec)
    const { namespace, name } = asObject(paramRef)
    const shown = namespace === undefined ? `${name ?? '*'}` : `${namespace}/${name ?? '*'}`
    return [
      binding.metadata.name,
      String(policyName ?? ''),
      paramRef === undefined ? '<unset>' : shown,
      created(binding, nowMs),
    ]
  },
}

export const resourceQuotaPrinter: Printer = {
  columns: columns('Name', 'Age', 'Request', 'Limit'),
  cells: (quota, nowMs) => {
    const hard = Object.entries(asObject(at(quota, 'status.hard'))).sort(([a], [b]) => (a < b ? -1 : 1))
    const used = asObject(at(quota, 'status.used'))
    const part = (limits: boolean): string =>
      hard
        .filter(([name]) => name.startsWith('limits') === limits)
        .map(([name, amount]) => `${name}: ${String(used[name] ?? '0')}/${String(amount)}`)
        .join(', ')
    return [quota.metadata.name, created(quota, nowMs), part(false), part(true)]
  },
}
