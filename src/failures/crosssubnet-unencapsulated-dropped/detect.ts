import { bareAddress, familyOf, holds, isSameSubnet } from '#cluster/addresses.ts'
import { settingChanged } from '#cluster/attempts.ts'
import { swallowed } from '#cluster/captures.ts'
import { type CloudReads, cloudReads } from '#cluster/clouds.ts'
import {
  type EncapsulationReads,
  type EncapsulationTold,
  encapsulationReads,
  encapsulationsTold,
  leavesCrossSubnet,
} from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import { trafficSymptoms } from '#cluster/pod-traffic.ts'
import { felixSettings } from '#cluster/settings.ts'
import { isCard } from '#cluster/tunnels.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { cloudSigns } from '#failures/crosssubnet-unencapsulated-dropped/cloud.ts'

export interface CrossSubnetState {
  /** How packets are packed, in words; undefined where nobody showed it. */
  readonly encapsulation: string | undefined
}

type Needs = EncapsulationReads | CloudReads | 'captures' | 'messages' | 'pods' | 'remarks' | 'attempts'

/**
 * Finds clusters whose pools send packets bare within a subnet (CrossSubnet) or always (no encapsulation), over a network that
 * drops addresses which it did not give out: a cloud's check of senders, port security, a switch with such a filter.
 *
 * @see projectcalico/calico:felix/aws/ec2.go (AWSSrcDstCheck)
 * @see projectcalico/calico:confd/etc/calico/confd/templates (krt_tunnel by subnet)
 */
export const detector = defineDetector<CrossSubnetState, Needs>({
  needs: ['ipPools', 'settings'],
  uses: [...encapsulationReads, ...cloudReads, 'captures', 'messages', 'pods', 'remarks', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    const told = encapsulationsTold(view)
    const bare = told.find(({ isCrossSubnet }) => isCrossSubnet) ?? told.find(({ kind }) => kind === 'none')
    const proven = ofMessages(view)
    // Pools that always use a tunnel send nothing bare.
    const isAlways = bare === undefined && isSure(view)
    if (isAlways && proven.length === 0 && view.rows('attempts').length === 0) return []
    const facts = [
      ...proven,
      ...cloudSigns(view, bare),
      ...ofCaptures(view, bare),
      ...ofAttempts(view, bare),
      ...ofUse(view, bare),
    ]
    const signs = besideFacts(facts, ofPeople(view))
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: 'packets that leave without a tunnel are dropped by the network under the nodes',
              state: { encapsulation: bare?.says },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** Only pools say all of it: a tunnel that is up may be used across subnets alone. */
const isSure = (view: Reads<'ipPools'>): boolean => view.rows('ipPools').some(({ disabled }) => !disabled)

const ofMessages = (view: Reads<'messages' | 'pods'>): readonly Sign[] =>
  messageSigns(
    view,
    {
      'felix/src-dst-check-failed': [
        'decisive',
        'Felix may not switch off AWS’s check of senders and receivers; it is not ready until it can',
      ],
      'felix/reporter-bad': ({ message: { params } }) =>
        params.name === 'AWSSourceDestinationCheck'
          ? ['strong', 'Felix waits for AWS’s check of senders to be switched off']
          : undefined,
    },
    { endedBy: ['felix/src-dst-check-set'] },
  )

const bareProtocols = ['icmp', 'tcp', 'udp'] as const

/** Packets with pods' own addresses outside leave one node and do not come to the other. */
function ofCaptures(
  view: Reads<EncapsulationReads | 'captures'>,
  bare: EncapsulationTold | undefined,
): readonly Sign[] {
  const gone = bareProtocols.map((protocol) => swallowed(view, protocol)).find((one) => one !== undefined)
  const source = gone?.sent.source
  const isPods = source !== undefined && view.rows('ipPools').some(({ cidr }) => holds(cidr, source))
  return gone === undefined || !isPods
    ? []
    : [
        sign(
          gone.silent,
          bare === undefined ? 'strong' : 'decisive',
          'packets of pods do not come to the other node',
        ),
        sign(gone.sent, 'weak', `packets of the pod ${source} leave as they are`),
      ]
}

const ofAttempts = (view: Reads<'attempts'>, bare: EncapsulationTold | undefined): readonly Sign[] =>
  attemptSigns(view, {
    'change-encapsulation': (row) =>
      leavesCrossSubnet(row, bare?.isCrossSubnet ?? false)
        ? ofOutcome(row, `the tunnel was made to be used always (${row.after})`)
        : undefined,
    'set-setting': (row) => {
      const name = settingChanged(row)?.name
      return name !== undefined && checks.has(name)
        ? ofOutcome(row, 'the check of senders was changed')
        : undefined
    },
  })

const checks: ReadonlySet<string> = new Set([
  'awssrcdstcheck',
  'sourcedestcheck',
  'srcdstcheck',
  'portsecurityenabled',
  'canipforward',
  'enableipforwarding',
])

const ofPeople = (view: Reads<'remarks' | 'settings'>): readonly Sign[] =>
  remarkSigns(view, {
    // What calico-node was told to switch off, it may not.
    'cloud-right-missing': [
      felixSettings(view, 'AWSSrcDstCheck').some(({ value }) => value === 'Disable') ? 'strong' : 'weak',
      'the node may not change the cloud’s checks, as somebody says',
    ],
    'underlay-filters': [
      'strong',
      'the network under the nodes drops what it does not know, as somebody says',
    ],
    'same-subnet-fails': ['strong', 'only pods of nodes in one subnet do not reach each other'],
    'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
    'node-network-fine': ['weak', 'nodes reach each other'],
    'cross-subnet-fails': [
      'against',
      'pods of nodes in different subnets do not reach each other, which is where the tunnel is used',
    ],
    'icmp-works-tcp-fails': ['against', 'ping gets through, with the same addresses'],
    'small-works-large-fails': ['against', 'small packets get through, with the same addresses'],
  })

/** That it is used so, and where the route leads, is how it is meant to be. */
function ofUse(view: Reads<EncapsulationReads>, bare: EncapsulationTold | undefined): readonly Sign[] {
  if (bare === undefined) return []
  const routes = view
    .rows('routes')
    .filter((row) => row.in === 'host' && row.via !== undefined && owners.has(row.proto ?? ''))
    .filter((row) => isCard({ node: row.node, name: row.dev ?? '', in: 'host', flags: [] }))
  const [first] = routes
  const [check] = felixSettings(view, 'AWSSrcDstCheck')
  return [
    sign(bare.row, 'weak', bare.says),
    ...(first === undefined
      ? []
      : [
          sign(
            first,
            'weak',
            `the route to ${first.destination} leads through ${first.dev}, not through a tunnel`,
          ),
        ]),
    ...(check?.value === 'Enable'
      ? [sign(check, 'strong', 'Felix is told to switch AWS’s check of senders on')]
      : []),
    ...ofAddresses(view, bare),
  ]
}

/** Who writes routes to other nodes' blocks. */
const owners: ReadonlySet<string> = new Set(['bird', '80'])

/** Nodes that share no subnet send nothing bare. */
function ofAddresses(view: Reads<'nodes'>, { isCrossSubnet }: EncapsulationTold): readonly Sign[] {
  const known = view
    .rows('nodes')
    .filter(({ calicoIpv4 }) => calicoIpv4?.includes('/') && familyOf(bareAddress(calicoIpv4)) === 4)
  const [first, ...others] = known
  if (!isCrossSubnet || first === undefined || others.length === 0) return []
  const together = known.some((node, at) =>
    known.slice(at + 1).some((other) => isSameSubnet(node.calicoIpv4 ?? '', other.calicoIpv4 ?? '')),
  )
  return together
    ? []
    : [sign({ from: first.from, node: first.name }, 'against', 'no two nodes are in one subnet')]
}
