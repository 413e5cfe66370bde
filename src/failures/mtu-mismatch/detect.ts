import { bareAddress } from '#cluster/addresses.ts'
import { type EncapsulationReads, encapsulationReads } from '#cluster/encapsulation.ts'
import type { Reads, Subject } from '#cluster/facts.ts'
import { pingFails, sizeLimit, type TrafficReads, trafficSymptoms } from '#cluster/pod-traffic.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, besideFacts, remarkSigns } from '#diagnosis/told-signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { linkSigns } from '#failures/mtu-mismatch/links.ts'
import { settingSigns } from '#failures/mtu-mismatch/settings.ts'

export interface MtuState {
  /** The largest ping that passed, where somebody measured. */
  readonly passesBytes: number | undefined
  /** The ends of the way that was measured; undefined where settings, interfaces or people speak of more than one way. */
  readonly ends: readonly Subject[] | undefined
}

type Needs = EncapsulationReads | TrafficReads | 'captures' | 'messages' | 'pods' | 'attempts'

/**
 * Finds clusters in which pods or tunnels send larger packets than the way between nodes carries: small ones pass, large ones
 * vanish, unless every router on the way is heard when it says so.
 *
 * @see projectcalico/calico:felix/dataplane/linux/int_dataplane.go (determinePodMTU, “Configured MTU is larger …”)
 */
export const detector = defineDetector<MtuState, Needs>({
  needs: ['links', 'settings'],
  uses: [...encapsulationReads, 'reachability', 'remarks', 'captures', 'messages', 'pods', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    const general = [...linkSigns(view), ...settingSigns(view), ...ofMessages(view), ...ofAttempts(view)]
    const measured = [...ofMeasures(view), ...ofCaptures(view)]
    const people = ofPeople(view)
    const signs = besideFacts([...general, ...measured], people)
    const ends = [...general, ...people].some(isTelling) ? undefined : endsOf(view)
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, typical)
          ? {
              says: 'packets are larger than the way between pods carries (MTU)',
              state: { passesBytes: sizeLimit(view)?.passes, ends },
            }
          : undefined,
    })
  },
  // Of one way that is too narrow pods suffer everywhere, who call those behind it; machines only at its ends.
  explains: ({ state: { ends } }, symptom) =>
    ends === undefined ||
    symptom.about.kind === 'cluster' ||
    trafficSymptoms.some((id) => id === symptom.id) ||
    ends.some((about) => explainsHere({ about }, symptom)),
})

const isTelling = ({ weight }: Sign): boolean => weight === 'decisive' || weight === 'strong'

/** The machines between which large pings get lost; undefined where one of them is not known. */
function endsOf(view: Reads<'reachability' | 'nodes'>): readonly Subject[] | undefined {
  const limit = sizeLimit(view)
  const far = view
    .rows('nodes')
    .find(({ internalIp, calicoIpv4 }) =>
      [internalIp, calicoIpv4].some((one) => one !== undefined && bareAddress(one) === limit?.to),
    )
  const near = limit?.row.node
  return far === undefined || !near ? undefined : [nodeSubject(near), nodeSubject(far.name)]
}

const typical = [...trafficSymptoms, 'api-unreachable']

/** More than this no ordinary network carries: that such a ping fails proves nothing without jumbo frames. */
const usualPingBytes = 1472

function ofMeasures(view: Reads<'reachability' | 'captures'>): readonly Sign[] {
  const limit = sizeLimit(view)
  if (limit === undefined || isRefusedAtHome(view, limit.row)) return []
  return [sign(limit.row, limit.fails <= usualPingBytes ? 'decisive' : 'strong', limit.says)]
}

/** “Message too long”: the sender’s own card is smaller, which is how it should be. */
const isRefusedAtHome = (view: Reads<'captures'>, row: { readonly node?: string | undefined }): boolean =>
  view
    .rows('captures')
    .some(
      (capture) => capture.shows === 'too-big' && capture.source === undefined && capture.node === row.node,
    )

/** That a router asks for smaller packets is usual; together with large packets that vanish it is the reason. */
function ofCaptures(view: Reads<TrafficReads | 'captures'>): readonly Sign[] {
  const isFailing =
    sizeLimit(view) !== undefined ||
    view.rows('remarks').some(({ says }) => says === 'small-works-large-fails')
  return view
    .rows('captures')
    .filter(({ shows, source }) => shows === 'too-big' && source !== undefined)
    .map((row) =>
      sign(
        row,
        isFailing ? 'decisive' : 'strong',
        `${row.source} says that a packet is too large for the way`,
      ),
    )
}

const ofMessages = (view: Reads<TrafficReads | 'messages' | 'pods'>): readonly Sign[] => [
  ...messageSigns(
    view,
    {
      'felix/mtu-too-large': ({ message: { params } }) => [
        'decisive',
        `Felix was given an MTU of ${params.value ?? 'more'} and finds ${params.detected ?? 'less'} on the host`,
      ],
      'felix/mtu-undetected': ['weak', 'Felix finds no card to take the MTU from and falls back to 1460'],
    },
    { ofAnyAge: true },
  ),
  ...messageSigns(view, {
    'icmp/packet-too-big': ['strong', 'somebody on the way says that a packet is too large'],
    'icmp/packet-too-big-type': ['strong', 'somebody on the way says that a packet is too large'],
    'felix/mtu-changed': ['weak', 'the host’s MTU changed; pods that run keep theirs'],
    'felix/tunnel-mtu-failed': ['weak', 'the tunnel’s MTU cannot be set'],
    'tls/handshake-timeout': ['weak', 'TLS stalls: its second packet is a large one'],
  }),
]

const ofAttempts = (view: Reads<'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    // That it changed nothing says little: pods keep their MTU until they are made anew.
    'change-mtu': ({ outcome, after }) => {
      const says = `the MTU was changed${after ? ` to ${after}` : ''}`
      if (outcome === 'cured') return ['strong', `${says}: it cured`]
      return outcome === 'broke' || outcome === 'worse'
        ? ['strong', `${says}: since then it is broken`]
        : undefined
    },
    'disable-wireguard': ({ outcome }) =>
      outcome === 'cured' ? ['weak', 'without WireGuard’s 60 bytes it works'] : undefined,
  })

function ofPeople(view: Reads<TrafficReads>): readonly Sign[] {
  const dead = pingFails(view)
  return [
    ...remarkSigns(view, {
      'mtu-is-wrong': ['strong', 'sizes do not fit each other, as somebody says'],
      'small-works-large-fails': ['strong', 'small requests pass, large ones hang'],
      'icmp-works-tcp-fails': ['weak', 'ping passes, connections do not'],
      'slow-network': ['weak', 'traffic between pods is slow'],
      'service-timeouts': ['weak', 'services time out'],
    }),
    ...(dead === undefined ? [] : [sign(dead.row, 'against', dead.says)]),
  ]
}
