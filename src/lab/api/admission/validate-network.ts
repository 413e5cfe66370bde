/**
 * What is wrong with a NetworkPolicy or an Ingress: pkg/apis/networking/validation/validation.go.
 * Not imitated: label selectors of policies, TLS secrets' names, resource backends.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { subdomainFaults } from '#lab/api/admission/names.ts'
import { each, oneOf, portError, portOrNameErrors } from '#lab/api/admission/validate-container.ts'
import { asList, asObject, isObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, forbiddenField, invalidGo, invalidValue, required } from '#lab/api/status.ts'

export function networkPolicyErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const rules = (list: string, peers: string): FieldError[] =>
    each(spec[list], `spec.${list}`, (rule, at) => [
      ...each(rule.ports, `${at}.ports`, policyPortErrors),
      ...each(rule[peers], `${at}.${peers}`, peerErrors),
    ])
  return [
    ...rules('ingress', 'from'),
    ...rules('egress', 'to'),
    ...asList(spec.policyTypes).flatMap((type, at) =>
      oneOf(`spec.policyTypes[${at}]`, type, ['Ingress', 'Egress']),
    ),
  ]
}

function policyPortErrors({ protocol, port, endPort }: JsonObject, field: string): FieldError[] {
  const errors = oneOf(`${field}.protocol`, protocol, ['TCP', 'UDP', 'SCTP'])
  if (port !== undefined) errors.push(...portOrNameErrors(`${field}.port`, port))
  if (typeof endPort !== 'number') return errors
  if (typeof port === 'number' && endPort < port)
    errors.push(invalidValue(`${field}.endPort`, endPort, 'must be greater than or equal to `port`'))
  if (port === undefined)
    errors.push(required(`${field}.port`, 'must be specified when `endPort` is specified'))
  return errors
}

function peerErrors({ podSelector, namespaceSelector, ipBlock }: JsonObject, field: string): FieldError[] {
  const selects = podSelector !== undefined || namespaceSelector !== undefined
  const errors = isObject(ipBlock) ? blockErrors(`${field}.ipBlock`, ipBlock) : []
  if (!selects && ipBlock === undefined) errors.push(required(field, 'must specify a peer'))
  if (selects && ipBlock !== undefined)
    errors.push(forbiddenField(field, 'may not specify both ipBlock and another peer'))
  return errors
}

const cidrText = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

function blockErrors(field: string, { cidr, except }: JsonObject): FieldError[] {
  if (!cidr) return [required(`${field}.cidr`)]
  const whole = networkOf(String(cidr))
  if (whole === undefined) return [invalidValue(`${field}.cidr`, cidr, cidrText)]
  return asList(except).flatMap((part, at) => {
    const inner = networkOf(String(part))
    if (inner === undefined) return [invalidValue(`${field}.except[${at}]`, part, cidrText)]
    return isWithin(inner, whole)
      ? []
      : [invalidValue(`${field}.except[${at}]`, part, 'must be a strict subset of `cidr`')]
  })
}

interface Network {
  readonly bits: number
  /** Of IPv4; IPv6 is only looked at by its form. */
  readonly first: number | undefined
}

function networkOf(cidr: string): Network | undefined {
  const [address = '', length] = cidr.split('/')
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  const bits = Number(length)
  if (length === undefined || !/^\d+$/.test(length) || bits > most) return undefined
  if (most === 128) return { bits, first: undefined }
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return { bits, first: Math.floor(number / 2 ** (32 - bits)) * 2 ** (32 - bits) }
}

const isWithin = (inner: Network, whole: Network): boolean =>
  inner.first === undefined || whole.first === undefined
    ? inner.first === whole.first && inner.bits > whole.bits
    : inner.bits > whole.bits &&
      Math.floor(inner.first / 2 ** (32 - whole.bits)) === whole.first / 2 ** (32 - whole.bits)

export function ingressErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const rules = asList(spec.rules)
  return [
    ...(rules.length === 0 && spec.defaultBackend === undefined
      ? [
          invalidGo(
            'spec',
            '[]networking.IngressRule(nil)',
            'either `defaultBackend` or `rules` must be specified',
          ),
        ]
      : []),
    ...(isObject(spec.defaultBackend) ? backendErrors('spec.defaultBackend', spec.defaultBackend) : []),
    ...each(rules, 'spec.rules', ({ host, http }, at) => [
      ...(host ? hostErrors(`${at}.host`, String(host)) : []),
      ...(isObject(http) ? pathsErrors(`${at}.http.paths`, http.paths) : []),
    ]),
    ...(spec.ingressClassName === undefined
      ? []
      : subdomainFaults(String(spec.ingressClassName)).map((fault) =>
          invalidValue('spec.ingressClassName', spec.ingressClassName, fault),
        )),
  ]
}

const wildcardText =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

function hostErrors(field: string, host: string): FieldError[] {
  if (/^[0-9.]+$/.test(host) && isIPv4(host))
    return [invalidValue(field, host, 'must be a DNS name, not an IP address')]
  if (!host.includes('*')) return subdomainFaults(host).map((fault) => invalidValue(field, host, fault))
  const valid = host.startsWith('*.') && subdomainFaults(host.slice(2)).length === 0
  return valid ? [] : [invalidValue(field, host, wildcardText)]
}

function pathsErrors(field: string, paths: unknown): FieldError[] {
  if (asList(paths).length === 0) return [required(field)]
  return each(paths, field, ({ path, pathType, backend }, at) => {
    if (pathType === undefined) return [required(`${at}.pathType`, 'pathType must be specified')]
    const errors = oneOf(`${at}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix'])
    const needed = pathType !== 'ImplementationSpecific' || (path !== undefined && path !== '')
    if (needed && !String(path ?? '').startsWith('/'))
      errors.push(invalidValue(`${at}.path`, path ?? '', 'must be an absolute path'))
    return [...errors, ...backendErrors(`${at}.backend`, asObject(backend))]
  })
}

function backendErrors(field: string, { service, resource }: JsonObject): FieldError[] {
  if (!isObject(service))
    return resource === undefined ? [invalidValue(field, '', 'resource or service backend is required')] : []
  const { number, name } = asObject(service.port)
  const errors = service.name ? [] : [required(`${field}.service.name`)]
  if (name && number) return [...errors, invalidValue(field, '', 'cannot set both port name & port number')]
  if (name) return [...errors, ...portOrNameErrors(`${field}.service.port.name`, name)]
  if (number) return [...errors, ...portError(`${field}.service.port.number`, number)]
  return [...errors, required(field, 'port name or number is required')]
}
