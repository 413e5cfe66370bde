/**
 * What calicoctl refuses to write: projectcalico/calico:libcalico-go/lib/validator/v3, libcalico-go/lib/clientv3/{ippool,tier}.go.
 * Not imitated: most of it (names, ports, protocols, addresses in rules).
 */
import { pruned } from '#lab/api/custom/prune.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import type { IPPool, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { type Kind, kinds } from '#lab/calico/calicoctl/resources.ts'
import { calicoSelector, SelectorError } from '#lab/calico/selector.ts'
import { cidr, contains, ipv4 } from '#lab/network/address.ts'

interface Fault {
  readonly field: string
  readonly value: unknown
  readonly why: string
}

/** Throws a Refusal for a field that the kind does not have, before anything is written. */
export async function checkFields(kube: Kube, kind: Kind, object: JsonObject): Promise<void> {
  const schema = await schemaOf(kube, kind)
  const unknown: string[] = []
  if (schema !== undefined) pruned(schema, object, unknown)
  const [first] = unknown
  if (first === undefined) return
  const field = JSON.stringify(first.slice(first.lastIndexOf('.') + 1))
  throw new Refusal(
    `Failed to execute command: error unmarshaling JSON: while decoding JSON: json: unknown field ${field}`,
  )
}

/** calicoctl has its own types; the lab's looks where they are written down. Undefined where it may not. */
async function schemaOf(kube: Kube, { type }: Kind): Promise<JsonObject | undefined> {
  try {
    const definition = await kube.get<KubeObject>({
      type: definitions,
      name: `${type.resource}.${type.group}`,
    })
    return asObject(
      asObject(asObject(asList(at(definition, 'spec.versions'))[0])['schema'])['openAPIV3Schema'],
    )
  } catch (error) {
    if (!isKubeError(error)) throw error
    return undefined
  }
}

const definitions: ResourceType = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
}

/** Why an object may not be written in these words; undefined when it may. */
export async function faultOf(kube: Kube, { kind }: Kind, object: JsonObject): Promise<string | undefined> {
  const spec = asObject(object['spec'])
  const faults = [
    ...ruleFaults(spec),
    ...(kind === 'HostEndpoint' ? hostEndpointFaults(spec) : []),
    ...(kind === 'IPPool' ? await poolFaults(kube, String(at(object, 'metadata.name')), spec) : []),
  ]
  const told = faults.map(({ field, value, why }) => `${field} = '${String(value)}' (${why})`)
  if (told.length < 2) return told[0] === undefined ? undefined : `error with field ${told[0]}`
  return `error with the following fields:\n${told.map((line) => `-  ${line}\n`).join('')}`
}

/** Why a tier may not go: libcalico-go/lib/clientv3/tiers.go (Delete). */
export async function tierKept(kube: Kube, name: string): Promise<string | undefined> {
  if (name === 'default' || name === 'adminnetworkpolicy')
    return `operation Delete is not supported on ${name}: Cannot delete ${name} tier`
  for (const { type } of kinds.filter(({ kind }) => /^(Global)?NetworkPolicy$/.test(kind))) {
    const { items } = await kube.list<KubeObject>({ type })
    if (items.some((policy) => at(policy, 'spec.tier') === name))
      return `operation delete is not supported on ${name}: Cannot delete a non-empty tier`
  }
  return undefined
}

const failed = (field: string, tag: string): string =>
  `Reason: failed to validate Field: ${field} because of Tag: ${tag} `

const actions = ['Allow', 'Deny', 'Log', 'Pass']
const selectorKeys = [
  'selector',
  'notSelector',
  'namespaceSelector',
  'nodeSelector',
  'serviceAccountSelector',
  'peerSelector',
]

function ruleFaults(spec: JsonObject): readonly Fault[] {
  const rules = [...asList(spec['ingress']), ...asList(spec['egress'])].map(asObject)
  const entities = rules.flatMap((rule) => [asObject(rule['source']), asObject(rule['destination'])])
  return [
    ...rules.flatMap(({ action }) =>
      actions.includes(String(action))
        ? []
        : [{ field: 'Action', value: action ?? '', why: failed('Action', 'action') }],
    ),
    ...[spec, ...entities].flatMap((part) => selectorKeys.flatMap((key) => selectorFault(key, part[key]))),
  ]
}

function selectorFault(key: string, text: unknown): readonly Fault[] {
  if (typeof text !== 'string' || text === '') return []
  try {
    calicoSelector(text)
    return []
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error
    const field = key.charAt(0).toUpperCase() + key.slice(1)
    return [{ field, value: text, why: failed(field, 'selector') }]
  }
}

const hostEndpointFaults = (spec: JsonObject): readonly Fault[] =>
  spec['interfaceName'] || asList(spec['expectedIPs']).length > 0
    ? []
    : [{ field: 'InterfaceName', value: '', why: 'Reason: no interface or expected IPs have been specified' }]

async function poolFaults(kube: Kube, name: string, spec: JsonObject): Promise<readonly Fault[]> {
  const own = String(spec['cidr'] ?? '')
  if (!/^\d+(\.\d+){3}\/\d+$/.test(own))
    return [{ field: 'IPpool.CIDR', value: own, why: failed('CIDR', 'net') }]
  const faults: Fault[] = []
  const blockSize = Number(spec['blockSize'] ?? 26)
  const field = 'IPPool.Spec.BlockSize'
  if (blockSize < 20 || blockSize > 32)
    faults.push({ field, value: blockSize, why: 'IPv4 block size must be between 20 and 32' })
  const { items } = await kube.list<IPPool>({ type: resources.ipPools })
  for (const other of items)
    if (other.metadata.name !== name && overlap(own, other.spec.cidr))
      faults.push({
        field: 'IPPool.Spec.CIDR',
        value: own,
        why: `IPPool(${name}) CIDR overlaps with IPPool(${other.metadata.name}) CIDR ${other.spec.cidr}`,
      })
  return faults
}

const overlap = (one: string, other: string): boolean => holds(one, other) || holds(other, one)
const holds = (outer: string, inner: string): boolean =>
  contains(cidr(outer), ipv4(inner.split('/')[0] ?? ''))
