/** Parts of objects that somebody cut out, without the kind that would say what they are: their keys do. */

import { cniSettings } from '#sources/formats/cni-config.ts'
import type { KeyHome, KeyKind } from '#sources/formats/config-key-lists.ts'
import { keyHome } from '#sources/formats/config-keys.ts'
import { roleRow, webhookRows } from '#sources/formats/objects/access.ts'
import {
  bgpPeerRow,
  blockAffinityRow,
  calicoNodeRow,
  hostEndpointRow,
  ipamBlockRow,
} from '#sources/formats/objects/calico.ts'
import { configMapRows, rangeRows } from '#sources/formats/objects/config-maps.ts'
import { containerRows, podSpecRows, variableRows } from '#sources/formats/objects/containers.ts'
import { setting, settingsIn } from '#sources/formats/objects/flatten.ts'
import { installerRows } from '#sources/formats/objects/installers.ts'
import { annotated } from '#sources/formats/objects/nodes.ts'
import { calicoPolicyRow, kubernetesPolicyRow } from '#sources/formats/objects/policies.ts'
import { poolPartRows } from '#sources/formats/objects/pool-part.ts'
import { apiServiceRow, endpointsRow } from '#sources/formats/objects/services.ts'
import { type Told, told, toldIf } from '#sources/formats/objects/told.ts'
import { isPlainlyCalicos } from '#sources/formats/variables.ts'
import { parseYaml } from '#sources/formats/yaml.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a part of an object tells, whichever object that is; nothing where its keys may be anybody's. */
export function fragmentRows(value: unknown, depth = 0): readonly Told[] {
  if (depth > depthMax || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) {
    const variables = variableRows(value)
    return variables.length > 0
      ? variables
      : value.slice(0, itemsMax).flatMap((item) => fragmentRows(item, depth + 1))
  }
  const fields = plainValues(value as Fields)
  const inner = wrappers.flatMap((key) => fragmentRows(fields[key], depth + 1))
  return [...ownRows(fields), ...variableFields(fields), ...variableRows([fields]), ...inner]
}

const depthMax = 6
const itemsMax = 200

/** Keys that only lead to what tells something. */
const wrappers = [
  'spec',
  'template',
  'installation',
  'felixConfiguration',
  'networking',
  'calico',
  'metadata',
  'annotations',
  'status',
  'conditions',
  'data',
] as const

/** `false without replacement peers`: what people write behind a value is no part of it. */
const plainValues = (fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? withoutProse(value) : value,
    ]),
  )

const withoutProse = (value: string): string =>
  /^(?<word>true|false|\d{1,6}|Always|Never|CrossSubnet|Enabled|Disabled) [a-z(]/.exec(value)?.groups?.word ??
  value

/** Env maps of Helm charts and Compose files. */
const variableFields = (fields: Fields): readonly Told[] =>
  Object.entries(fields).flatMap(([name, value]) =>
    isPlainlyCalicos(name) && value !== null && typeof value !== 'object'
      ? [setting({ of: 'env', name, value: String(value) })]
      : [],
  )

/** The kind with the most keys that are only its own; those that others have as well go with it. */
function ownRows(fields: Fields): readonly Told[] {
  const homes = Object.entries(fields).flatMap(([key, value]) => {
    const home = keyHome(key, value)
    return home === undefined ? [] : [{ key, home }]
  })
  const strong = homes.filter(({ home }) => home.isWeak !== true)
  const byKind = Map.groupBy(strong.length > 0 ? strong : homes, ({ home }) => home.kind)
  const kinds = [...byKind].toSorted(([, a], [, b]) => b.length - a.length)
  const others = new Set(kinds.slice(1).flatMap(([, own]) => own.map(({ key }) => key)))
  return kinds.flatMap(([kind, own], rank) => {
    const keys =
      rank === 0 ? Object.keys(fields).filter((key) => !others.has(key)) : own.map(({ key }) => key)
    const part = Object.fromEntries(keys.map((key) => [key, fields[key]]))
    return rowsOfKind(kind, part, own[0]?.home)
  })
}

const wrapped = (spec: Fields) => ({ metadata: spec['metadata'], spec })

function rowsOfKind(kind: KeyKind, fields: Fields, home: KeyHome | undefined): readonly Told[] {
  switch (kind) {
    case 'IPPool':
      return poolPartRows(fields)
    case 'BGPPeer':
      return toldIf('bgpPeers', bgpPeerRow(wrapped(fields)))
    case 'IPAMBlock':
      return toldIf('ipamBlocks', ipamBlockRow(wrapped(fields)))
    case 'BlockAffinity':
      return toldIf('ipamBlocks', blockAffinityRow(wrapped(fields)))
    case 'CalicoNode':
      return toldIf('calicoNodes', calicoNodeRow(calicoNode(fields)))
    case 'HostEndpoint':
      return toldIf('hostEndpoints', hostEndpointRow(wrapped(fields)))
    case 'KubernetesPolicy':
      return toldIf('policies', kubernetesPolicyRow(wrapped(fields)))
    case 'CalicoPolicy':
      return toldIf('policies', calicoPolicyRow(wrapped(fields)))
    case 'Role':
      return toldIf('roles', roleRow(fields))
    case 'Webhooks':
      return webhookRows(fields).map((row) => told('webhooks', row))
    case 'APIService':
      return toldIf(
        'apiServices',
        apiServiceRow({ status: { conditions: [{ type: 'Available', ...fields }] } }),
      )
    case 'Endpoints':
      return toldIf('endpoints', endpointsRow(fields))
    case 'NodeAnnotations':
      return annotationRows(fields)
    case 'PodSpec':
      return podSpecRows(fields, undefined)
    case 'Container':
      return containerRows(fields)
    case 'CNI':
      return cniSettings(fields, undefined)
    case 'CalicoConfig':
      return configMapRows({ metadata: { name: 'calico-config' }, data: fields }, parseYaml)
    case 'Cluster':
      return rangeRows(fields)
    case 'Installer':
      return installerRows(fields)
    default:
      return Object.entries(fields).flatMap(([key, value]) => {
        const own = keyHome(key, value)
        // Keys that others have as well stand beside those that told the kind.
        const under = (own?.kind === kind ? own : home)?.under ?? ''
        return isWrapper(key) ? [] : settingsIn(value, { of: kind, under: `${under}${key}` })
      })
  }
}

const isWrapper = (key: string): boolean => (wrappers as readonly string[]).includes(key)

/** The addresses stand under `bgp`; people cut them out with or without it. */
const calicoNode = (fields: Fields) => ({
  spec: {
    ...fields,
    bgp: typeof fields['bgp'] === 'object' ? fields['bgp'] : fields,
    wireguard: fields['wireguard'] ?? fields,
  },
})

function annotationRows(fields: Fields): readonly Told[] {
  const told = annotated(fields)
  if (Object.keys(told).length === 0) return []
  const row = { name: '', unschedulable: false, conditions: [], taints: [], labels: {}, ...told }
  return [{ relation: 'nodes', row }]
}
