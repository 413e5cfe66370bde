/** Chains that do not depend on endpoints (projectcalico/calico:felix/rules/static.go, nat.go), as of 3.29. */
import type { FelixConfig } from '#lab/calico/felix/config.ts'
import { marks, sets } from '#lab/calico/felix/names.ts'
import type { ProtoPort } from '#lab/calico/felix/parameter-values.ts'
import { hashed, kept } from '#lab/calico/felix/rule-hash.ts'
import { clearMark, go, jump, setMark, verdict } from '#lab/calico/felix/rules.ts'
import type { Chains, Rule } from '#lab/network/rule.ts'

/** What decides about the static chains besides the configuration. */
export interface Encapsulation {
  readonly ipip: boolean
  readonly vxlan: boolean
}

type Words = readonly (readonly [chain: string, rules: readonly Rule[]])[]

const all = (chains: Words): Chains =>
  Object.fromEntries(chains.map(([chain, rules]) => [chain, hashed(chain, rules)]))

export function filterChains(config: FelixConfig, encapsulation: Encapsulation): Chains {
  const { interfacePrefixes, vxlanPort, endpointToHostAction, filterAllowAction } = config
  const { ipip, vxlan } = encapsulation
  const key = `filter ${interfacePrefixes} ${vxlanPort} ${endpointToHostAction} ${filterAllowAction} ${ipip} ${vxlan}`
  return kept(key, () =>
    all([
      ['cali-INPUT', input(config, encapsulation)],
      ['cali-wl-to-host', workloadToHost(config)],
      ['cali-FORWARD', forward(config)],
      ['cali-OUTPUT', output(config, encapsulation)],
    ]),
  )
}

function input(config: FelixConfig, { ipip, vxlan }: Encapsulation): readonly Rule[] {
  const { filterAllowAction: allow } = config
  const local = { destinationType: 'local' } as const
  const vxlanPacket = { protocol: 'udp', ports: [config.vxlanPort] } as const
  return [
    ...(ipip
      ? [
          verdict(
            allow,
            { protocol: 'ipip', set: { name: sets.allHosts, side: 'src' }, ...local },
            'Allow IPIP packets from Calico hosts',
          ),
          verdict('drop', { protocol: 'ipip' }, 'Drop IPIP packets from non-Calico hosts'),
        ]
      : []),
    ...(vxlan
      ? [
          verdict(
            allow,
            { ...vxlanPacket, set: { name: sets.allVxlan, side: 'src' }, ...local },
            'Allow IPv4 VXLAN packets from allowed hosts',
          ),
          verdict('drop', { ...vxlanPacket, ...local }, 'Drop IPv4 VXLAN packets from non-allowed hosts'),
        ]
      : []),
    ...config.interfacePrefixes.map((prefix) => go('cali-wl-to-host', { in: `${prefix}+` })),
    verdict(allow, { mark: marks.accept }),
    clearMark(marks.all),
    jump('cali-from-host-endpoint'),
    verdict(allow, { mark: marks.accept }, 'Host endpoint policy accepted packet.'),
  ]
}

function workloadToHost({ endpointToHostAction }: FelixConfig): readonly Rule[] {
  return [
    jump('cali-from-wl-dispatch'),
    verdict(endpointToHostAction, {}, 'Configured DefaultEndpointToHostAction'),
  ]
}

const forward = ({ interfacePrefixes }: FelixConfig): readonly Rule[] => [
  clearMark(marks.all & ~marks.accept),
  jump('cali-from-hep-forward', { unmarked: marks.accept }),
  ...interfacePrefixes.map((prefix) => jump('cali-from-wl-dispatch', { in: `${prefix}+` })),
  ...interfacePrefixes.map((prefix) => jump('cali-to-wl-dispatch', { out: `${prefix}+` })),
  jump('cali-to-hep-forward'),
  jump('cali-cidr-block'),
]

function output(config: FelixConfig, { ipip, vxlan }: Encapsulation): readonly Rule[] {
  const { filterAllowAction: allow } = config
  const local = { sourceType: 'local' } as const
  return [
    verdict(allow, { mark: marks.accept }),
    ...config.interfacePrefixes.map((prefix) => verdict('return', { out: `${prefix}+` })),
    ...(ipip
      ? [
          verdict(
            allow,
            { protocol: 'ipip', set: { name: sets.allHosts, side: 'dst' }, ...local },
            'Allow IPIP packets to other Calico hosts',
          ),
        ]
      : []),
    ...(vxlan
      ? [
          verdict(
            allow,
            {
              protocol: 'udp',
              ports: [config.vxlanPort],
              set: { name: sets.allVxlan, side: 'dst' },
              ...local,
            },
            'Allow IPv4 VXLAN packets to other allowed hosts',
          ),
        ]
      : []),
    clearMark(marks.all),
    jump('cali-to-host-endpoint', { state: 'not-dnat' }),
    verdict(allow, { mark: marks.accept }, 'Host endpoint policy accepted packet.'),
  ]
}

export const failsafeChains = ({ failsafeInbound, failsafeOutbound }: FelixConfig): Chains =>
  kept(`failsafe ${JSON.stringify([failsafeInbound, failsafeOutbound])}`, () =>
    all([
      ['cali-failsafe-in', failsafes(failsafeInbound, 'in')],
      ['cali-failsafe-out', failsafes(failsafeOutbound, 'out')],
    ]),
  )

const failsafes = (ports: readonly ProtoPort[], direction: 'in' | 'out'): readonly Rule[] =>
  ports.map(({ protocol, port, net }) =>
    verdict('accept', {
      protocol,
      ...(net === undefined ? {} : direction === 'in' ? { source: net } : { destination: net }),
      ports: [port],
    }),
  )

/** Before anything is tracked: what comes from pods must come from where they are. */
export const rawChains = (config: FelixConfig): Chains =>
  kept(`raw ${config.interfacePrefixes}`, () => makeRaw(config))

const makeRaw = ({ interfacePrefixes }: FelixConfig): Chains =>
  all([
    [
      'cali-PREROUTING',
      [
        clearMark(marks.all),
        ...interfacePrefixes.map((prefix) => setMark(marks.scratch0, { in: `${prefix}+` })),
        jump('cali-rpf-skip', { mark: marks.scratch0 }),
        verdict('drop', { mark: marks.scratch0, reversePath: 'fails' }),
        jump('cali-from-host-endpoint', { unmarked: marks.scratch0 }),
        verdict('accept', { mark: marks.accept }),
      ],
    ],
    [
      'cali-OUTPUT',
      [clearMark(marks.all), jump('cali-to-host-endpoint'), verdict('accept', { mark: marks.accept })],
    ],
  ])

export const mangleChains: Chains = all([
  [
    'cali-PREROUTING',
    [
      verdict('accept', { state: 'established' }),
      verdict('accept', { mark: marks.accept }),
      jump('cali-from-host-endpoint'),
      verdict('accept', { mark: marks.accept }, 'Host endpoint policy accepted packet.'),
    ],
  ],
])

/** Masquerading of what leaves the pools, and of what this host sends into a tunnel from another of its addresses. */
export const natChains = (encapsulation: Encapsulation): Chains =>
  kept(`nat ${encapsulation.ipip} ${encapsulation.vxlan}`, () => makeNat(encapsulation))

function makeNat({ ipip, vxlan }: Encapsulation): Chains {
  const tunnels = [...(ipip ? ['tunl0'] : []), ...(vxlan ? ['vxlan.calico'] : [])]
  return all([
    ['cali-PREROUTING', [jump('cali-fip-dnat')]],
    ['cali-OUTPUT', [jump('cali-fip-dnat')]],
    [
      'cali-POSTROUTING',
      [
        jump('cali-fip-snat'),
        jump('cali-nat-outgoing'),
        ...tunnels.map(
          (out): Rule => ({ match: { out, sourceType: 'local-elsewhere' }, target: { kind: 'masquerade' } }),
        ),
      ],
    ],
  ])
}

/** Of every pool with `natOutgoing`; without one the chain is empty. */
export const natOutgoing: Chains = all([
  [
    'cali-nat-outgoing',
    [
      {
        match: {
          sets: [
            { name: sets.masqueraded, side: 'src' },
            { name: sets.allPools, side: 'dst', not: true },
          ],
        },
        target: { kind: 'masquerade' },
      },
    ],
  ],
])

/** The kernel's chains that lead into Felix's, and what is appended to FORWARD. */
export interface Hook {
  readonly first: Rule
  readonly last: readonly Rule[]
}

const tagged = (chain: string, rules: readonly Rule[]): readonly Rule[] => hashed(chain, rules)

const hook = (chain: string, last: readonly Rule[] = []): Hook => ({
  first: tagged(chain, [jump(`cali-${chain}`)])[0] as Rule, // one goes in, one comes out
  // Felix hashes what it appends as if it were in a chain of this name (felix/iptables/table.go).
  last: tagged(`${chain}*appends*`, last),
})

export type Hooks = Readonly<Record<'filter' | 'nat' | 'raw' | 'mangle', Readonly<Record<string, Hook>>>>

const hooksWith = (allow: 'accept' | 'return'): Hooks => ({
  filter: {
    INPUT: hook('INPUT'),
    FORWARD: hook('FORWARD', [
      verdict(allow, { mark: marks.accept }, 'Policy explicitly accepted packet.'),
      setMark(marks.accept),
    ]),
    OUTPUT: hook('OUTPUT'),
  },
  nat: { PREROUTING: hook('PREROUTING'), OUTPUT: hook('OUTPUT'), POSTROUTING: hook('POSTROUTING') },
  raw: { PREROUTING: hook('PREROUTING'), OUTPUT: hook('OUTPUT') },
  mangle: { PREROUTING: hook('PREROUTING') },
})

export const hooks: Hooks = hooksWith('accept')
const returning: Hooks = hooksWith('return')

export const hooksOf = ({ filterAllowAction }: Pick<FelixConfig, 'filterAllowAction'>): Hooks =>
  filterAllowAction === 'accept' ? hooks : returning
