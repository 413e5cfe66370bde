/** What is wrong with a Service: pkg/apis/core/validation/validation.go (ValidateService). Not imitated: addresses, affinity, policies. */
import { portError } from '#lab/api/admission/validate-pod-spec.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { duplicate, type FieldError, required, unsupported } from '#lab/api/status.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

export function serviceErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const ports = asList(spec.ports).map(asObject)
  const headless = spec.clusterIP === 'None' || spec.type === 'ExternalName'
  const named = ports.map(({ name }) => name ?? '')
  return [
    ...(ports.length === 0 && !headless ? [required('spec.ports')] : []),
    ...ports.flatMap((port, at) => portErrors(`spec.ports[${at}]`, port)),
    ...named.flatMap((name, at) => {
      const field = `spec.ports[${at}].name`
      if (name === '') return ports.length > 1 ? [required(field)] : []
      return named.indexOf(name) < at ? [duplicate(field, name)] : []
    }),
    ...(spec.type === undefined || types.includes(String(spec.type))
      ? []
      : [unsupported('spec.type', spec.type, types)]),
    ...(spec.type === 'ExternalName' && !spec.externalName ? [required('spec.externalName')] : []),
  ]
}

function portErrors(field: string, { port, targetPort, protocol }: JsonObject): FieldError[] {
  const protocols = ['SCTP', 'TCP', 'UDP']
  return [
    ...portError(`${field}.port`, port ?? 0),
    ...(typeof targetPort === 'number' ? portError(`${field}.targetPort`, targetPort) : []),
    ...(protocol === undefined || protocols.includes(String(protocol))
      ? []
      : [unsupported(`${field}.protocol`, protocol, protocols)]),
  ]
}
