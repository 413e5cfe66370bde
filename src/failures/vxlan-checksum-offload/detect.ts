import { settingChanged } from '#cluster/attempts.ts'
import {
  changedEncapsulation,
  type EncapsulationReads,
  encapsulationReads,
  isNever,
  tunnelTold,
} from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import { pingAlonePasses, pingFails, type TrafficReads, trafficSymptoms } from '#cluster/pod-traffic.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, beforeCure, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { machineSigns } from '#failures/vxlan-checksum-offload/machine.ts'

export interface ChecksumState {
  /** Wrong sums were seen where packets arrive, not only suspected. */
  readonly isSeen: boolean
}

type Needs = EncapsulationReads | TrafficReads | 'captures' | 'messages' | 'pods' | 'versions' | 'attempts'

/**
 * Finds clusters in which checksums of packets inside or around VXLAN are wrong when they arrive, because a card, hypervisor or
 * kernel makes them badly: the receiver drops TCP and UDP, while ping, whose sum the sender makes itself, passes.
 *
 * @see projectcalico/calico:felix/environment/feature_detect.go (ChecksumOffloadBroken: kernels before 5.7)
 * @see torvalds/linux:net/ipv4/udp.c (UDP: bad checksum)
 */
export const detector = defineDetector<ChecksumState, Needs>({
  needs: ['captures', 'messages', 'settings'],
  uses: [...encapsulationReads, 'reachability', 'remarks', 'pods', 'versions', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    if (isNever(view, 'vxlan')) return []
    const seen = [...ofCaptures(view), ...ofMessages(view)]
    const tried = ofAttempts(view)
    const facts = [...seen, ...beforeCure(tried, machineSigns(view)), ...tried, ...ofTraffic(view)]
    const signs = besideFacts(facts, ofPeople(view))
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: 'VXLAN packets arrive with wrong checksums, so that TCP and UDP between nodes are dropped',
              state: { isSeen: hasSign(seen, 'decisive') },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/**
 * Where a packet leaves, its sum looks wrong in a capture as long as the card makes it: that is normal. Together with traffic in
 * which ping alone passes it leaves no other reading.
 */
function ofCaptures(view: Reads<TrafficReads | 'captures' | 'ipPools'>): readonly Sign[] {
  const isConfirmed = pingAlonePasses(view) !== undefined
  return view
    .rows('captures')
    .filter(({ shows, protocol }) => shows === 'bad-checksum' && protocol === 'vxlan')
    .map((row) =>
      sign(
        row,
        isConfirmed ? 'decisive' : 'strong',
        `a VXLAN packet to ${row.destination ?? 'a node'} has a wrong checksum`,
      ),
    )
}

const ofMessages = (view: Reads<'captures' | 'messages' | 'pods'>): readonly Sign[] =>
  messageSigns(view, {
    'kernel/bad-checksum': ({ message: { params } }) =>
      vxlanPorts.has(params.port ?? '')
        ? [
            'decisive',
            `the kernel drops VXLAN packets from ${params.from ?? 'another node'} because their checksum is wrong`,
          ]
        : ['weak', 'the kernel drops UDP because of wrong checksums'],
    'kernel/checksum-failed': ({ message: { params } }) => [
      'strong',
      `the card ${params.device ?? ''} gives wrong checksums`,
    ],
    'felix/checksum-offload-failed': ['strong', 'Felix cannot switch the tunnel’s checksum offload off'],
    // A capture that another program or person cut to this word.
    'tcpdump/bad-checksum': view.rows('captures').some(({ shows }) => shows === 'bad-checksum')
      ? () => undefined
      : ['weak', 'a captured packet has a wrong checksum'],
  })

/** IANA's, and the one that Linux had before. */
const vxlanPorts: ReadonlySet<string> = new Set(['4789', '8472'])

const ofAttempts = (view: Reads<EncapsulationReads | TrafficReads | 'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    'disable-checksum-offload': (row) =>
      ofOutcome(row, `checksum offload was switched off${row.after ? ` on ${row.after}` : ''}`),
    'set-setting': (row) => {
      const changed = settingChanged(row)
      if (changed?.name === 'featuredetectoverride')
        return ofOutcome(row, 'Felix was told not to use checksum offload')
      // Hypervisors of VMware take packets to VXLAN's own ports for theirs.
      return changed?.name === 'vxlanport' && row.outcome === 'cured'
        ? ['weak', 'VXLAN was moved to another port: it cured']
        : undefined
    },
    'change-encapsulation': (row) => {
      const { before, after } = changedEncapsulation(row)
      const isLeft =
        (before?.kind ?? tunnelTold(view, 'vxlan')?.kind) === 'vxlan' &&
        after !== undefined &&
        after.kind !== 'vxlan'
      if (!isLeft || row.outcome !== 'cured') return undefined
      const says = `VXLAN was changed to ${row.after}: it cured`
      return [pingAlonePasses(view) === undefined ? 'weak' : 'strong', says]
    },
  })

function ofTraffic(view: Reads<EncapsulationReads | TrafficReads>): readonly Sign[] {
  const used = tunnelTold(view, 'vxlan')
  const ping = pingAlonePasses(view)
  const dead = pingFails(view)
  return [
    ...(ping === undefined ? [] : [sign(ping.row, used === undefined ? 'weak' : 'strong', ping.says)]),
    ...(dead === undefined ? [] : [sign(dead.row, 'against', dead.says)]),
    ...(used === undefined ? [] : [sign(used.row, 'weak', used.says)]),
  ]
}

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'checksum-is-wrong': ['strong', 'checksums or their offload are wrong, as somebody says'],
    'service-timeouts': ['weak', 'services time out'],
    'slow-network': ['weak', 'traffic between pods is slow'],
    'dns-fails': ['weak', 'names cannot be resolved in pods'],
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
    'small-works-large-fails': ['against', 'small packets get through, whose sums are made alike'],
    'same-subnet-fails': [
      'against',
      'only nodes of one subnet fail, between which cross-subnet pools use no tunnel',
    ],
  })
