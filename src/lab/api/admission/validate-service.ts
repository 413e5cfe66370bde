/**
 * What is wrong with a Service or with Endpoints: pkg/apis/core/validation/validation.go (ValidateService, validateEndpointSubsets).
 * Not imitated: load balancers' sources and classes, families of addresses, session time-outs.
 */

import { isIP } from 'node:net'
import { labelNameError, subdomainFaults } from '#lab/api/admission/names.ts'
import { each, oneOf, portError, portOrNameErrors } from '#lab/api/admission/validate-container.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  required,
  unsupported,
} from '#lab/api/status.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols = ['SCTP', 'TCP', 'UDP']
const addressText = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

export function serviceErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const ports = asList(spec.ports).map(asObject)
  const portless = spec.clusterIP === 'None' || spec.type === 'ExternalName'
  return [
    ...(ports.length === 0 && !portless ? [required('spec.ports')] : []),
    ...nameErrors(spec),
    ...ports.flatMap((port, at) => portErrors(`spec.ports[${at}]`, port, ports.length > 1)),
    ...sameNames(ports),
    ...oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']),
    ...asList(spec.externalIPs).flatMap((address, at) =>
      isIP(String(address)) === 0 ? [invalidValue(`spec.externalIPs[${at}]`, address, addressText)] : [],
    ),
    ...(spec.type === undefined || types.includes(String(spec.type))
      ? []
      : [unsupported('spec.type', spec.type, types)]),
    ...samePorts(ports),
    ...(spec.type === 'ClusterIP' || spec.type === undefined
      ? ports.flatMap(({ nodePort }, at) =>
          nodePort
            ? [forbiddenField(`spec.ports[${at}].nodePort`, "may not be used when `type` is 'ClusterIP'")]
            : [],
        )
      : []),
    ...policyErrors(spec),
  ]
}

function nameErrors({ type, externalName, clusterIP }: JsonObject): FieldError[] {
  if (type !== 'ExternalName') return []
  if (clusterIP)
    return [
      {
        field: 'spec.clusterIPs[0]',
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify([clusterIP])}: may not be set when \`type\` is 'ExternalName'`,
      },
    ]
  return externalName
    ? subdomainFaults(String(externalName).replace(/\.$/, '')).map((fault) =>
        invalidValue('spec.externalName', externalName, fault),
      )
    : [required('spec.externalName')]
}

function portErrors(field: string, port: JsonObject, needsName: boolean): FieldError[] {
  const { name } = port
  return [
    ...(name ? labelNameError(`${field}.name`, name) : needsName ? [required(`${field}.name`)] : []),
    ...portError(`${field}.port`, port.port ?? 0),
    ...oneOf(`${field}.protocol`, port.protocol, protocols),
    ...(port.targetPort === undefined ? [] : portOrNameErrors(`${field}.targetPort`, port.targetPort)),
  ]
}

function sameNames(ports: readonly JsonObject[]): FieldError[] {
  const names = ports.map(({ name }) => name)
  return names.flatMap((name, at) =>
    name && names.indexOf(name) < at ? [duplicate(`spec.ports[${at}].name`, name)] : [],
  )
}

/** The same number twice for one protocol, shown as Go shows it. */
function samePorts(ports: readonly JsonObject[]): FieldError[] {
  const keys = ports.map(({ port, protocol = 'TCP' }) => `${String(protocol)} ${String(port)}`)
  return keys.flatMap((key, at) => {
    if (keys.indexOf(key) === at) return []
    const { port, protocol = 'TCP' } = ports[at] ?? {}
    const target = 'intstr.IntOrString{Type:0, IntVal:0, StrVal:""}'
    const value = `core.ServicePort{Name:"", Protocol:${JSON.stringify(protocol)}, AppProtocol:(*string)(nil), Port:${String(port)}, TargetPort:${target}, NodePort:0}`
    return [
      {
        field: `spec.ports[${at}]`,
        reason: 'FieldValueDuplicate' as const,
        message: `Duplicate value: ${value}`,
      },
    ]
  })
}

function policyErrors({ type, externalTrafficPolicy, internalTrafficPolicy }: JsonObject): FieldError[] {
  const outside = type === 'NodePort' || type === 'LoadBalancer'
  return [
    ...(externalTrafficPolicy !== undefined && !outside
      ? [
          invalidValue(
            'spec.externalTrafficPolicy',
            externalTrafficPolicy,
            'may only be set for externally-accessible services',
          ),
        ]
      : oneOf('spec.externalTrafficPolicy', externalTrafficPolicy, ['Cluster', 'Local'])),
    ...oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, ['Cluster', 'Local']),
  ]
}

export const endpointsErrors = ({ subsets }: JsonObject): FieldError[] =>
  each(subsets, 'subsets', (subset, at) => [
    ...['addresses', 'notReadyAddresses'].flatMap((list) =>
      each(subset[list], `${at}.${list}`, ({ ip }, field) =>
        isIP(String(ip ?? '')) === 0 ? [invalidValue(`${field}.ip`, ip ?? '', addressText)] : [],
      ),
    ),
    ...each(subset.ports, `${at}.ports`, ({ name, port, protocol }, field) => [
      ...(name
        ? labelNameError(`${field}.name`, name)
        : asList(subset.ports).length > 1
          ? [required(`${field}.name`)]
          : []),
      ...portError(`${field}.port`, port ?? 0),
      ...oneOf(`${field}.protocol`, protocol, protocols),
    ]),
  ])
