/**
 * What is wrong with a container of a pod or of a template: pkg/apis/core/validation/validation.go (validateContainerCommon,
 * validateProbe, ValidateEnv, ValidateVolumeMounts, ValidateContainerResourceRequirements).
 * Not imitated: lifecycle hooks, security contexts, devices, claims.
 */
import { labelNameError, qualifiedNameFaults } from '#lab/api/admission/names.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { quantity } from '#lab/api/quantity.ts'
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  required,
  unsupported,
} from '#lab/api/status.ts'

export interface Around {
  /** The pod's volumes. */
  readonly volumes: readonly unknown[]
  /** Of the containers before; those that are added later are looked at where they come in. */
  readonly names: Set<unknown> | undefined
  readonly hostNetwork: boolean
}

/** Of one container, at `field` of the pod's spec. */
export function containerErrors(
  field: string,
  container: JsonObject,
  { volumes, names, hostNetwork }: Around,
): FieldError[] {
  const { name, image, imagePullPolicy } = container
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${field}.name`))
  else errors.push(...labelNameError(`${field}.name`, name))
  if (name && names?.has(name)) errors.push(duplicate(`${field}.name`, name))
  names?.add(name)
  if (!image) errors.push(required(`${field}.image`))
  else if (String(image).trim() !== image)
    errors.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'))
  errors.push(
    ...each(container.ports, `${field}.ports`, (port, at) => portErrors(at, port, hostNetwork)),
    ...samePortNames(`${field}.ports`, asList(container.ports).map(asObject)),
    ...each(container.env, `${field}.env`, (env, at) => envErrors(at, env)),
    ...each(container.envFrom, `${field}.envFrom`, (from, at) =>
      from.configMapRef === undefined && from.secretRef === undefined
        ? [invalidValue(at, '', 'must specify one of: `configMapRef` or `secretRef`')]
        : [],
    ),
    ...mountErrors(`${field}.volumeMounts`, asList(container.volumeMounts).map(asObject), volumes),
    ...oneOf(`${field}.imagePullPolicy`, imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...resourceErrors(`${field}.resources`, asObject(container.resources)),
  )
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    if (isObject(container[probe])) errors.push(...probeErrors(`${field}.${probe}`, container[probe], probe))
  return errors
}

/** The errors of each item of a list, with the item's path. */
export const each = (
  list: unknown,
  field: string,
  errors: (item: JsonObject, field: string) => readonly FieldError[],
): FieldError[] => asList(list).flatMap((item, index) => errors(asObject(item), `${field}[${index}]`))

export const oneOf = (field: string, value: unknown, known: readonly string[]): FieldError[] =>
  value === undefined || known.includes(String(value)) ? [] : [unsupported(field, value, known)]

/** A number that no port has. */
export const portError = (field: string, value: unknown): FieldError[] =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535
    ? []
    : [invalidValue(field, value, 'must be between 1 and 65535, inclusive')]

/** A count, or seconds. */
export const notNegative = (field: string, value: unknown): FieldError[] =>
  typeof value === 'number' && value < 0
    ? [invalidValue(field, value, 'must be greater than or equal to 0')]
    : []

/** staging:apimachinery/pkg/util/validation/validation.go (IsValidPortName) */
export function portNameFaults(name: string): readonly string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name)
      ? []
      : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(name.startsWith('-') || name.endsWith('-') ? ['must not begin or end with a hyphen'] : []),
  ]
}

/** A port by its number or by its name. */
export const portOrNameErrors = (field: string, port: unknown): FieldError[] =>
  typeof port === 'string'
    ? portNameFaults(port).map((fault) => invalidValue(field, port, fault))
    : portError(field, port ?? 0)

function portErrors(field: string, port: JsonObject, hostNetwork: boolean): FieldError[] {
  const { name, containerPort, hostPort, protocol } = port
  const given = (value: unknown): boolean => value !== undefined && value !== 0
  return [
    ...(name ? portNameFaults(String(name)).map((fault) => invalidValue(`${field}.name`, name, fault)) : []),
    ...(containerPort
      ? portError(`${field}.containerPort`, containerPort)
      : [required(`${field}.containerPort`)]),
    ...(given(hostPort) ? portError(`${field}.hostPort`, hostPort) : []),
    ...oneOf(`${field}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']),
    ...(hostNetwork && given(hostPort) && hostPort !== containerPort
      ? [invalidValue(`${field}.hostPort`, hostPort, 'must match `containerPort` when `hostNetwork` is true')]
      : []),
  ]
}

function samePortNames(field: string, ports: readonly JsonObject[]): FieldError[] {
  const names = ports.map(({ name }) => name)
  return names.flatMap((name, at) =>
    name && names.indexOf(name) < at ? [duplicate(`${field}[${at}].name`, name)] : [],
  )
}

const envSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef']
const envNameText =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"

function envErrors(field: string, { name, value, valueFrom }: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${field}.name`))
  else if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(String(name)))
    errors.push(invalidValue(`${field}.name`, name, envNameText))
  if (!isObject(valueFrom)) return errors
  const from = `${field}.valueFrom`
  const given = envSources.filter((source) => valueFrom[source] !== undefined)
  const quoted = envSources.map((source) => `\`${source}\``)
  if (given.length === 0)
    errors.push(
      invalidValue(from, '', `must specify one of: ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`),
    )
  else if (value) errors.push(invalidValue(from, '', 'may not be specified when `value` is not empty'))
  else if (given.length > 1)
    errors.push(invalidValue(from, '', 'may not have more than one field specified at a time'))
  return errors
}

function mountErrors(
  field: string,
  mounts: readonly JsonObject[],
  volumes: readonly unknown[],
): FieldError[] {
  const paths = mounts.map(({ mountPath }) => mountPath)
  return mounts.flatMap(({ name, mountPath }, at) => {
    const errors: FieldError[] = []
    const message = `Not found: ${JSON.stringify(name)}`
    if (!name) errors.push(required(`${field}[${at}].name`))
    else if (!volumes.includes(name))
      errors.push({ field: `${field}[${at}].name`, reason: 'FieldValueNotFound', message })
    if (!mountPath) errors.push(required(`${field}[${at}].mountPath`))
    else if (paths.indexOf(mountPath) < at)
      errors.push(invalidValue(`${field}[${at}].mountPath`, mountPath, 'must be unique'))
    return errors
  })
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const

function probeErrors(field: string, probe: JsonObject, kind: string): FieldError[] {
  const [first, ...more] = handlers.filter((handler) => isObject(probe[handler]))
  const counts = [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ]
  const once = kind !== 'readinessProbe' && typeof probe.successThreshold === 'number'
  return [
    ...(first === undefined
      ? [required(field, 'must specify a handler type')]
      : handlerErrors(`${field}.${first}`, first, asObject(probe[first]))),
    ...more.map((handler) =>
      forbiddenField(`${field}.${handler}`, 'may not specify more than 1 handler type'),
    ),
    ...counts.flatMap((count) => notNegative(`${field}.${count}`, probe[count])),
    ...(once && probe.successThreshold !== 1
      ? [invalidValue(`${field}.successThreshold`, probe.successThreshold, 'must be 1')]
      : []),
  ]
}

function handlerErrors(
  field: string,
  kind: (typeof handlers)[number],
  { command, port, scheme }: JsonObject,
): FieldError[] {
  if (kind === 'exec') return asList(command).length === 0 ? [required(`${field}.command`)] : []
  if (kind === 'grpc') return portError(`${field}.port`, port ?? 0)
  return [
    ...portOrNameErrors(`${field}.port`, port),
    ...(kind === 'httpGet' ? oneOf(`${field}.scheme`, scheme, ['HTTP', 'HTTPS']) : []),
  ]
}

/** What containers ask for by a name of their own: pkg/apis/core/helper/helpers.go (standardContainerResources). */
const ofContainers = /^(cpu|memory|ephemeral-storage|hugepages-\S+)$/
/** …and what quotas and nodes know besides. */
const standard = /^(cpu|memory|ephemeral-storage|hugepages-\S+|storage|pods|requests\.|limits\.)/

function resourceErrors(field: string, { requests, limits }: JsonObject): FieldError[] {
  const [asked, most] = [asObject(requests), asObject(limits)]
  return [
    ...Object.entries(most).flatMap(([name, value]) => amountErrors(`${field}.limits`, name, value)),
    ...Object.entries(asked).flatMap(([name, value]) => {
      const limit = most[name]
      const above = limit !== undefined && amount(value) > amount(limit)
      return [
        ...amountErrors(`${field}.requests`, name, value),
        ...(above
          ? [
              invalidValue(
                `${field}.requests`,
                value,
                `must be less than or equal to ${name} limit of ${String(limit)}`,
              ),
            ]
          : []),
      ]
    }),
  ]
}

/** A quantity, which it is by the type's schema. */
const amount = (value: unknown): number => quantity(value as string | number)

function amountErrors(field: string, name: string, value: unknown): FieldError[] {
  const at = `${field}[${name}]`
  const own = !name.includes('/')
  return [
    ...qualifiedNameFaults(name).map((fault) => invalidValue(at, name, fault)),
    ...(own && !standard.test(name)
      ? [invalidValue(at, name, 'must be a standard resource type or fully qualified')]
      : []),
    ...(own && !ofContainers.test(name)
      ? [invalidValue(at, name, 'must be a standard resource for containers')]
      : []),
    ...(amount(value) < 0 ? [invalidValue(at, value, 'must be greater than or equal to 0')] : []),
  ]
}
