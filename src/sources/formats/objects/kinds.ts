/** Whole objects by their kind as rows; nodes, pods and events have readers of their own. */
import { z } from 'zod'
import type { SettingsKind } from '#sources/formats/config-key-lists.ts'
import { list, metadata, part, text } from '#sources/formats/lenient.ts'
import { roleRow, webhookRows } from '#sources/formats/objects/access.ts'
import {
  bgpPeerRow,
  blockAffinityRow,
  calicoNodeRow,
  hostEndpointRow,
  ipamBlockRow,
} from '#sources/formats/objects/calico.ts'
import { configMapRows, documentRows, rangeRows } from '#sources/formats/objects/config-maps.ts'
import { podSpecRows } from '#sources/formats/objects/containers.ts'
import { setting, settingsIn } from '#sources/formats/objects/flatten.ts'
import { fragmentRows } from '#sources/formats/objects/fragments.ts'
import { installerRows } from '#sources/formats/objects/installers.ts'
import { nodeStatusRows } from '#sources/formats/objects/node-status.ts'
import { daemonSetRow, ipPoolRow } from '#sources/formats/objects/others.ts'
import { calicoPolicyRow, kubernetesPolicyRow } from '#sources/formats/objects/policies.ts'
import { firstPoolRows } from '#sources/formats/objects/pool-part.ts'
import {
  apiServiceRow,
  endpointSliceRow,
  endpointsRow,
  secretRow,
  serviceRow,
} from '#sources/formats/objects/services.ts'
import { signingRequestRow } from '#sources/formats/objects/signing-requests.ts'
import { type Told, told, toldIf } from '#sources/formats/objects/told.ts'
import { daemonSetShape, ipPoolShape } from '#sources/formats/shapes.ts'
import { parseYaml } from '#sources/formats/yaml.ts'

type KindReader = (object: unknown) => readonly Told[]

/** What an object of a known kind tells; undefined for a kind that nobody reads. */
export function kindRows(object: unknown): readonly Told[] | undefined {
  const { kind = '', apiVersion = '' } = head.safeParse(object).data ?? {}
  if (kind === 'Node')
    return /^projectcalico\.org\//.test(apiVersion) ? toldIf('calicoNodes', calicoNodeRow(object)) : undefined
  if (kind === 'NetworkPolicy' && !/projectcalico\.org\//.test(apiVersion))
    return toldIf('policies', kubernetesPolicyRow(object))
  return kinds.get(kind)?.(object)
}

const head = z.object({ kind: text, apiVersion: text })

const configuration = z.object({ metadata, spec: z.unknown() })

/** Resources that are nothing but settings; those of one node are called after it: `node.worker-1`. */
export function configurationRows(of: SettingsKind, object: unknown): readonly Told[] {
  const { metadata, spec } = configuration.safeParse(object).data ?? {}
  const name = metadata?.name
  const node = name?.startsWith('node.') ? { node: name.slice('node.'.length) } : {}
  return settingsIn(spec, { of, ...(name !== undefined && { in: name }), ...node })
}

const information = z.object({ spec: part({ calicoVersion: text }), status: part({ calicoVersion: text }) })

function versionRows(object: unknown): readonly Told[] {
  const { spec, status } = information.safeParse(object).data ?? {}
  const version = status?.calicoVersion ?? spec?.calicoVersion
  return version === undefined ? [] : [told('versions', { of: 'calico', version })]
}

const conditioned = z.object({
  metadata,
  status: part({ conditions: list(z.object({ type: z.string(), status: z.string() })) }),
})

/** The operator's verdicts: `status.Degraded`. */
function statusRows(object: unknown): readonly Told[] {
  const { metadata, status } = conditioned.safeParse(object).data ?? {}
  const inside = metadata?.name === undefined ? {} : { in: metadata.name }
  return (status?.conditions ?? []).map(({ type, status: value }) =>
    setting({ of: 'Installation', ...inside, name: `status.${type}`, value }),
  )
}

const workload = z.object({ metadata, spec: part({ template: part({ spec: z.unknown() }) }) })

const workloadRows: KindReader = (object) => {
  const { metadata, spec } = workload.safeParse(object).data ?? {}
  return podSpecRows(spec?.template?.spec, metadata?.name)
}

function daemonSetRows(object: unknown): readonly Told[] {
  const read = daemonSetShape.safeParse(object)
  return [...(read.success ? toldIf('daemonSets', daemonSetRow(read.data)) : []), ...workloadRows(object)]
}

function ipPoolRows(object: unknown): readonly Told[] {
  const read = ipPoolShape.safeParse(object)
  return read.success ? toldIf('ipPools', ipPoolRow(read.data)) : []
}

const chart = z.object({ spec: part({ valuesContent: text }) })

/** k3s' and RKE2's way to configure Calico's chart: values inside an object. */
function chartRows(object: unknown): readonly Told[] {
  const values = chart.safeParse(object).data?.spec?.valuesContent
  return values === undefined ? [] : fragmentRows(parseYaml(values))
}

const settingsOf =
  (of: SettingsKind): KindReader =>
  (object) =>
    configurationRows(of, object)
const policy: KindReader = (object) => toldIf('policies', calicoPolicyRow(object))
const role: KindReader = (object) => toldIf('roles', roleRow(object))
const webhooks: KindReader = (object) => webhookRows(object).map((row) => told('webhooks', row))
const installer: KindReader = (object) => installerRows(Object(object))
const document: KindReader = (object) => documentRows(object, undefined)

const kinds: ReadonlyMap<string, KindReader> = new Map([
  ['FelixConfiguration', settingsOf('FelixConfiguration')],
  ['BGPConfiguration', settingsOf('BGPConfiguration')],
  ['KubeControllersConfiguration', settingsOf('KubeControllersConfiguration')],
  ['IPAMConfig', settingsOf('IPAMConfig')],
  ['IPAMConfiguration', settingsOf('IPAMConfig')],
  [
    'ClusterInformation',
    (object) => [...configurationRows('ClusterInformation', object), ...versionRows(object)],
  ],
  [
    'Installation',
    (object) => [...configurationRows('Installation', object), ...statusRows(object), ...versionRows(object)],
  ],
  ['TigeraStatus', statusRows],
  ['IPPool', ipPoolRows],
  ['BGPPeer', (object) => toldIf('bgpPeers', bgpPeerRow(object))],
  ['IPAMBlock', (object) => toldIf('ipamBlocks', ipamBlockRow(object))],
  ['BlockAffinity', (object) => toldIf('ipamBlocks', blockAffinityRow(object))],
  ['HostEndpoint', (object) => toldIf('hostEndpoints', hostEndpointRow(object))],
  ['CalicoNodeStatus', nodeStatusRows],
  ['NetworkPolicy', policy],
  ['GlobalNetworkPolicy', policy],
  ['StagedNetworkPolicy', policy],
  ['StagedGlobalNetworkPolicy', policy],
  ['Service', (object) => toldIf('services', serviceRow(object))],
  ['Endpoints', (object) => toldIf('endpoints', endpointsRow(object))],
  ['EndpointSlice', (object) => toldIf('endpoints', endpointSliceRow(object))],
  ['Role', role],
  ['ClusterRole', role],
  ['ValidatingWebhookConfiguration', webhooks],
  ['MutatingWebhookConfiguration', webhooks],
  ['APIService', (object) => toldIf('apiServices', apiServiceRow(object))],
  ['Secret', (object) => toldIf('secrets', secretRow(object))],
  ['CertificateSigningRequest', (object) => toldIf('signingRequests', signingRequestRow(object))],
  ['ConfigMap', (object) => configMapRows(object, parseYaml)],
  ['DaemonSet', daemonSetRows],
  ['Deployment', workloadRows],
  ['StatefulSet', workloadRows],
  ['ReplicaSet', workloadRows],
  ['KubeProxyConfiguration', document],
  ['KubeletConfiguration', document],
  ['ClusterConfiguration', document],
  ['InitConfiguration', installer],
  ['Cluster', rangeRows],
  ['HelmChartConfig', chartRows],
  ['ipPool', firstPoolRows],
])
