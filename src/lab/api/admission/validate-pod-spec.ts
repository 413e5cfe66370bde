/**
 * What is wrong with the spec of a pod or of a template: pkg/apis/core/validation/validation.go (ValidatePodSpec, validateContainers).
 * Not imitated: volumes beyond their names, probes, affinities, tolerations, security contexts.
 */
import { labelNameError } from '#lab/api/admission/names.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import { duplicate, type FieldError, invalidValue, required, unsupported } from '#lab/api/status.ts'

const restartPolicies = ['Always', 'OnFailure', 'Never']
const pullPolicies = ['Always', 'IfNotPresent', 'Never']

/** `policies`: those that whoever makes pods of the template lets them have. */
export function podSpecErrors(
  field: string,
  spec: JsonObject,
  policies: readonly string[] = restartPolicies,
): FieldError[] {
  const containers = asList(spec.containers)
  if (containers.length === 0) return [required(`${field}.containers`)]
  const volumes = asList(spec.volumes).map((volume) => asObject(volume).name)
  const names = new Set<unknown>()
  return [
    ...volumes.flatMap((name, at) =>
      volumes.indexOf(name) < at ? [duplicate(`${field}.volumes[${at}].name`, name)] : [],
    ),
    ...['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
      asList(spec[list]).flatMap((each, index) =>
        containerErrors(`${field}.${list}[${index}]`, asObject(each), {
          volumes,
          names: list === 'ephemeralContainers' ? undefined : names,
        }),
      ),
    ),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, policies),
  ]
}

const oneOf = (field: string, value: unknown, known: readonly string[]): FieldError[] =>
  value === undefined || known.includes(String(value)) ? [] : [unsupported(field, value, known)]

interface Around {
  readonly volumes: readonly unknown[]
  /** Of the containers before; those that are added later are looked at where they come in. */
  readonly names: Set<unknown> | undefined
}

function containerErrors(field: string, container: JsonObject, { volumes, names }: Around): FieldError[] {
  const { name, image, imagePullPolicy } = container
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${field}.name`))
  else errors.push(...labelNameError(`${field}.name`, name))
  if (name && names?.has(name)) errors.push(duplicate(`${field}.name`, name))
  names?.add(name)
  if (!image) errors.push(required(`${field}.image`))
  errors.push(...oneOf(`${field}.imagePullPolicy`, imagePullPolicy, pullPolicies))
  asList(container.ports).forEach((port, index) => {
    errors.push(...portErrors(`${field}.ports[${index}]`, asObject(port)))
  })
  asList(container.volumeMounts).forEach((mount, index) => {
    const { name: volume, mountPath } = asObject(mount)
    const message = `Not found: ${JSON.stringify(volume)}`
    if (!volumes.includes(volume))
      errors.push({ field: `${field}.volumeMounts[${index}].name`, reason: 'FieldValueNotFound', message })
    if (!mountPath) errors.push(required(`${field}.volumeMounts[${index}].mountPath`))
  })
  return [...errors, ...resourceErrors(`${field}.resources.requests`, asObject(container.resources))]
}

function portErrors(field: string, port: JsonObject): FieldError[] {
  const ofRange = (key: string): FieldError[] =>
    port[key] === undefined || port[key] === 0 ? [] : portError(`${field}.${key}`, port[key])
  return [
    ...(port.containerPort ? ofRange('containerPort') : [required(`${field}.containerPort`)]),
    ...ofRange('hostPort'),
    ...oneOf(`${field}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']),
  ]
}

/** A number that no port has. */
export const portError = (field: string, value: unknown): FieldError[] =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
    ? []
    : [invalidValue(field, value, 'must be between 1 and 65535, inclusive')]

function resourceErrors(field: string, { requests, limits }: JsonObject): FieldError[] {
  if (requests === undefined || limits === undefined) return []
  const most = asObject(limits) as Readonly<Record<string, string | number>> // quantities, by the type's schema
  return Object.entries(asObject(requests)).flatMap(([name, asked]) => {
    const limit = most[name]
    if (limit === undefined || quantity(asked as string | number) <= quantity(limit)) return []
    return [invalidValue(field, asked, `must be less than or equal to ${name} limit of ${limit}`)]
  })
}
