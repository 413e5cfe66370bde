import { settingChanged } from '#cluster/attempts.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isClustersLink } from '#cluster/tunnels.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, beforeCure, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { claimSigns } from '#failures/network-manager-interferes/claims.ts'

export interface ManagerState {
  readonly manager: string | undefined
}

type Needs = 'managedLinks' | 'settings' | 'messages' | 'pods' | 'units' | 'remarks' | 'attempts'

/**
 * Finds nodes on which NetworkManager or systemd-networkd takes Calico's interfaces for its own: it asks for addresses on them,
 * sets them down, and removes the routes that Felix and BIRD have made.
 *
 * @see projectcalico/calico:calico/operations/troubleshoot/troubleshooting.mdx (Configure NetworkManager)
 */
export const detector = defineDetector<ManagerState, Needs>({
  needs: ['managedLinks'],
  uses: ['settings', 'messages', 'pods', 'units', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const tried = ofAttempts(view)
    const facts = [...beforeCure(tried, claimSigns(view)), ...ofLogs(view), ...tried]
    const signs = besideFacts([...facts, ...ofUnits(view)], ofPeople(view))
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: 'a network manager of the host takes Calico’s interfaces for its own',
              state: { manager: view.rows('managedLinks').find(({ managed }) => managed)?.manager },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const ofLogs = (view: Reads<'messages' | 'pods'>): readonly Sign[] =>
  messageSigns(view, {
    'network-manager/state-changed': ofStateChange,
    'network-manager/took-calico': ['weak', 'NetworkManager has seen Calico’s interfaces'],
    'networkd/configured-failed': ofCalicosLink('decisive', 'systemd-networkd tries to set up'),
    'networkd/address-leased': ofCalicosLink('decisive', 'systemd-networkd got an address by DHCP for'),
    'networkd/carrier-lost': ofCalicosLink('weak', 'systemd-networkd watches'),
    'networkd/link-down': ofCalicosLink('weak', 'systemd-networkd watches'),
  })

function ofCalicosLink(weight: Weight, says: string) {
  return ({ message: { params } }: Fact<MessageRow>): readonly [Weight, string] | undefined =>
    isClustersLink(params.interface ?? '') ? [weight, `${says} ${params.interface}`] : undefined
}

/**
 * What NetworkManager only watches (`external`, `assume`) goes through the same states; older versions do not say it.
 *
 * @see NetworkManager/NetworkManager:src/core/devices/nm-device.c (sys-iface-state)
 */
function ofStateChange({ message: { params } }: Fact<MessageRow>): readonly [Weight, string] | undefined {
  const { interface: link = '', to = '', managed, reason } = params
  if (!isClustersLink(link) || !activating.has(to)) return undefined
  if (watched.has(managed ?? '') || reason === 'connection-assumed') return undefined
  return [managed === undefined ? 'strong' : 'decisive', `NetworkManager sets ${link} up: ${to}`]
}

const activating: ReadonlySet<string> = new Set([
  'prepare',
  'config',
  'ip-config',
  'ip-check',
  'activated',
  'failed',
])
const watched: ReadonlySet<string> = new Set(['external', 'assume'])

/** They run on most hosts; they matter where routes come and go. */
const ofUnits = (view: Reads<'units' | 'remarks'>): readonly Sign[] =>
  view.rows('remarks').some(({ says }) => says === 'routes-come-and-go')
    ? view
        .rows('units')
        .filter(({ unit, active }) => managers.has(unit) && active === 'active')
        .map((row) => sign(row, 'weak', `${row.unit} is active`))
    : []

const managers: ReadonlySet<string> = new Set(['NetworkManager', 'systemd-networkd'])

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    'set-setting': (row) => {
      const changed = settingChanged(row)
      if (changed === undefined) return undefined
      if (changed.name === 'networkmanager' || changed.name === 'systemdnetworkd')
        return ofManager(row.outcome, changed)
      return leaving.has(changed.name)
        ? ofOutcome(row, 'the manager was told to leave Calico’s interfaces and routes alone')
        : undefined
    },
  })

const leaving: ReadonlySet<string> = new Set([
  'unmanageddevices',
  'unmanaged',
  'manageforeignroutes',
  'manageforeignroutingpolicyrules',
])

/** Stopping it cured, or starting it anew broke. */
function ofManager(
  outcome: string,
  { name, value }: { readonly name: string; readonly value: string },
): readonly ['strong' | 'weak', string] | undefined {
  const isStart = value === 'restart'
  if (isStart)
    return outcome === 'broke' || outcome === 'worse'
      ? ['strong', `since ${name} was restarted it is broken`]
      : undefined
  return outcome === 'cured' ? ['strong', `${name} was stopped: it cured`] : undefined
}

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'network-manager-acts': ['strong', 'a network manager touches them, as somebody says'],
    'interfaces-come-and-go': ['strong', 'Calico’s interfaces come and go'],
    'routes-come-and-go': ['weak', 'routes come and go'],
    'heals-by-itself': ['weak', 'it heals by itself'],
    'os-was-updated': ['weak', 'the operating system was updated before'],
  })
