import { type EncapsulationReads, encapsulationReads, isNever, tunnelTold } from '#cluster/encapsulation.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { networkOfLink } from '#cluster/other-networks.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import type { AttemptRow, MessageRow, SettingRow } from '#cluster/relations.ts'
import { felixSettings, isOff, isOn } from '#cluster/settings.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { tunnelNamed } from '#cluster/tunnels.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isFelixUninformed } from '#diagnosis/start-up.ts'
import { attemptSigns, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { type DeviceReads, deviceSigns } from '#failures/stale-tunnel-device/devices.ts'

export interface StaleDeviceState {
  /** The device that is from before, where it is known. */
  readonly device: string | undefined
}

type Needs = EncapsulationReads | DeviceReads | 'messages' | 'pods' | 'remarks' | 'attempts'

/**
 * Finds nodes with a tunnel device, neighbours of it, or a setting for it that are left from an earlier state: another address of
 * the node, another encapsulation, a node that was made anew under its old name.
 *
 * @see projectcalico/calico:felix/dataplane/linux/vxlan_mgr.go (device with incompatible configuration)
 * @see projectcalico/calico:felix/routetable/route_table.go (Interface missing, will retry if it appears)
 */
export const detector = defineDetector<StaleDeviceState, Needs>({
  needs: ['links', 'settings'],
  uses: [...encapsulationReads, 'calicoNodes', 'messages', 'pods', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const facts = [
      ...deviceSigns(view, (node) => isFelixUninformed(view, nodeSubject(node))),
      ...ofMessages(view),
      ...ofSettings(view),
      ...ofPoolsRefused(view),
      ...ofAttempts(view),
    ]
    const signs = besideFacts(facts, ofPeople(view))
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, typical)
          ? {
              says: 'a tunnel device or what belongs to it is left from an earlier state',
              state: { device: view.rows('links').find(({ name }) => tunnelNamed(name) !== undefined)?.name },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  isHidden: (about, view) => isFelixUninformed(view, about),
})

const typical = [...trafficSymptoms, 'dataplane-not-programmed']

const ofMessages = (view: Reads<EncapsulationReads | 'messages' | 'pods'>): readonly Sign[] => {
  const isOthers = view.rows('links').some(({ name }) => networkOfLink(name) !== undefined)
  return messageSigns(
    view,
    {
      'felix/route-interface-missing': (row) => ofMissing(row, view),
      'ip/tunnel-exists': ['strong', 'the tunnel device was there already, with other settings'],
      'felix/vxlan-device-exists': [
        isOthers ? 'weak' : 'strong',
        'a VXLAN device with Calico’s number is there that is not Calico’s',
      ],
      'felix/vxlan-device-recreated': ({ count, message: { params } }) => [
        count >= often ? 'strong' : 'weak',
        `${params.device ?? 'the tunnel device'} had other settings: ${params.error ?? ''}`,
      ],
      'felix/tunnel-address-removed': ({ message: { params } }) => [
        'weak',
        `${params.interface ?? 'the tunnel device'} had another address`,
      ],
      'felix/ipip-query-failed': ['weak', 'Felix cannot look at a tunnel device that it does not use'],
      'felix/fdb-write-failed': ['weak', 'the kernel refuses neighbours of the VXLAN device'],
    },
    { endedBy: ['felix/tunnel-configured'] },
  )
}

/** Making it anew once is how a change is carried out; again and again means that two fight over it. */
const often = 3

/** Felix has routes for a tunnel that nobody uses: its setting is from before. At start it says so of every device, once. */
function ofMissing(
  { message: { params } }: Fact<MessageRow>,
  view: Reads<EncapsulationReads>,
): readonly [Weight, string] | undefined {
  const tunnel = tunnelNamed(params.interface ?? '')
  if (tunnel === undefined || tunnel.kind === 'wireguard') return undefined
  const says = `Felix waits for ${params.interface}`
  if (isNever(view, tunnel.kind)) return ['decisive', `${says}, and no pool uses ${tunnel.kind}`]
  return [isWaitedFor(view, tunnel.kind) ? 'strong' : 'weak', says]
}

/** Somebody asks for it; or somebody shows this line and nothing says that pools use such a tunnel. */
const isWaitedFor = (view: Reads<EncapsulationReads>, kind: 'ipip' | 'vxlan'): boolean =>
  askedFor(view, kind).length > 0 || (view.isComplaint === true && tunnelTold(view, kind) === undefined)

const askedFor = (view: Reads<'settings'>, kind: 'ipip' | 'vxlan'): readonly Fact<SettingRow>[] =>
  settingsFor(view, kind).filter(isOn)

/** As Felix spells it, and as the resource does. */
const settingsFor = (view: Reads<'settings'>, kind: 'ipip' | 'vxlan'): readonly Fact<SettingRow>[] =>
  (kind === 'ipip' ? ['IpInIpEnabled', 'ipipEnabled'] : ['VXLANEnabled']).flatMap((name) =>
    felixSettings(view, name),
  )

/** An explicit setting wins over what the pools ask for; it is only harmful, not yet harm. */
const ofSettings = (view: Reads<EncapsulationReads>): readonly Sign[] =>
  (['ipip', 'vxlan'] as const).flatMap((kind) =>
    isNever(view, kind)
      ? askedFor(view, kind).map((row) => sign(row, 'weak', `${row.name} is on, and no pool uses ${kind}`))
      : [],
  )

/**
 * Off, it takes the device and the routes away that a pool asks for. What stands on the DaemonSet wins over the resource.
 *
 * @see projectcalico/calico:felix/calc/encapsulation_resolver.go (VXLANEnabled, IPIPEnabled)
 */
const ofPoolsRefused = (view: Reads<EncapsulationReads>): readonly Sign[] =>
  (['ipip', 'vxlan'] as const).flatMap((kind) => {
    const pools = view
      .rows('ipPools')
      .filter(({ encapsulation, cidr }) => encapsulation.startsWith(kind) && cidr.includes('.'))
    const pool = pools.find(({ disabled }) => !disabled) ?? pools[0]
    if (pool === undefined || askedFor(view, kind).some(({ of }) => of === 'env')) return []
    // A disabled pool gives no address any more; pods keep those that they have, and Felix their tunnel.
    const weight = pool.disabled ? 'strong' : 'decisive'
    return settingsFor(view, kind)
      .filter(isOff)
      .map((row) => sign(row, weight, `${row.name} is off, and pool ${pool.cidr} uses ${kind}`))
  })

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    'delete-device': (row) =>
      tunnelNamed(row.after ?? '') === undefined ? undefined : ofOutcome(row, `${row.after} was deleted`),
    'change-encapsulation': (row) =>
      isSwitchedOff(row) ? ofOutcome(row, 'the setting for an unused tunnel was taken away') : undefined,
  })

const isSwitchedOff = ({ after }: AttemptRow): boolean =>
  after === 'false' || after?.toLowerCase() === 'disabled'

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'tunnel-device-left': ['strong', 'the tunnel device is wrong or from before, as somebody says'],
    'stale-neighbours': ['strong', 'its neighbours are from before, as somebody says'],
    'node-was-readded': ['weak', 'the node was made anew'],
    'address-was-changed': ['weak', 'the node’s address was changed'],
    'calico-was-upgraded': ['weak', 'Calico was upgraded before'],
    'only-new-nodes-fail': ['weak', 'only new nodes fail'],
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
  })
