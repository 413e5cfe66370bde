import { isCalicoImage } from '#cluster/calico-objects.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import {
  infrastructureOf,
  isProviderAutodetection,
  isProviderImage,
  type ManagedReads,
  managedBy,
} from '#cluster/managed.ts'
import { isComplete } from '#cluster/queries.ts'
import type { IpPoolRow, SettingRow } from '#cluster/relations.ts'
import { envNamed, felixSettings, isOff, isOn, settingsNamed } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { versionsOf } from '#cluster/versions.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'
import { type EndpointReads, endpointSigns } from '#failures/calico-config-unsupported/host-endpoints.ts'

export interface DriftState {
  /** What differs, the weightiest first. */
  readonly drift: readonly string[]
}

type Needs = ManagedReads | EndpointReads | 'settings' | 'ipPools' | 'pods'

/**
 * Finds, on IBM's managed clusters, Calico settings that are not the provider's and that it does not support: other images, pools,
 * address detection, data plane. What its documents invite to change (MTU, portmap, log levels, NAT ports, policies) is none.
 *
 * @see https://cloud.ibm.com/docs/containers?topic=containers-network_policies (Changing the Calico plug-in … is not supported)
 */
export const detector = defineDetector<DriftState, Needs>({
  needs: ['nodes', 'settings', 'ipPools'],
  uses: ['workers', 'versions', 'pods', 'hostEndpoints'],
  judges: 'cluster',
  detect: (view) => {
    if (managedBy(view) === undefined) return []
    const isBroken = view.symptoms.some(({ when }) => when === 'now')
    const signs = [
      // They break nothing, so among troubles of now they say nothing.
      ...(isBroken ? [] : endpointSigns(view)),
      ...ofImages(view),
      ...ofPools(view),
      ...ofInstallation(view),
      ...ofOthers(view),
      ...ofVersions(view),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        hasSign(own, 'decisive') || hasSign(own, 'strong')
          ? {
              says: 'Calico is not set up as its managed provider sets it up and supports it',
              state: { drift: own.map(({ says }) => says) },
              preventive: !isBroken,
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isImmune: (_, view) =>
    isComplete(view.coverage('nodes')) && view.rows('nodes').length > 0 && managedBy(view) === undefined,
})

const differs = (row: Parameters<typeof sign>[0], weight: Weight, says: string): Sign =>
  sign(row, weight, says, clusterSubject)

/** Somebody applied another manifest, or changed an image: the provider mirrors all of its own. */
function ofImages(view: Reads<'pods' | 'settings'>): readonly Sign[] {
  const ofPods = view.rows('pods').flatMap((pod) => pod.containers.map(({ image }) => ({ row: pod, image })))
  const ofSpecs = settingsNamed(view, 'container', 'image').map((row) => ({ row, image: row.value }))
  const foreign = [...ofPods, ...ofSpecs].filter(
    ({ image }) => image !== undefined && isCalicoImage(image) && !isProviderImage(image),
  )
  return foreign.map(({ row, image }) =>
    sign({ from: row.from }, 'decisive', `${image} is not an image of the provider’s`, clusterSubject),
  )
}

const ofPools = (view: View<Needs>): readonly Sign[] =>
  view
    .rows('ipPools')
    .flatMap((pool) =>
      faultsOf(pool, isTunnelKnown(view)).map((fault) =>
        differs(pool, 'strong', `the pool ${pool.name} ${fault}`),
      ),
    )

/** On Satellite VXLAN is the provider's own choice; on classic and VPC machines it never is. */
const isTunnelKnown = (view: Reads<'nodes' | 'versions'>): boolean =>
  ['softlayer', 'g2', 'gc'].includes(infrastructureOf(view) ?? '') ||
  versionsOf(view, 'kubernetes').some(({ version }) => version.endsWith('+IKS'))

function faultsOf(
  { encapsulation, natOutgoing, nodeSelector = 'all()', disabled }: IpPoolRow,
  isKnown: boolean,
): readonly string[] {
  const isTunnel = encapsulation === 'vxlan' || encapsulation === 'vxlan-cross-subnet'
  const isOdd = encapsulation === 'none' || encapsulation === 'ipip' || (isTunnel && isKnown)
  return [
    ...(isOdd ? [`is set to ${encapsulation}, the provider sets ipip-cross-subnet`] : []),
    ...(natOutgoing === false ? ['has no outgoing NAT'] : []),
    ...(nodeSelector === 'all()' || nodeSelector === '' ? [] : [`is for some nodes only: ${nodeSelector}`]),
    ...(disabled ? ['is disabled'] : []),
  ]
}

/** Fields of the Installation, and the values that the provider writes. */
function ofInstallation(view: View<Needs>): readonly Sign[] {
  const fields = (name: string, isOurs: (value: string) => boolean): readonly Fact<SettingRow>[] =>
    settingsNamed(view, 'Installation', name).filter(({ value }) => value !== '' && !isOurs(value))
  const isEncapsulation = (value: string): boolean =>
    value === 'IPIPCrossSubnet' || (value.startsWith('VXLAN') && !isTunnelKnown(view))
  return [
    ...fields('registry', isProviderImage).map((row) =>
      differs(row, 'decisive', `the Installation takes its images from ${row.value}`),
    ),
    ...fields('variant', (value) => value === 'Calico').map((row) =>
      differs(row, 'strong', `the Installation’s variant is ${row.value}`),
    ),
    ...fields('ipPools.encapsulation', isEncapsulation).map((row) =>
      differs(row, 'strong', `the Installation’s pool is set to ${row.value}`),
    ),
    ...fields('linuxDataplane', (value) => value === 'Iptables').map((row) =>
      differs(row, 'strong', `the data plane is ${row.value}`),
    ),
    ...['firstFound', 'canReach', 'skipInterface', 'kubernetes', 'cidrs'].flatMap((method) =>
      fields(`nodeAddressAutodetectionV4.${method}`, () => false).map((row) =>
        differs(row, 'strong', `nodes’ addresses are found by ${method}`),
      ),
    ),
  ]
}

/** Single switches that the provider leaves alone. */
function ofOthers(view: View<Needs>): readonly Sign[] {
  const first = (parameter: string) => felixSettings(view, parameter).slice(0, 1)
  const bgp = (name: string) => settingsNamed(view, 'BGPConfiguration', name)
  return [
    ...first('BPFEnabled')
      .filter(isOn)
      .map((row) => differs(row, 'strong', 'the eBPF data plane is on')),
    ...first('WireguardEnabled')
      .filter(isOn)
      .map((row) => differs(row, 'strong', 'WireGuard is on')),
    ...bgp('nodeToNodeMeshEnabled')
      .filter(isOff)
      .map((row) => differs(row, 'strong', 'the mesh between nodes is off')),
    ...bgp('asNumber')
      .filter(({ value }) => value !== '64512')
      .map((row) => differs(row, 'strong', `the AS number is ${row.value}`)),
    ...bgp('listenPort')
      .filter(({ value }) => value !== '179')
      .map((row) => differs(row, 'strong', `BGP listens on ${row.value}`)),
    ...envNamed(view, 'IP_AUTODETECTION_METHOD')
      .filter(({ value }) => value !== '' && !isProviderAutodetection(value))
      .map((row) => differs(row, 'strong', `nodes’ addresses are found by ${row.value}`)),
    ...envNamed(view, 'CALICO_NETWORKING_BACKEND')
      .filter(({ value }) => value === 'none' || value === 'vxlan')
      .filter(() => isTunnelKnown(view))
      .map((row) => differs(row, 'strong', `the back-end is ${row.value}`)),
  ]
}

/** One release brings all of its parts; while a master is updated, two are normal for a while. */
function ofVersions(view: Reads<'versions'>): readonly Sign[] {
  const parts = versionsOf(view, 'calico/node', 'calico/cni', 'calico/typha', 'calico/kube-controllers')
  const [first, ...rest] = parts
  const other = rest.find(({ version }) => version !== first?.version)
  return first === undefined || other === undefined
    ? []
    : [differs(other, 'weak', `${other.of} is ${other.version}, ${first.of} is ${first.version}`)]
}
