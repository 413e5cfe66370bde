import { portOpened, settingChanged } from '#cluster/attempts.ts'
import { answered, swallowed, unanswered } from '#cluster/captures.ts'
import {
  changedEncapsulation,
  type EncapsulationReads,
  encapsulationReads,
  isNever,
  tunnelTold,
} from '#cluster/encapsulation.ts'
import type { Reads } from '#cluster/facts.ts'
import { pingAlonePasses, type TrafficReads, trafficSymptoms } from '#cluster/pod-traffic.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { attemptSigns, besideFacts, ofOutcome, remarkSigns } from '#diagnosis/told-signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { portSigns, vxlanPortOf } from '#failures/vxlan-port-4789-blocked/ports.ts'
import { ruleSigns } from '#failures/vxlan-port-4789-blocked/rules.ts'

export interface VxlanPortState {
  /** Where the packets go: 4789 unless it was changed. */
  readonly port: number
}

type Needs =
  | EncapsulationReads
  | TrafficReads
  | 'captures'
  | 'filterRules'
  | 'cloudRules'
  | 'listeners'
  | 'messages'
  | 'pods'
  | 'attempts'

/**
 * Finds clusters whose VXLAN packets (UDP, port 4789 unless set) do not get from node to node: a firewall or hypervisor swallows
 * them, another user of VXLAN has the port, or nodes do not agree on it.
 *
 * @see projectcalico/calico:felix/rules/static.go (VXLAN packets of hosts that are not Calico's)
 * @see projectcalico/calico:felix/config/config_params.go (the environment wins over the resource)
 */
export const detector = defineDetector<VxlanPortState, Needs>({
  needs: ['captures', 'filterRules', 'cloudRules'],
  uses: [...encapsulationReads, 'reachability', 'remarks', 'listeners', 'messages', 'pods', 'attempts'],
  judges: 'cluster',
  detect: (view) => {
    if (isNever(view, 'vxlan') && view.rows('captures').every(({ protocol }) => protocol !== 'vxlan'))
      return []
    const facts = [
      ...ofCaptures(view),
      ...ruleSigns(view),
      ...portSigns(view),
      ...ofTests(view),
      ...ofMessages(view),
      ...ofAttempts(view),
      ...ofUse(view),
    ]
    const signs = besideFacts(facts, ofPeople(view))
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isBacked(own, view, trafficSymptoms)
          ? {
              says: `VXLAN packets (UDP port ${vxlanPortOf(view)}) do not get from node to node`,
              state: { port: vxlanPortOf(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

function ofCaptures(view: Reads<'captures'>): readonly Sign[] {
  const gone = swallowed(view, 'vxlan')
  if (gone?.silent.counted === true)
    return [sign(gone.silent, 'strong', 'VXLAN packets leave, and no node counts one that comes in')]
  if (gone !== undefined)
    return [
      sign(gone.silent, 'decisive', 'a capture of VXLAN saw nothing while such packets are sent'),
      sign(gone.sent, 'weak', `VXLAN packets leave for ${gone.sent.destination ?? 'another node'}`),
    ]
  const back = answered(view, 'vxlan')
  if (back !== undefined) return [sign(back, 'against', 'VXLAN packets travel in both directions')]
  const alone = unanswered(view, 'vxlan')
  return alone === undefined ? [] : [sign(alone, 'weak', 'VXLAN packets are seen in one direction only')]
}

/** A test of UDP fails only where a firewall answers; silence is all that most tools see. */
const ofTests = (view: Reads<EncapsulationReads | 'reachability'>): readonly Sign[] => {
  const port = vxlanPortOf(view)
  return view
    .rows('reachability')
    .filter((row) => row.protocol === 'udp' && row.port === port && row.in === 'host')
    .map((row) =>
      row.outcome === 'ok'
        ? sign(row, 'against', `UDP to port ${port} arrives`)
        : sign(row, 'strong', `UDP to port ${port} of ${row.to} does not arrive`),
    )
}

/** A parameter that is skipped stays skipped, however old the line; the others tell of their moment. */
const ofMessages = (view: Reads<'messages' | 'pods'>): readonly Sign[] => [
  ...messageSigns(
    view,
    {
      'felix/parameter-overridden': ({ message: { params } }) =>
        params.parameter?.toLowerCase() === 'vxlanport'
          ? [
              'strong',
              `the port in ${params.from ?? 'the resource'} counts for nothing: ${params.winner ?? 'another place'} wins`,
            ]
          : undefined,
    },
    { ofAnyAge: true },
  ),
  ...messageSigns(view, {
    'felix/vxlan-device-exists': ['weak', 'another VXLAN device is in the way'],
    'kernel/bad-checksum': ['against', 'VXLAN packets arrive: their checksums are wrong'],
  }),
]

const ofAttempts = (view: Reads<EncapsulationReads | TrafficReads | 'attempts'>): readonly Sign[] =>
  attemptSigns(view, {
    'open-port': (row) =>
      portOpened(row) === vxlanPortOf(view) ? ofOutcome(row, `port ${row.after} was opened`) : undefined,
    'set-setting': (row) =>
      settingChanged(row)?.name === 'vxlanport'
        ? ofOutcome(row, 'VXLAN was moved to another port')
        : undefined,
    'change-encapsulation': (row) => {
      const { before, after } = changedEncapsulation(row)
      const from = before?.kind ?? tunnelTold(view, 'vxlan')?.kind
      if (from !== 'vxlan' || after === undefined || after.kind === 'vxlan') return undefined
      return ofOutcome(row, `VXLAN was changed to ${row.after}`)
    },
  })

function ofPeople(view: Reads<TrafficReads | 'ipPools'>): readonly Sign[] {
  const ping = pingAlonePasses(view)
  return [
    ...remarkSigns(view, {
      'vxlan-is-blocked': ['strong', 'VXLAN is blocked, as somebody says'],
      'node-network-fine': ['weak', 'nodes reach each other'],
      'same-node-works-cross-node-fails': ['weak', 'pods reach each other on one node only'],
      'cross-subnet-fails': ['weak', 'pods of nodes in different subnets do not reach each other'],
      'small-works-large-fails': ['against', 'small packets get through'],
      'same-subnet-fails': [
        'against',
        'only nodes of one subnet fail, between which cross-subnet pools use no tunnel',
      ],
    }),
    ...(ping === undefined ? [] : [sign(ping.row, 'against', `${ping.says}: VXLAN packets arrive`)]),
  ]
}

function ofUse(view: Reads<EncapsulationReads>): readonly Sign[] {
  const used = tunnelTold(view, 'vxlan')
  return used === undefined ? [] : [sign(used.row, 'weak', used.says)]
}
