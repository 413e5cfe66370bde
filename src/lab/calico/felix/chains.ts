import { createHash } from 'node:crypto'
import type { Workload } from '#lab/calico/felix/workloads.ts'
import type { Rule } from '#lab/network/ports.ts'

type Chains = Readonly<Record<string, readonly Rule[]>>

/** The accept bit of Felix's default mark mask. */
const accepted = 0x10000

const jump = (chain: string, match: Rule['match'] = {}): Rule => ({ match, target: { kind: 'jump', chain } })
const go = (chain: string, match: Rule['match'] = {}): Rule => ({ match, target: { kind: 'goto', chain } })
const verdict = (kind: 'accept' | 'drop' | 'return', match: Rule['match'] = {}, comment?: string): Rule => ({
  match,
  target: { kind },
  ...(comment === undefined ? {} : { comment }),
})

/**
 * Felix's filter chains for a node's workloads (projectcalico/calico:felix/rules/static.go, endpoints.go, dispatch.go).
 * Not imitated: policies and tiers (profiles allow everything), host endpoints, the tree of dispatch chains, clearing of
 * marks, conntrack INVALID, raw and mangle tables, IPVS marks, rule hashes.
 */
export function filterChains(workloads: readonly Workload[]): Chains {
  const profiles = [...new Set(workloads.flatMap((each) => each.profiles))].sort()
  return {
    'cali-INPUT': [go('cali-wl-to-host', { in: 'cali+' }), verdict('accept', { mark: accepted })],
    'cali-wl-to-host': [
      jump('cali-from-wl-dispatch'),
      verdict('accept', {}, 'Configured DefaultEndpointToHostAction'),
    ],
    'cali-FORWARD': [
      jump('cali-from-wl-dispatch', { in: 'cali+' }),
      jump('cali-to-wl-dispatch', { out: 'cali+' }),
    ],
    'cali-OUTPUT': [verdict('accept', { mark: accepted }), verdict('return', { out: 'cali+' })],
    'cali-from-wl-dispatch': dispatch(workloads, 'cali-fw-', 'in'),
    'cali-to-wl-dispatch': dispatch(workloads, 'cali-tw-', 'out'),
    ...Object.fromEntries(workloads.flatMap(endpointChains)),
    ...Object.fromEntries(profiles.flatMap(profileChains)),
  }
}

function dispatch(workloads: readonly Workload[], prefix: string, side: 'in' | 'out'): readonly Rule[] {
  return [
    ...workloads.map((each) => go(`${prefix}${each.interface}`, { [side]: each.interface })),
    verdict('drop', {}, 'Unknown interface'),
  ]
}

function endpointChains(workload: Workload): readonly (readonly [string, readonly Rule[]])[] {
  return [
    [`cali-tw-${workload.interface}`, endpoint(workload, 'cali-pri-')],
    [`cali-fw-${workload.interface}`, endpoint(workload, 'cali-pro-')],
  ]
}

const endpoint = (workload: Workload, prefix: string): readonly Rule[] => [
  verdict('accept', { state: 'established' }),
  ...workload.profiles.flatMap((profile) => [
    jump(chainName(prefix, profile)),
    verdict('return', { mark: accepted }, 'Return if profile accepted'),
  ]),
  verdict('drop', {}, 'Drop if no profiles matched'),
]

/** A namespace's profile allows, a service account's says nothing. */
function profileChains(profile: string): readonly (readonly [string, readonly Rule[]])[] {
  if (!profile.startsWith('kns.')) return []
  const allow: readonly Rule[] = [
    { match: {}, target: { kind: 'mark', mark: accepted }, comment: `Profile ${profile} ingress` },
    verdict('return', { mark: accepted }),
  ]
  return [
    [chainName('cali-pri-', profile), allow],
    [chainName('cali-pro-', profile), allow],
  ]
}

const nameLimit = 28

/** iptables allows 28 characters; longer names end in a hash (projectcalico/calico:libcalico-go/lib/hash/unique_id.go). */
function chainName(prefix: string, name: string): string {
  if (prefix.length + name.length <= nameLimit) return prefix + name
  const hash = createHash('sha256').update(name).digest('base64url')
  return `${prefix}_${hash}`.slice(0, nameLimit)
}

/** Masquerading of what leaves the pools (felix/rules/nat.go); two rules stand for one with two set matches. */
export const natChains: Chains = {
  'cali-POSTROUTING': [jump('cali-nat-outgoing')],
  'cali-nat-outgoing': [
    verdict('return', { set: { name: 'cali40all-ipam-pools', side: 'dst' } }),
    { match: { set: { name: 'cali40masq-ipam-pools', side: 'src' } }, target: { kind: 'masquerade' } },
  ],
}

/** The chains of the kernel that lead into Felix's, and what is appended to FORWARD. */
export const filterHooks: Readonly<Record<string, { readonly first: Rule; readonly last: readonly Rule[] }>> =
  {
    INPUT: { first: jump('cali-INPUT'), last: [] },
    OUTPUT: { first: jump('cali-OUTPUT'), last: [] },
    FORWARD: {
      first: jump('cali-FORWARD'),
      last: [
        verdict('accept', { mark: accepted }, 'Policy explicitly accepted packet.'),
        { match: {}, target: { kind: 'mark', mark: accepted } },
      ],
    },
  }

export const natHooks: Readonly<Record<string, { readonly first: Rule; readonly last: readonly Rule[] }>> = {
  POSTROUTING: { first: jump('cali-POSTROUTING'), last: [] },
}
