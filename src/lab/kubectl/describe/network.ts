/** `kubectl describe service|networkpolicy`. */
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import {
  annotationLines,
  equalities,
  field,
  headLines,
  labelLines,
  line,
  objectsAt,
  orNone,
  selectorText,
  text,
} from '#lab/kubectl/describe/lines.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { pagesOf } from '#lab/kubectl/lists.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { StatusError } from '#lab/kubectl/trouble.ts'

export async function serviceLines(run: Run, service: JsonObject): Promise<readonly string[]> {
  const spec = asObject(service['spec'])
  const slices = await slicesOf(run, service)
  const listed = (key: string): string => orNone(asList(spec[key]).join(','))
  const optional = (title: string, value: unknown): readonly string[] =>
    value === undefined || value === '' ? [] : [field(0, title, value)]
  return [
    ...headLines(service),
    field(0, 'Selector', orNone(equalities(spec['selector']).join(','))),
    field(0, 'Type', spec['type']),
    ...optional('IP Family Policy', spec['ipFamilyPolicy']),
    field(0, 'IP Families', listed('ipFamilies')),
    field(0, 'IP', spec['clusterIP']),
    field(0, 'IPs', listed('clusterIPs')),
    ...(asList(spec['externalIPs']).length === 0 ? [] : [field(0, 'External IPs', listed('externalIPs'))]),
    ...optional('External Name', spec['externalName']),
    ...optional('LoadBalancer Ingress', ingressText(service)),
    ...objectsAt(spec, 'ports').flatMap((port) => portLines(port, slices)),
    field(0, 'Session Affinity', spec['sessionAffinity']),
    ...optional('External Traffic Policy', spec['externalTrafficPolicy']),
    ...optional('Internal Traffic Policy', spec['internalTrafficPolicy']),
    ...optional('HealthCheck NodePort', spec['healthCheckNodePort']),
  ]
}

const ingressText = (service: JsonObject): string =>
  objectsAt(service, 'status.loadBalancer.ingress')
    .map(({ ip, hostname }) => text(ip ?? hostname))
    .join(', ')

async function slicesOf(run: Run, service: JsonObject): Promise<readonly JsonObject[]> {
  const resource = resourceNamed(await run.discovery(), 'endpointslices')
  try {
    const selector = `kubernetes.io/service-name=${nameOf(service)}`
    return (await pagesOf(run, { resource, namespace: namespaceOf(service), selector })).flatMap(itemsOf)
  } catch (error) {
    if (error instanceof StatusError) return []
    throw error
  }
}

function portLines(port: JsonObject, slices: readonly JsonObject[]): readonly string[] {
  const name = asText(port['name']) ?? ''
  const shown = name === '' ? '<unset>' : name
  const protocol = text(port['protocol'] ?? 'TCP')
  return [
    `Port:\t${shown}\t${text(port['port'])}/${protocol}`,
    field(0, 'TargetPort', `${text(port['targetPort'])}/${protocol}`),
    ...(port['nodePort'] === undefined ? [] : [`NodePort:\t${shown}\t${text(port['nodePort'])}/${protocol}`]),
    field(0, 'Endpoints', endpointsText(slices, name)),
  ]
}

const endpointsMax = 3

/** The ready ones, three at most. */
function endpointsText(slices: readonly JsonObject[], name: string): string {
  if (slices.length === 0) return '<none>'
  const all = slices.flatMap((slice) =>
    objectsAt(slice, 'ports')
      .filter((port) => (asText(port['name']) ?? '') === name)
      .flatMap(({ port }) =>
        objectsAt(slice, 'endpoints')
          .filter((endpoint) => at(endpoint, 'conditions.ready') !== false)
          .map(({ addresses }) => `${text(asList(addresses)[0])}:${text(port)}`),
      ),
  )
  const listed = all.slice(0, endpointsMax).join(',')
  return all.length > endpointsMax ? `${listed} + ${all.length - endpointsMax} more...` : listed
}

export function networkPolicyLines(policy: JsonObject): readonly string[] {
  const spec = asObject(policy['spec'])
  const { name, namespace, creationTimestamp, labels, annotations } = metadataOf(policy)
  const types = asList(spec['policyTypes']).map(String)
  const selector = selectorText(spec['podSelector'])
  return [
    field(0, 'Name', name),
    field(0, 'Namespace', namespace),
    field(0, 'Created on', goTime(creationTimestamp)),
    ...labelLines('Labels', labels),
    ...annotationLines('Annotations', annotations),
    'Spec:',
    line(
      1,
      `PodSelector:     ${selector === '<none>' ? '<none> (Allowing the specific traffic to all pods in this namespace)' : selector}`,
    ),
    ...(types.includes('Ingress')
      ? [line(1, 'Allowing ingress traffic:'), ...rulesLines(objectsAt(spec, 'ingress'), 'from')]
      : [line(1, 'Not affecting ingress traffic')]),
    ...(types.includes('Egress')
      ? [line(1, 'Allowing egress traffic:'), ...rulesLines(objectsAt(spec, 'egress'), 'to')]
      : [line(1, 'Not affecting egress traffic')]),
    line(1, `Policy Types: ${orNone(types.join(', '))}`),
  ]
}

/** As Go prints a time: `2026-01-07 06:00:28 +0000 UTC`. */
const goTime = (time: unknown): string => `${text(time).replace('T', ' ').replace('Z', '')} +0000 UTC`

function rulesLines(rules: readonly JsonObject[], way: 'from' | 'to'): readonly string[] {
  const kind = way === 'from' ? 'ingress' : 'egress'
  if (rules.length === 0) return [line(2, `<none> (Selected pods are isolated for ${kind} connectivity)`)]
  return rules.flatMap((rule, index) => [
    ...portsLines(objectsAt(rule, 'ports')),
    ...peersLines(objectsAt(rule, way), way),
    ...(index < rules.length - 1 ? [line(2, '----------')] : []),
  ])
}

/** As kubectl names every port and every peer; spelt so that it is not taken for a type. */
const anything = '\u003cany>'

function portsLines(ports: readonly JsonObject[]): readonly string[] {
  if (ports.length === 0) return [line(2, `To Port: ${anything} (traffic allowed to all ports)`)]
  return ports.map(({ port, endPort, protocol }) => {
    const proto = text(protocol ?? 'TCP')
    return endPort === undefined
      ? line(2, `To Port: ${text(port ?? '<nil>')}/${proto}`)
      : line(2, `To Port Range: ${text(port)}-${text(endPort)}/${proto}`)
  })
}

function peersLines(peers: readonly JsonObject[], way: 'from' | 'to'): readonly string[] {
  const title = way === 'from' ? 'From' : 'To'
  if (peers.length === 0)
    return [
      line(
        2,
        `${title}: ${anything} (traffic not restricted by ${way === 'from' ? 'source' : 'destination'})`,
      ),
    ]
  return peers.flatMap(({ namespaceSelector, podSelector, ipBlock }) => [
    line(2, `${title}:`),
    ...(namespaceSelector === undefined
      ? []
      : [line(3, `NamespaceSelector: ${selectorText(namespaceSelector)}`)]),
    ...(podSelector === undefined ? [] : [line(3, `PodSelector: ${selectorText(podSelector)}`)]),
    ...(isObject(ipBlock)
      ? [
          line(3, 'IPBlock:'),
          line(4, `CIDR: ${text(ipBlock['cidr'])}`),
          line(4, `Except: ${asList(ipBlock['except']).join(', ')}`),
        ]
      : []),
  ])
}
